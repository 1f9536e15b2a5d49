import { describe, expect, it } from 'vitest'
import { drawJpeg } from '../../../test/support/draw-jpeg.ts'
import { iccProfile, iccSegments, iccTag, rgbProfile, SRGB_CURVE } from '../../../test/support/icc-profile.ts'
import module from '../build/pixels.wasm?module'
import { applyColourProfile, priceColourProfile } from './apply-colour-profile.ts'
import { type ColourProfile, parseColourProfile } from './colour-profile.ts'
import { joinIccSegments } from './icc-segments.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { createKernel } from './kernel.ts'

/** Convert pixels (4 bytes each) in a fresh kernel. */
function convert(pixels: number[], profile: ColourProfile | null): number[] {
  if (!profile) throw new Error('The profile was not read')
  const kernel = createKernel(module)
  const pointer = kernel.exports.allocate(pixels.length)
  kernel.bytes(pointer, pixels.length).set(pixels)
  kernel.exports.allocate(0)
  const before = kernel.exports.heapBytes()
  applyColourProfile(kernel, { kernel, pointer, width: pixels.length / 4, height: 1 }, profile)
  expect(kernel.exports.heapBytes() - before).toBeLessThanOrEqual(priceColourProfile(profile))
  return [...kernel.bytes(pointer, pixels.length)]
}

/** The share of Lab that a CMYK ink leaves: no hue, light falling with K alone. */
const greyByK = ([, , , k = 0]: number[]) => [(1 - k) * (65280 / 65535), 32768 / 65535, 32768 / 65535]

describe('parseColourProfile', () => {
  it('knows sRGB by what it does', () => {
    expect(parseColourProfile(rgbProfile('sRGB', SRGB_CURVE))).toEqual({ kind: 'srgb' })
    expect(parseColourProfile(rgbProfile('sRGB', iccTag.curve(461)))?.kind).toBe('matrix')
  })

  it('reads long curves where they are, for many may lie over the same bytes', () => {
    const bytes = iccProfile('GRAY', 'XYZ ', { kTRC: iccTag.curve(...new Array(1000).fill(0x4000)) })
    const profile = parseColourProfile(bytes)
    if (profile?.kind !== 'grey') throw new Error('The profile was not read')
    expect(profile.curve(0.5)).toBeCloseTo(0.25, 3)
    bytes.fill(0xff, bytes.length - 2000)
    expect(profile.curve(0.5)).toBe(1)
  })

  it('prefers a table to a matrix', () => {
    const table = iccTag.table(2, 3, 2, () => [0, 0.5, 0.5])
    const profile = iccProfile('RGB ', 'Lab ', { A2B0: table, rTRC: SRGB_CURVE })
    expect(parseColourProfile(profile)?.kind).toBe('rgb-lut')
  })

  const curve = iccTag.curve(563)
  const p3 = rgbProfile('Display P3', SRGB_CURVE)
  const changed = (at: number, ...bytes: number[]) => {
    const copy = p3.slice()
    copy.set(bytes, at)
    return copy
  }
  it.each([
    ['nothing', new Uint8Array()],
    ['a header alone', p3.slice(0, 132)],
    ['a cut file', p3.slice(0, -40)],
    ['another signature', changed(36, 0)],
    ['a device link', changed(12, 0x6c, 0x69, 0x6e, 0x6b)],
    ['another colour space', changed(16, 0x4c, 0x61, 0x62, 0x20)],
    ['a tag outside the file', changed(132 + 4 + 12, 0xff, 0xff, 0xff, 0xf0)],
    ['no grey curve', iccProfile('GRAY', 'XYZ ', {})],
    [
      'a curve longer than its tag',
      iccProfile('GRAY', 'XYZ ', { kTRC: [...curve.slice(0, 8), 255, 0, 0, 0] }),
    ],
    ['an unknown formula', iccProfile('GRAY', 'XYZ ', { kTRC: iccTag.parametric(5, 1) })],
    ['a table of one point', iccProfile('CMYK', 'Lab ', { A2B0: iccTag.table(1, 4, 1, () => [0, 0, 0]) })],
    ['a table of three inks', iccProfile('CMYK', 'Lab ', { A2B0: iccTag.table(1, 3, 2, () => [0, 0, 0]) })],
    ['a huge file', new Uint8Array(5 << 20)],
  ])('refuses %s', (_, bytes) => {
    expect(parseColourProfile(bytes)).toBeNull()
  })
})

describe('applyColourProfile', () => {
  it('keeps white, black and alpha, and moves what lies between', () => {
    const profile = parseColourProfile(rgbProfile('Adobe RGB', iccTag.curve(563)))
    expect(convert([255, 255, 255, 7, 0, 0, 0, 9, 128, 128, 128, 11], profile)).toEqual([
      ...[255, 255, 255, 7],
      ...[0, 0, 0, 9],
      ...[129, 129, 129, 11],
    ])
  })

  it('clips colours that sRGB does not have', () => {
    const profile = parseColourProfile(rgbProfile('Display P3', SRGB_CURVE))
    expect(convert([0, 255, 0, 255], profile).slice(0, 2)).toEqual([0, 255])
  })

  it('converts grey levels', () => {
    const profile = parseColourProfile(iccProfile('GRAY', 'XYZ ', { kTRC: iccTag.curve() }))
    expect(convert([64, 64, 64, 5], profile)).toEqual([137, 137, 137, 5])
  })

  it('converts inks by a table, to opaque colours', () => {
    const profile = parseColourProfile(
      iccProfile('CMYK', 'Lab ', { A2B0: iccTag.table(2, 4, 3, greyByK) }, 2),
    )
    const [light, dark] = [convert([9, 8, 7, 0], profile), convert([0, 0, 0, 255], profile)]
    expect(light).toEqual([255, 255, 255, 255])
    expect(dark).toEqual([0, 0, 0, 255])
    const [r = 0, g = 0, b = 0] = convert([1, 2, 3, 128], profile)
    expect(Math.max(Math.abs(r - 118), Math.abs(g - 118), Math.abs(b - 118))).toBeLessThanOrEqual(1)
  })

  it('converts inks without a profile as perfect filters', () => {
    const pixels = [
      ...[0, 0, 0, 0],
      ...[255, 0, 0, 0],
      ...[0, 255, 128, 0],
      ...[0, 51, 0, 128],
      ...[9, 9, 9, 255],
    ]
    expect(convert(pixels, { kind: 'cmyk-naive' })).toEqual([
      ...[255, 255, 255, 255],
      ...[0, 255, 255, 255],
      ...[255, 0, 127, 255],
      ...[127, 102, 127, 255],
      ...[0, 0, 0, 255],
    ])
  })

  it('leaves sRGB as it is', () => {
    expect(convert([1, 2, 3, 4], { kind: 'srgb' })).toEqual([1, 2, 3, 4])
  })
})

describe('ICC segments of a JPEG', () => {
  const profile = rgbProfile('Display P3', SRGB_CURVE)
  const drawn = drawJpeg({ width: 8, height: 8, factors: [[1, 1]] })
  const jpeg = (segments: Uint8Array[]) =>
    Uint8Array.from([
      ...drawn.subarray(0, 2),
      ...segments.flatMap((segment) => [...segment]),
      ...drawn.subarray(2),
    ])

  it('are joined in order, whatever the order in the file', () => {
    const segments = iccSegments(profile, 100)
    expect(segments.length).toBeGreaterThan(3)
    const other = Uint8Array.of(0xff, 0xe2, 0, 6, 0x4d, 0x50, 0x46, 0)
    expect(readJpegHeader(jpeg([other, ...segments.toReversed()])).icc).toEqual(profile)
  })

  it('count once when they come twice', () => {
    const payloads = iccSegments(profile, 100).map((segment) => segment.subarray(4))
    expect(joinIccSegments([...payloads, ...payloads])).toEqual(profile)
    const [only = new Uint8Array()] = iccSegments(profile).map((segment) => segment.slice(4))
    const other = only.slice().fill(0, 14)
    expect(joinIccSegments([only, only, other])).toEqual(profile)
  })

  it('are refused when one is missing, numbered from 0, or counts others', () => {
    const payloads = iccSegments(profile, 100).map((segment) => segment.subarray(4))
    expect(joinIccSegments(payloads.slice(1))).toBeNull()
    expect(joinIccSegments([...payloads.slice(1), ...payloads.slice(-1)])).toBeNull()
    const [only = new Uint8Array()] = iccSegments(profile).map((segment) => segment.slice(4))
    expect(joinIccSegments([only])).toEqual(profile)
    expect(joinIccSegments([only, ...payloads])).toBeNull()
    only[12] = 0
    expect(joinIccSegments([only])).toBeNull()
  })

  it('are absent where there is no segment', () => {
    expect(readJpegHeader(jpeg([])).icc).toBeNull()
  })
})
