import fc from 'fast-check'
import { expect, it } from 'vitest'
import { outerBox, planFaceCrop } from './face-crop.ts'

const COPY = { width: 1024, height: 1024 }
/** A face of 100x500 in the middle of the copy. */
const FACE = { x: 462, y: 262, width: 100, height: 500 }

// Spec transforms §4.3.
it.each([
  [1, COPY, { width: 100, height: 500 }],
  [0.5, COPY, { width: 200, height: 1000 }],
  [0.25, COPY, { width: 400, height: 1024 }],
  [0.25, { width: 2048, height: 2048 }, { width: 800, height: 2048 }],
  [0, { width: 2048, height: 2048 }, { width: 2048, height: 2048 }],
])('at zoom %d of %j it is %j', (zoom, picture, size) => {
  expect(planFaceCrop(picture, COPY, [FACE], zoom)?.area).toMatchObject(size)
})

it('is the box over all faces', () => {
  const faces = [
    { x: 10, y: 50, width: 20, height: 20 },
    { x: 100, y: 10, width: 30, height: 20 },
  ]
  expect(outerBox(faces)).toEqual({ x: 10, y: 10, width: 120, height: 60 })
  expect(planFaceCrop(COPY, COPY, faces, 1)).toEqual({
    area: { x: 10, y: 10, width: 120, height: 60 },
    gravity: { x: 0.5, y: 0.5, mode: 'box-center' },
  })
})

it('moves inside the picture, and remembers where the faces are', () => {
  const corner = planFaceCrop(COPY, COPY, [{ x: 0, y: 0, width: 100, height: 100 }], 0.5)
  expect(corner).toEqual({
    area: { x: 0, y: 0, width: 200, height: 200 },
    gravity: { x: 0.25, y: 0.25, mode: 'box-center' },
  })
})

it('is nothing where there is no face', () => {
  expect(planFaceCrop(COPY, COPY, [], 0.5)).toBeNull()
})

it('always lies inside the picture and holds what it can of the faces', () => {
  const side = fc.integer({ min: 1, max: 1024 })
  const part = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(side, side, part, part, part, part, part, (width, height, left, top, across, down, zoom) => {
      const copy = { width, height }
      const x = left * (width - 1)
      const y = top * (height - 1)
      const face = { x, y, width: 1 + across * (width - 1 - x), height: 1 + down * (height - 1 - y) }
      const picture = { width: width * 3, height: height * 3 }
      const crop = planFaceCrop(picture, copy, [face], zoom)
      if (crop === null) throw new Error('There is a face')
      const { area } = crop
      const slack = 1e-6
      expect(area.x).toBeGreaterThanOrEqual(0)
      expect(area.y).toBeGreaterThanOrEqual(0)
      expect(area.x + area.width).toBeLessThanOrEqual(picture.width + slack)
      expect(area.y + area.height).toBeLessThanOrEqual(picture.height + slack)
      expect(area.x).toBeLessThanOrEqual(face.x * 3 + slack)
      expect(area.x + area.width).toBeGreaterThanOrEqual((face.x + face.width) * 3 - slack)
    }),
  )
})
