import { describe, expect, it } from 'vitest'
import { cicpProfile } from './cicp-profile.ts'
import { createPixelConverter } from './convert-pixels.ts'
import { toneMapGain } from './tone-map.ts'

const SRGB = { primaries: 1, transfer: 13 }
type Colour = readonly [number, number, number]

/** An 8-bit colour after conversion from code points. */
function convert(
  primaries: number,
  transfer: number,
  [red, green, blue]: Colour,
  peakNits?: number,
): number[] {
  const target = new Uint8ClampedArray(4)
  const profile = cicpProfile({ primaries, transfer }, peakNits ?? null)
  createPixelConverter(8, profile)(Uint8Array.of(red, green, blue, 77), 0, 1, target, 0)
  expect(target[3]).toBe(77)
  return [...target.subarray(0, 3)]
}

/** What Chromium 156 draws on an sRGB canvas: drawn there with each code point, and read back. */
describe('code points mean what browsers take them for', () => {
  it.each<[string, number, number, Colour, Colour]>([
    ['P3', 12, 13, [200, 60, 60], [217, 42, 52]],
    ['P3', 12, 13, [60, 60, 200], [60, 60, 208]],
    ['BT.2020', 9, 13, [60, 60, 200], [19, 57, 209]],
    ['BT.601, 525 lines', 6, 13, [200, 60, 60], [195, 66, 59]],
    ['SMPTE 240M', 7, 13, [60, 60, 200], [64, 66, 201]],
    ['BT.470 M', 4, 13, [200, 60, 60], [236, 50, 49]],
    ['film', 8, 13, [200, 60, 60], [226, 39, 51]],
    ['XYZ', 10, 13, [60, 60, 200], [0, 73, 212]],
    ['DCI P3', 11, 13, [200, 60, 60], [212, 42, 53]],
    ['EBU 3213', 22, 13, [60, 60, 200], [60, 71, 200]],
    ['gamma 2.2', 1, 4, [30, 30, 30], [24, 24, 24]],
    ['gamma 2.8', 1, 5, [105, 105, 105], [82, 82, 82]],
    ['the curve of SMPTE 240M', 1, 7, [15, 15, 15], [32, 32, 32]],
    ['linear light', 1, 8, [15, 15, 15], [69, 69, 69]],
    ['cinema', 1, 17, [30, 30, 30], [13, 13, 13]],
    ['PQ', 9, 16, [120, 120, 120], [114, 114, 114]],
    ['PQ of the brightest', 9, 16, [255, 255, 255], [255, 255, 255]],
    ['PQ of a strong colour', 9, 16, [180, 150, 100], [255, 130, 0]],
    ['HLG', 9, 18, [140, 120, 90], [118, 91, 66]],
    ['HLG of a strong colour', 9, 18, [130, 0, 0], [113, 0, 0]],
  ])('%s', (_, primaries, transfer, stored, shown) => {
    const result = convert(primaries, transfer, stored)
    for (const [i, value] of result.entries())
      expect(Math.abs(value - (shown[i] ?? 0))).toBeLessThanOrEqual(1)
  })

  it.each([
    ['told nothing', 2, 2],
    ['sRGB', 1, 13],
    ['television', 1, 1],
    ['numbers that mean nothing yet', 99, 99],
  ])('as sRGB: %s', (_, primaries, transfer) => {
    expect(cicpProfile({ primaries, transfer })).toBeNull()
  })

  it.each([
    [203, 242],
    [400, 218],
    [1000, 178],
    [4000, 178],
  ])('the brightest pixel is known to have %i cd/m²: white is shown as %i', (nits, shown) => {
    expect(Math.abs((convert(9, 16, [145, 145, 145], nits)[0] ?? 0) - shown)).toBeLessThanOrEqual(1)
  })
})

describe('tones above white', () => {
  it.each([1, 1.5, 203 / 100, 1000 / 203, 10_000 / 203])(
    'with headroom %f rise without a step',
    (headroom) => {
      const gain = toneMapGain(headroom)
      let last = 0
      for (let light = 0.01; light < headroom * 1.5; light += 0.01) {
        const shown = light * gain(light)
        expect(shown).toBeGreaterThanOrEqual(last - 1e-9)
        expect(shown - last).toBeLessThan(0.011)
        expect(shown).toBeLessThanOrEqual(1 + 1e-9)
        last = shown
      }
      expect(headroom * gain(headroom)).toBeCloseTo(1)
    },
  )
})

describe('samples of more than 8 bits', () => {
  it.each([8, 10, 12, 16])('of %i bits become 8', (bits) => {
    const most = 2 ** bits - 1
    const source = Uint16Array.of(most, Math.round(most / 3), 0, Math.round(most / 5))
    const target = new Uint8ClampedArray(8)
    createPixelConverter(bits, cicpProfile(SRGB))(source, 0, 1, target, 1)
    expect([...target]).toEqual([0, 0, 0, 0, 255, 85, 0, 51])
  })

  it('keep dark levels of linear light apart', () => {
    const levels = Uint16Array.from({ length: 20 * 4 }, (_, i) => Math.floor(i / 4))
    const target = new Uint8ClampedArray(levels.length)
    createPixelConverter(10, cicpProfile({ primaries: 1, transfer: 8 }))(levels, 0, 20, target, 0)
    expect(new Set(target.filter((_, i) => i % 4 === 0)).size).toBe(20)
  })

  it('are converted where they lie', () => {
    const pixels = Uint16Array.from({ length: 400 }, (_, i) => (i * 37) % 1024)
    const profile = cicpProfile({ primaries: 12, transfer: 13 })
    const expected = new Uint8ClampedArray(400)
    createPixelConverter(10, profile)(pixels, 0, 100, expected, 0)
    const target = new Uint8ClampedArray(pixels.buffer, 0, 400)
    createPixelConverter(10, profile)(pixels, 0, 100, target, 0)
    expect(target).toEqual(expected)
  })
})
