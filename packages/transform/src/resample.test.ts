import { describe, expect, it } from 'vitest'
import { resample } from './resample.ts'
import { drawRaster, gradient, maxDifference, pixel } from './sample-rasters.ts'

const whole = ({ width, height }: { width: number; height: number }) => ({ x: 0, y: 0, width, height })

describe('resample', () => {
  it('returns the source itself when nothing changes', () => {
    const source = gradient(9, 7)
    expect(resample(source, whole(source), source)).toBe(source)
  })

  it.each([
    [64, 48, 31, 17],
    [64, 48, 1, 1],
    [5, 3, 64, 48],
    [1, 1, 7, 9],
    [200, 2, 3, 2],
  ])('keeps one colour from %ix%i to %ix%i', (width, height, toWidth, toHeight) => {
    const source = drawRaster(width, height, () => [10, 200, 77, 255])
    const result = resample(source, whole(source), { width: toWidth, height: toHeight })
    expect(
      maxDifference(
        result,
        drawRaster(toWidth, toHeight, () => [10, 200, 77, 255]),
      ),
    ).toBe(0)
  })

  it('keeps a gradient where it was', () => {
    const source = gradient(256, 256)
    const result = resample(source, whole(source), { width: 64, height: 64 })
    // The centre of target pixel x lies at 4x + 1.5.
    for (const x of [8, 20, 32, 55]) {
      const [red, green] = pixel(result, x, x)
      expect(red).toBeCloseTo(((4 * x + 1.5) * 255) / 256, -0.5)
      expect(green).toBeCloseTo(((4 * x + 1.5) * 255) / 256, -0.5)
    }
  })

  it('draws a window as the same window of the whole', () => {
    const source = drawRaster(90, 60, (x, y) => [(x * 37 + y * 11) % 256, (x * y) % 256, (x + y) % 256, 255])
    const all = resample(source, whole(source), { width: 45, height: 30 })
    const part = resample(source, { x: 10, y: 20, width: 60, height: 20 }, { width: 30, height: 10 })
    const cut = drawRaster(30, 10, (x, y) => pixel(all, x + 5, y + 10))
    expect(maxDifference(part, cut)).toBe(0)
  })

  it('cuts without blurring at a scale of 1', () => {
    const source = drawRaster(40, 30, (x, y) => [
      (x * 53) % 256,
      (y * 91) % 256,
      (x * y) % 256,
      (x * 7) % 256,
    ])
    const part = resample(source, { x: 7, y: 3, width: 20, height: 10 }, { width: 20, height: 10 })
    // Colours of transparent pixels mean nothing; all others survive but for the rounding of alpha.
    for (let y = 0; y < 10; y++) {
      for (let x = 0; x < 20; x++) {
        const expected = pixel(source, x + 7, y + 3)
        if (expected[3] > 0) expect(pixel(part, x, y)).toEqual(expected)
      }
    }
  })

  it('lets no colour of transparent pixels bleed into their neighbours', () => {
    const source = drawRaster(64, 64, (x) => (x < 32 ? [255, 0, 0, 0] : [0, 0, 255, 255]))
    const result = resample(source, whole(source), { width: 16, height: 16 })
    for (let x = 0; x < 16; x++) {
      const [red, green, blue, alpha] = pixel(result, x, 8)
      if (alpha > 0) expect([red, green, blue]).toEqual([0, 0, 255])
    }
  })
})
