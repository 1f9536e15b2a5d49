import { describe, expect, it } from 'vitest'
import type { KernelRaster } from './kernel.ts'
import { bytesOfRaster, drawRaster, type SamplePixel } from './sample-kernel-raster.ts'
import { priceSharpen, sharpen } from './sharpen.ts'

const BELL = [-3, -2, -1, 0, 1, 2, 3].map((x) => Math.exp(-0.5 * x * x))
const BELL_SUM = BELL.reduce((sum, weight) => sum + weight, 0)

/** The documented formula in doubles: c + amount × (c − mean of what is seen around it). Not yet held to a byte. */
function reference(raster: KernelRaster, amount: number): Float64Array {
  const { width, height } = raster
  const straight = bytesOfRaster(raster)
  const weighed = Float64Array.from(straight, (value, i) =>
    i % 4 === 3 ? value : (value * (straight[i | 3] as number)) / 255,
  )
  const pass = (from: Float64Array, count: number, step: number) =>
    from.map((_, i) => {
      const at = Math.floor(i / step) % count
      let total = 0
      BELL.forEach((weight, k) => {
        const other = Math.min(count - 1, Math.max(0, at + k - 3))
        total += weight * (from[i + (other - at) * step] as number)
      })
      return total / BELL_SUM
    })
  const around = pass(pass(weighed, width, 4), height, width * 4)
  return Float64Array.from(straight, (value, i) => {
    const alpha = around[i | 3] as number
    if (i % 4 === 3 || straight[i | 3] === 0) return value
    return value + amount * (value - ((around[i] as number) * 255) / alpha)
  })
}

const texture = (x: number, y: number): SamplePixel => [
  128 + 60 * Math.sin(x / 3) + 30 * Math.sin(y / 2),
  ((x >> 3) + (y >> 3)) % 2 ? 200 : 60,
  (x * 5 + y * 3) & 255,
  255,
]

describe('sharpen', () => {
  it.each([
    [90, 61, 0.5],
    [90, 61, 1],
    [91, 60, 3],
    [64, 33, 10],
    [1, 1, 1],
    [2, 3, 5],
    [3, 1, 10],
    [1, 40, 2],
  ])('is the documented formula (%i × %i, amount %d)', (width, height, amount) => {
    const picture = drawRaster(width, height, texture)
    const expected = reference(picture, amount)
    sharpen(picture, amount)
    const largest = bytesOfRaster(picture).reduce(
      (most, value, i) => Math.max(most, Math.abs(value - Math.min(255, Math.max(0, expected[i] as number)))),
      0,
    )
    expect(largest).toBeLessThan(0.6 + amount * 0.1)
  })

  it.each([1, 10])('weighs colours by what is seen of them (amount %d)', (amount) => {
    const picture = drawRaster(63, 40, (x, y) =>
      x < 30 ? [(200 + y) & 255, 100, 50, 255] : [0, y, 255, x < 36 ? 255 - 40 * (x - 30) : 0],
    )
    const expected = reference(picture, amount)
    const before = bytesOfRaster(picture)
    sharpen(picture, amount)
    const seen = bytesOfRaster(picture)
    for (let i = 0; i < seen.length; i += 4) {
      expect(seen[i + 3]).toBe(before[i + 3])
      for (let c = 0; c < 3; c++) {
        const wanted = Math.min(255, Math.max(0, expected[i + c] as number))
        expect(Math.abs((seen[i + c] as number) - wanted)).toBeLessThan(0.6 + amount * 0.2)
      }
    }
  })

  it('makes no halo where a picture of one colour ends', () => {
    const picture = drawRaster(40, 40, (x, y) => [220, 30, 90, Math.hypot(x - 20, y - 20) < 12 ? 255 : 0])
    const before = bytesOfRaster(picture)
    sharpen(picture, 10)
    const seen = bytesOfRaster(picture)
    for (let i = 0; i < seen.length; i += 4) {
      if (seen[i + 3] === 255) {
        expect([...seen.subarray(i, i + 3)]).toEqual([...before.subarray(i, i + 3)])
      }
    }
  })

  it('keeps an even colour, whatever the amount', () => {
    const picture = drawRaster(33, 9, () => [13, 200, 254, 255])
    sharpen(picture, 10)
    expect(bytesOfRaster(picture).every((value, i) => value === [13, 200, 254, 255][i & 3])).toBe(true)
  })

  it('writes nothing beyond the raster, and takes what it was priced at', () => {
    for (const [width, alpha] of [
      [5, 255],
      [4, 255],
      [7, 90],
    ] as const) {
      const picture = drawRaster(width, 5, () => [9, 8, 7, alpha])
      const { kernel } = picture
      const after = kernel.exports.allocate(16)
      kernel.bytes(after, 16).fill(77)
      const before = (kernel.exports.heapBytes() + 15) & ~15
      sharpen(picture, 4)
      expect(kernel.bytes(after, 16).every((value) => value === 77)).toBe(true)
      expect(kernel.exports.allocate(16) - before).toBe(priceSharpen(width))
    }
  })
})
