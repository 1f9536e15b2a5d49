import { expect, it } from 'vitest'
import { ORIENTATIONS } from './header/sample-pictures.ts'
import { composeOrientation, orientationOf, storedRect, toOrientation, uprightSize } from './orientation.ts'

/** Where EXIF says that the stored pixel (x, y) of a picture of width × height is seen. */
function seenAt(orientation: number, x: number, y: number, width: number, height: number): [number, number] {
  const [right, bottom] = [width - 1 - x, height - 1 - y]
  const places: [number, number][] = [
    [x, y], // row 0 is the top, column 0 the left side
    [right, y], // top, right
    [right, bottom], // bottom, right
    [x, bottom], // bottom, left
    [y, x], // row 0 is the left side, column 0 the top
    [bottom, x], // right, top
    [bottom, right], // right, bottom
    [y, right], // left, bottom
  ]
  return places[orientation - 1] ?? [Number.NaN, Number.NaN]
}

it.each(ORIENTATIONS)('maps every upright pixel back to the stored one: orientation %i', (orientation) => {
  const [width, height] = [5, 3]
  const upright = uprightSize({ width, height, orientation })
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [seenX, seenY] = seenAt(orientation, x, y, width, height)
      expect(storedRect(orientation, upright, { x: seenX, y: seenY, width: 1, height: 1 })).toEqual({
        x,
        y,
        width: 1,
        height: 1,
      })
    }
  }
})

it.each(ORIENTATIONS)('maps the whole picture to the whole picture: orientation %i', (orientation) => {
  const upright = uprightSize({ width: 5, height: 3, orientation })
  expect(storedRect(orientation, upright, { x: 0, y: 0, ...upright })).toEqual({
    x: 0,
    y: 0,
    width: 5,
    height: 3,
  })
})

it('composes mirrors and quarter turns', () => {
  expect(orientationOf([])).toBe(1)
  expect(orientationOf(['turn'])).toBe(6)
  expect(orientationOf(['turn', 'turn', 'turn', 'turn', 'turn'])).toBe(6)
  expect(orientationOf(['mirror', 'mirror'])).toBe(1)
  expect(orientationOf(['mirror', 'turn'])).toBe(7)
  expect(orientationOf(['turn', 'mirror'])).toBe(5)
})

it('turns one after another as one turn: every pair of orientations', () => {
  const [width, height] = [5, 3]
  for (const first of ORIENTATIONS) {
    for (const second of ORIENTATIONS) {
      const between = uprightSize({ width, height, orientation: first })
      const [x, y] = seenAt(first, 1, 2, width, height)
      const both = seenAt(second, x, y, between.width, between.height)
      expect(seenAt(composeOrientation(first, second), 1, 2, width, height)).toEqual(both)
    }
  }
})

it('takes anything but 1 to 8 as 1', () => {
  expect([0, 1, 8, 9, -3, 2.5, Number.NaN].map(toOrientation)).toEqual([1, 1, 8, 1, 1, 1, 1])
})
