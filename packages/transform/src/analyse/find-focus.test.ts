import { describe, expect, it } from 'vitest'
import { drawRaster, type Raster } from '../sample-rasters.ts'
import { findFocus } from './find-focus.ts'

const pixelsOf = ({ width, height, data }: Raster) => ({ width, height, data: new Uint8Array(data.buffer) })
/** A red spot of 20x20 on calm grey, its left top corner at x, y. */
const spot = (x: number, y: number) =>
  pixelsOf(
    drawRaster(120, 80, (px, py) =>
      px >= x && px < x + 20 && py >= y && py < y + 20 ? [220, 30, 30, 255] : [120 + (px & 3), 122, 124, 255],
    ),
  )

describe('the focus', () => {
  it.each([
    [5, 30],
    [50, 30],
    [95, 30],
    [70, 30],
  ])('holds the spot at %i, %i in a square window', (x, y) => {
    const { x: fraction } = findFocus(spot(x, y), { width: 80, height: 80 })
    const left = fraction * 40
    expect(left).toBeLessThanOrEqual(x)
    expect(left + 80).toBeGreaterThanOrEqual(x + 20)
  })

  it('is found on both axes', () => {
    const { x, y } = findFocus(spot(95, 55), { width: 30, height: 30 })
    expect([x * 90 <= 95, x * 90 + 30 >= 115, y * 50 <= 55, y * 50 + 30 >= 75]).toEqual([
      true,
      true,
      true,
      true,
    ])
  })

  it('is the middle where nothing stands out, and on an axis that is not cut', () => {
    const plain = pixelsOf(drawRaster(60, 40, () => [90, 90, 90, 255]))
    expect(findFocus(plain, { width: 20, height: 40 })).toEqual({ x: 0.5, y: 0.5 })
    expect(findFocus(spot(5, 5), { width: 60, height: 80 }).y).toBe(0.5)
  })

  it('is not drawn to what is transparent', () => {
    const hidden = pixelsOf(
      drawRaster(120, 40, (x) =>
        x < 20 ? [255, 0, 0, 0] : x > 90 ? [0, 0, 255, 255] : [128, 128, 128, 255],
      ),
    )
    expect(findFocus(hidden, { width: 40, height: 40 }).x).toBeGreaterThan(0.6)
  })

  it('takes windows as large as the picture, and pictures of one pixel', () => {
    expect(findFocus(spot(5, 5), { width: 120, height: 80 })).toEqual({ x: 0.5, y: 0.5 })
    const dot = pixelsOf(drawRaster(1, 1, () => [1, 2, 3, 255]))
    expect(findFocus(dot, { width: 0.2, height: 9 })).toEqual({ x: 0.5, y: 0.5 })
  })
})
