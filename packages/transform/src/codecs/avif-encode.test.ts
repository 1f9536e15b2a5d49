import { readAvifPicture } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { decode, encodePriced } from '../sample-jobs.ts'
import { drawRaster, gradient, maxDifference, pixel } from '../sample-rasters.ts'

const TIGHT = { memory: 'tight', quality: 90 } as const

/** Black and white, and transparent or not, at random: what no encoder can shorten. */
const snow = (width: number, height: number) =>
  drawRaster(width, height, (x, y) => {
    const value = Math.imul(Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 7, 0x85ebca6b), 0xc2b2ae35) >>> 9
    return [(value & 1) * 255, ((value >> 1) & 1) * 255, ((value >> 2) & 1) * 255, ((value >> 3) & 1) * 255]
  })

describe('an AVIF of several tiles', () => {
  it.each([
    [900, 700],
    [901, 701],
    [64, 9000],
  ])('of %ix%i px is what was encoded', async (width, height) => {
    const picture = gradient(width, height)
    const { bytes } = await encodePriced('avif', picture, TIGHT)
    const container = readAvifPicture(bytes)
    expect(container?.colour.tiles.length).toBeGreaterThan(1)
    expect(container).toMatchObject({ colour: { width, height }, alpha: null })
    expect(maxDifference(await decode('avif', bytes, picture), picture)).toBeLessThanOrEqual(8)
  })

  it('has colours of full resolution where a side is odd: browsers take no other', async () => {
    const isFull = async (width: number) => {
      const { bytes } = await encodePriced('avif', gradient(width, 700), TIGHT)
      const config = readAvifPicture(bytes)?.colour.tiles[0]?.config
      return ((config?.[2] ?? 0) & 0x0c) === 0 // subsampling in x and in y
    }
    expect([await isFull(900), await isFull(901)]).toEqual([false, true])
  })

  it('has a transparency in all tiles where one has, and opaque ones stay opaque', async () => {
    const picture = drawRaster(1500, 1400, (x, y) => [200, 100, 50, x > 1300 && y > 1200 ? 0 : 255])
    for (const quality of [30, 85, 100]) {
      const { bytes } = await encodePriced('avif', picture, { ...TIGHT, quality })
      expect(readAvifPicture(bytes)?.alpha?.tiles.length).toBe(6)
      const decoded = await decode('avif', bytes, picture, { hasAlpha: true })
      expect(pixel(decoded, 1499, 1399)[3]).toBe(0)
      for (let y = 0; y < 400; y++) {
        for (let x = 0; x < 700; x++) if (pixel(decoded, x, y)[3] !== 255) throw new Error(`${x} ${y}`)
      }
    }
  })

  it.each([30, 85, 99, 100])('takes no more than its price, at quality %i', async (quality) => {
    for (const picture of [snow(900, 700), snow(901, 701), gradient(901, 900)]) {
      const { peakBytes, pricedBytes } = await encodePriced('avif', picture, { ...TIGHT, quality })
      expect(peakBytes).toBeLessThanOrEqual(pricedBytes)
    }
  })

  it('takes the memory of one tile, however many there are', async () => {
    const beside = async (width: number, height: number) =>
      (await encodePriced('avif', gradient(width, height), { ...TIGHT })).peakBytes - width * height * 4
    expect(await beside(2880, 1440)).toBeLessThan((await beside(1440, 720)) + 1e6)
  })
})
