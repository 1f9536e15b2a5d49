import { describe, expect, it } from 'vitest'
import { blur, priceBlur } from './blur.ts'
import type { KernelRaster } from './kernel.ts'
import type { Orientation } from './resize.ts'
import { bytesOfRaster, drawRaster, type SamplePixel } from './sample-kernel-raster.ts'
import { priceTurn, turn } from './turn.ts'

/** A separable Gaussian over premultiplied pixels, in doubles, edges repeated. */
function reference({ width, height, ...raster }: KernelRaster, sigma: number): Float64Array {
  const straight = bytesOfRaster({ width, height, ...raster })
  const values = Float64Array.from(straight, (value, i) =>
    i % 4 === 3 ? value : (value * (straight[i | 3] as number)) / 255,
  )
  const reach = Math.ceil(3 * sigma)
  const bell = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2))
  const sum = bell.reduce((total, weight) => total + weight, 0)
  const pass = (from: Float64Array, count: number, step: number) =>
    from.map((_, i) => {
      const at = Math.floor(i / step) % count
      let total = 0
      bell.forEach((weight, k) => {
        const other = Math.min(count - 1, Math.max(0, at + k - reach))
        total += weight * (from[i + (other - at) * step] as number)
      })
      return total / sum
    })
  const mixed = pass(pass(values, width, 4), height, width * 4)
  return mixed.map((value, i) => {
    const alpha = mixed[i | 3] as number
    return i % 4 === 3 ? value : alpha < 0.5 ? 0 : (value * 255) / alpha
  })
}

const checks = (x: number, y: number): SamplePixel => [
  (x >> 3) % 2 ? 230 : 20,
  (y >> 2) % 2 ? 255 : 0,
  (x + 2 * y) & 255,
  255,
]

describe('blur', () => {
  it.each([0.5, 1, 2.5, 3.99, 4, 7.5, 12, 40, 125])('is a Gaussian (sigma %d)', (sigma) => {
    const picture = drawRaster(90, 61, checks)
    const expected = reference(picture, sigma)
    blur(picture, sigma)
    const seen = bytesOfRaster(picture)
    const largest = seen.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))),
      0,
    )
    expect(largest, `largest ${largest}`).toBeLessThan(3)
  })

  it.each([1.5, 6])('does not let the colour of transparent pixels bleed (sigma %d)', (sigma) => {
    const picture = drawRaster(64, 40, (x, y) =>
      x < 30 ? [200, 100, 50, 255] : [0, y, 255, x < 34 ? 60 : 0],
    )
    const expected = reference(picture, sigma)
    blur(picture, sigma)
    const seen = bytesOfRaster(picture)
    for (let i = 0; i < seen.length; i += 4) {
      const alpha = expected[i + 3] as number
      expect(Math.abs((seen[i + 3] as number) - alpha)).toBeLessThan(2)
      for (let c = 0; c < 3; c++) {
        // A colour counts by its alpha, and in the shrunk picture it has 8 bits whatever its alpha.
        expect((Math.abs((seen[i + c] as number) - (expected[i + c] as number)) * alpha) / 255).toBeLessThan(
          2.5,
        )
      }
    }
  })

  it.each([
    [1, 1, 0.5],
    [1, 1, 125],
    [3, 200, 125],
    [200, 1, 20],
    [300, 5, 4],
    [17, 17, 0.16],
  ])('keeps an even colour, at any size (%i × %i, sigma %d)', (width, height, sigma) => {
    const picture = drawRaster(width, height, () => [13, 200, 255, 255])
    blur(picture, sigma)
    expect(bytesOfRaster(picture).every((value, i) => value === [13, 200, 255, 255][i & 3])).toBe(true)
  })

  it('takes no more than it was priced at', () => {
    for (const [width, height, sigma] of [
      [300, 200, 1],
      [300, 200, 9],
      [512, 3, 50],
      [1, 700, 3],
    ] as const) {
      const picture = drawRaster(width, height, checks)
      picture.kernel.exports.allocate(0)
      const before = (picture.kernel.exports.heapBytes() + 15) & ~15
      blur(picture, sigma)
      const guard = picture.kernel.exports.allocate(16)
      expect(guard - before).toBeLessThanOrEqual(priceBlur(width, height, sigma))
    }
  })
})

describe('turn', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('by orientation %i', (orientation: Orientation) => {
    const [width, height] = [5, 3]
    const at = (x: number, y: number): SamplePixel => [x * 10, y * 10, orientation, x + y * 40]
    const picture = drawRaster(width, height, at)
    const before = (picture.kernel.exports.heapBytes() + 15) & ~15
    const turned = turn(picture, orientation)
    const guard = picture.kernel.exports.allocate(16)
    expect(guard - before).toBe(priceTurn(width, height, orientation))

    const isTurned = orientation >= 5
    expect([turned.width, turned.height]).toEqual(isTurned ? [height, width] : [width, height])
    const mirrorsX = [2, 3, 7, 8].includes(orientation)
    const mirrorsY = [3, 4, 6, 7].includes(orientation)
    const bytes = bytesOfRaster(turned)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const column = mirrorsX ? width - 1 - x : x
        const row = mirrorsY ? height - 1 - y : y
        const [shownX, shownY] = isTurned ? [row, column] : [column, row]
        const i = (shownY * turned.width + shownX) * 4
        expect([...bytes.slice(i, i + 4)]).toEqual([...at(x, y)])
      }
    }
  })
})
