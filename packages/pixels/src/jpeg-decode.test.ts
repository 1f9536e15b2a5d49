import { describe, expect, it } from 'vitest'
import { drawJpeg } from '../../../test/support/draw-jpeg.ts'
import module from '../build/pixels.wasm?module'
import { decodeJpeg } from './jpeg-decode.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { JPEG_QUALITY, type JpegDecodeRequest, planJpegDecode } from './jpeg-plan.ts'
import { allocatedByJpegDecode, KERNEL_STATIC_BYTES } from './jpeg-price.ts'
import { createKernel } from './kernel.ts'
import type { Orientation } from './resize.ts'

/**
 * A progressive slope of 24 × 16 pixels, red = 10x, green = 15y, blue = 128, made by sharp (quality 80, 4:2:0), and some
 * of its pixels there.
 */
const PROGRESSIVE = Uint8Array.from(
  atob(
    [
      '/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBD',
      'AQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wgARCAAQABgD',
      'ASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABQYA/8QAFQEBAQAAAAAAAAAAAAAAAAAABAb/2gAMAwEAAhADEAAAAY9B9BA5',
      '/WGFUf/EABYQAAMAAAAAAAAAAAAAAAAAAAACBP/aAAgBAQABBQJJxJxJxJxJxJz/xAAYEQACAwAAAAAAAAAAAAAAAAAABQMEIv/a',
      'AAgBAwEBPwGkwIWGT//EABgRAAIDAAAAAAAAAAAAAAAAAAAEAgMh/9oACAECAQE/AbHSTun/xAAUEAEAAAAAAAAAAAAAAAAAAAAg',
      '/9oACAEBAAY/Al//xAAVEAEBAAAAAAAAAAAAAAAAAAAAYf/aAAgBAQABPyGSCSSST//aAAwDAQACAAMAAAAQBw//xAAWEQEBAQAA',
      'AAAAAAAAAAAAAAAhADH/2gAIAQMBAT8QxYTf/8QAFhEBAQEAAAAAAAAAAAAAAAAAAFFh/9oACAECAQE/ENlD/8QAFhAAAwAAAAAA',
      'AAAAAAAAAAAAADHB/9oACAEBAAE/EESKkRIiREiJP//Z',
    ].join(''),
  ),
  (character) => character.charCodeAt(0),
)
const PROGRESSIVE_PIXELS = [
  { x: 0, y: 0, rgb: [0, 2, 119] },
  { x: 23, y: 0, rgb: [218, 5, 123] },
  { x: 12, y: 8, rgb: [120, 119, 125] },
  { x: 0, y: 15, rgb: [11, 219, 131] },
  { x: 23, y: 15, rgb: [233, 223, 136] },
] as const

type Source = Parameters<typeof decodeJpeg>[1]

/** Decode `file` (pushed as `source` where given) in a fresh kernel. Default: at full size. */
async function decode(file: Uint8Array, request: Partial<JpegDecodeRequest> = {}, source: Source = file) {
  const header = readJpegHeader(file)
  const { width, height } = header
  const plan = planJpegDecode(header, {
    outWidth: width,
    outHeight: height,
    quality: JPEG_QUALITY.exact,
    ...request,
  })
  const kernel = createKernel(module)
  const before = kernel.exports.heapBytes()
  const { raster, truncated } = await decodeJpeg(kernel, source, plan)
  const allocated = kernel.exports.heapBytes() - before
  const pixels = kernel.bytes(raster.pointer, raster.width * raster.height * 4)
  return { plan, raster, truncated, allocated, peakBytes: kernel.peakBytes(), pixels }
}

async function* pieces(file: Uint8Array, size: number) {
  for (let at = 0; at < file.length; at += size) yield file.slice(at, at + size)
}

const GREY = [[1, 1]] as const
const YCC_420 = [
  [2, 2],
  [1, 1],
  [1, 1],
] as const
const YCC_444 = [
  [1, 1],
  [1, 1],
  [1, 1],
] as const

/** A slope: dark at the left and the top. */
const slope = (_: number, x: number, y: number) => 20 + 2 * x + y

describe('the JPEG decoder', () => {
  it('reads back a drawing', async () => {
    const file = drawJpeg({ width: 50, height: 30, factors: GREY, sample: slope })
    const { pixels, truncated, raster } = await decode(file)
    expect([raster.width, raster.height, truncated]).toEqual([50, 30, false])
    for (const [x, y] of [
      [0, 0],
      [49, 0],
      [13, 29],
    ] as const) {
      const pixel = [...pixels.slice((y * 50 + x) * 4, (y * 50 + x) * 4 + 4)]
      const expected = slope(0, x + 0.5, y + 0.5)
      for (const value of pixel.slice(0, 3)) expect(Math.abs(value - expected)).toBeLessThan(4)
      expect(pixel[3]).toBe(255)
    }
  })

  it.each([1, 2, 3, 5, 64, 1000])('gives the same pixels from pieces of %i bytes', async (size) => {
    const file = drawJpeg({ width: 70, height: 45, factors: YCC_420, restartInterval: 2 })
    const whole = await decode(file)
    const streamed = await decode(file, {}, pieces(file, size))
    expect(streamed.truncated).toBe(false)
    expect(streamed.pixels).toEqual(whole.pixels)
  })

  it('gives the same pixels in one scan, in several, and in several passes over them', async () => {
    const drawing = { width: 90, height: 75, factors: YCC_420 }
    const one = await decode(drawJpeg(drawing))
    const split = drawJpeg({ ...drawing, isSplit: true, restartInterval: 3 })
    const several = await decode(split)
    const passes = await decode(split, { coefficientBytes: 1 })
    const streamed = await decode(split, { coefficientBytes: 1 }, pieces(split, 100))
    const reopened = await decode(split, { coefficientBytes: 1 }, { reopen: () => pieces(split, 100) })
    expect([one.plan.isMultiPass, several.plan.isMultiPass, passes.plan.isMultiPass]).toEqual([
      false,
      false,
      true,
    ])
    for (const other of [several, passes, streamed, reopened]) expect(other.pixels).toEqual(one.pixels)
  })

  it.each([1, 7, 558])('reads a progressive file from pieces of %i bytes, band by band', async (size) => {
    for (const coefficientBytes of [1, 1_000_000]) {
      const { pixels, truncated } = await decode(PROGRESSIVE, { coefficientBytes }, pieces(PROGRESSIVE, size))
      expect(truncated).toBe(false)
      for (const { x, y, rgb } of PROGRESSIVE_PIXELS) {
        rgb.forEach((value, i) => {
          expect(Math.abs((pixels[(y * 24 + x) * 4 + i] as number) - value)).toBeLessThanOrEqual(3)
        })
      }
    }
  })

  it.each([1, 2, 3] as const)('makes averages of %i × less at scale exponents', async (scale) => {
    const size = 8 >> scale
    const file = drawJpeg({ width: 64, height: 64, factors: YCC_444 })
    const full = await decode(file)
    const quality = { luma: 1, chroma: 1 }
    const small = await decode(file, { outWidth: 8 * size, outHeight: 8 * size, quality })
    expect(small.plan.components.map((it) => it.scale)).toEqual([scale, scale, scale])
    const box = 1 << scale
    for (let i = 0; i < 64 * size * size; i++) {
      const [x, y] = [(i % (8 * size)) * box, Math.floor(i / (8 * size)) * box]
      let sum = 0
      for (let j = 0; j < box * box; j++) {
        sum += full.pixels[((y + Math.floor(j / box)) * 64 + x + (j % box)) * 4 + 1] as number
      }
      expect(Math.abs((small.pixels[i * 4 + 1] as number) - sum / (box * box))).toBeLessThan(6)
    }
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)(
    'crops in the picture as shown, orientation %i',
    async (orientation) => {
      const file = drawJpeg({ width: 120, height: 88, factors: YCC_420 })
      const shown = await decode(file, sized(orientation, 120, 88))
      const { width } = shown.raster
      const window = { x: 21, y: 34, width: 40, height: 25 }
      const crop = await decode(file, { orientation, outWidth: 40, outHeight: 25, window })
      for (let y = 0; y < 25; y++) {
        const start = ((34 + y) * width + 21) * 4
        expect(crop.pixels.slice(y * 160, y * 160 + 160)).toEqual(shown.pixels.slice(start, start + 160))
      }
    },
  )

  it('shows what there is of a file cut short, and mid-grey below', async () => {
    const file = drawJpeg({ width: 64, height: 64, factors: YCC_444 })
    const whole = await decode(file)
    const cut = await decode(file.subarray(0, Math.floor(file.length / 2)))
    expect([whole.truncated, cut.truncated]).toEqual([false, true])
    expect(cut.pixels.slice(0, 64 * 16 * 4)).toEqual(whole.pixels.slice(0, 64 * 16 * 4))
    expect([...cut.pixels.slice(-4)]).toEqual([128, 128, 128, 255])
  })

  it('finds its way again at the next restart marker', async () => {
    const file = drawJpeg({ width: 64, height: 64, factors: GREY, restartInterval: 8 })
    const whole = await decode(file)
    const third = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xd2)
    const broken = new Uint8Array([...file.subarray(0, third - 6), ...file.subarray(third)])
    const damaged = await decode(broken) // the third row of blocks lacks its last bytes
    expect(damaged.truncated).toBe(true)
    expect(damaged.pixels.slice(24 * 256)).toEqual(whole.pixels.slice(24 * 256))
    expect(damaged.pixels.slice(0, 16 * 256)).toEqual(whole.pixels.slice(0, 16 * 256))
  })

  it('delivers inks where asked, else their product with black', async () => {
    const inks = [30, 60, 90, 120]
    const sample = (component: number) => 255 - (inks[component] as number)
    const factors = [...YCC_444, [1, 1]] as const
    const file = drawJpeg({ width: 8, height: 8, factors, adobe: 0, sample })
    expect([...(await decode(file, { keepInks: true })).pixels.slice(0, 4)]).toEqual(inks)
    const rgb = inks.slice(0, 3).map((ink) => Math.round(((255 - ink) * (255 - 120)) / 255))
    expect([...(await decode(file)).pixels.slice(0, 4)]).toEqual([...rgb, 255])
  })

  it('allocates what was priced, to the byte', async () => {
    expect(createKernel(module).exports.heapBytes()).toBeLessThanOrEqual(KERNEL_STATIC_BYTES)
    for (const isSplit of [false, true]) {
      const file = drawJpeg({ width: 200, height: 151, factors: YCC_420, isSplit })
      for (const [outWidth, outHeight] of [
        [200, 151],
        [100, 75],
        [31, 20],
        [7, 5],
        [1, 1],
        [333, 20],
      ] as const) {
        const window = { x: 33.3, y: 20, width: 120.5, height: 99 }
        const request = { outWidth, outHeight, quality: JPEG_QUALITY.balanced, coefficientBytes: 20_000 }
        for (const wanted of [request, { ...request, window, bleed: false }]) {
          const { plan, allocated, peakBytes } = await decode(file, wanted)
          const difference = allocatedByJpegDecode(plan) - allocated
          expect(difference).toBeGreaterThanOrEqual(-15) // the first allocation aligns the heap's start
          expect(difference).toBeLessThan(16)
          expect(peakBytes).toBeLessThanOrEqual(plan.priceBytes)
        }
      }
    }
  })

  it.each([
    ['truncated', [0xff, 0xd8]],
    ['corrupt', [0x89, 0x50, 0x4e]],
    ['corrupt', [0xff, 0xd8, 0xff, 0xd9, 0, 0]],
    ['unsupported', [0xff, 0xd8, 0xff, 0xc9, 0, 2]],
    ['unsupported', [0xff, 0xd8, 0xff, 0xc1, 0, 11, 12, 0, 8, 0, 8, 1, 1, 17, 0]],
    ['corrupt', [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 8, 0, 0, 1, 1, 17, 0]],
    ['unsupported', [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 0, 8, 1, 1, 17, 0]],
  ])('refuses a header as %s', (reason, bytes) => {
    expect(() => readJpegHeader(new Uint8Array(bytes))).toThrowError(expect.objectContaining({ reason }))
  })

  it('takes the standard Huffman tables where a file has none', async () => {
    // Y = 128 + 32, Cb = 128 - 20, Cr = 128: codes of tables K.3 to K.6, each block ended at once.
    const bits = ['1110 100000 1010', '11110 01011 00', '00 00'].join('').replaceAll(' ', '').padEnd(40, '1')
    const scan = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []
    const components = [1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
    const file = Uint8Array.from([
      ...[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array(64).fill(8)],
      ...[0xff, 0xc0, 0, 17, 8, 0, 8, 0, 8, 3, ...components],
      ...[0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0, ...scan, 0xff, 0xd9],
    ])
    const { pixels, truncated } = await decode(file)
    expect(truncated).toBe(false)
    for (let at = 0; at < pixels.length; at += 4) {
      expect([...pixels.slice(at, at + 4)]).toEqual([160, 167, 125, 255])
    }
  })

  const without = (file: Uint8Array, marker: number): Uint8Array => {
    const changed = file.slice()
    changed.forEach((byte, i) => {
      if (byte === 0xff && file[i + 1] === marker) changed[i + 1] = 0xfe // the segment becomes a comment
    })
    return changed
  }

  it.each([
    ['quantisation tables', drawJpeg({ width: 8, height: 8, factors: GREY }), 0xdb],
    ['Huffman tables, when it is progressive', PROGRESSIVE, 0xc4],
  ] as const)('refuses a file without %s', async (_, file, marker) => {
    await expect(decode(without(file, marker))).rejects.toMatchObject({ reason: 'corrupt' })
  })

  it.each([
    ['nothing', []],
    ['zeros', [0, 0, 0, 0]],
    ['one byte of two', [0xff]],
  ])('shows all of a file that ends with %s instead of its end marker', async (_, end) => {
    for (const file of [drawJpeg({ width: 50, height: 30, factors: YCC_420 }), PROGRESSIVE]) {
      const whole = await decode(file)
      const ended = await decode(Uint8Array.from([...file.subarray(0, -2), ...end]))
      expect(ended.truncated).toBe(false)
      expect(ended.pixels).toEqual(whole.pixels)
    }
  })
})

/** Full size as shown. */
const sized = (orientation: Orientation, width: number, height: number) => ({
  orientation,
  outWidth: orientation < 5 ? width : height,
  outHeight: orientation < 5 ? height : width,
})
