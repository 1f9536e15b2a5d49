import { type OutputFormat, planTransform } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { CODECS } from './codecs.ts'
import { readJpegFrame } from './jpeg-frame.ts'
import { priceJob } from './price.ts'
import { drawRaster, factsOf, gradient } from './sample-rasters.ts'

const MB = 1e6

/** SOI, an empty comment, then a frame of three components with luma sampled `luma` to one chroma sample. */
const jpegStart = (marker: number, luma: number) =>
  new Uint8Array([
    ...[0xff, 0xd8, 0xff, 0xfe, 0, 2, 0xff, 0xff, marker, 0, 17],
    ...[8, 0, 9, 0, 9, 3, 1, luma, 0, 2, 0x11, 1, 3, 0x11, 1],
  ])
const BASELINE = 0xc0
const PROGRESSIVE = 0xc2

describe('readJpegFrame', () => {
  it.each([
    [BASELINE, 0x22, { isProgressive: false, samplesPerPixel: 1.5 }],
    [BASELINE, 0x21, { isProgressive: false, samplesPerPixel: 2 }],
    [PROGRESSIVE, 0x11, { isProgressive: true, samplesPerPixel: 3 }],
  ])('of marker %i, sampling %i', (marker, luma, expected) => {
    expect(readJpegFrame(jpegStart(marker, luma))).toEqual(expected)
  })

  it('is null when the frame lies beyond the bytes, or makes no sense', () => {
    const start = jpegStart(BASELINE, 0x22)
    for (let length = 0; length < start.length; length++)
      expect(readJpegFrame(start.subarray(0, length))).toBeNull()
    expect(readJpegFrame(jpegStart(BASELINE, 0x99))).toBeNull()
  })
})

describe('the price of a job', () => {
  const price = (start: Uint8Array, width: number, height: number, format: OutputFormat, side: number) => {
    const plan = planTransform({ width, height }, { fit: 'scale-down', width: side, height: side })
    const source = {
      ...factsOf('jpeg', start, { width, height }, { sizeBytes: 830_000 }),
      format: 'jpeg',
    } as const
    return priceJob(source, start, plan, { format, hasAlpha: false, quality: 85 }).peakBytes
  }

  it.each(['jpeg', 'webp', 'avif'] as const)('lets the standard photo through as %s', (format) => {
    expect(price(jpegStart(BASELINE, 0x22), 2725, 2225, format, 1200)).toBeLessThan(96 * MB)
  })

  it('is higher for progressive files, and highest when the file does not say', () => {
    const of = (start: Uint8Array) => price(start, 2000, 2000, 'jpeg', 400)
    const [baseline, progressive, unknown] = [
      jpegStart(BASELINE, 0x22),
      jpegStart(PROGRESSIVE, 0x22),
      new Uint8Array(9),
    ]
    expect(of(baseline)).toBeLessThan(of(progressive))
    expect(of(progressive)).toBeLessThan(of(unknown))
  })

  it('is beyond the budget for a phone photo', () => {
    expect(price(jpegStart(BASELINE, 0x22), 4000, 3000, 'jpeg', 400)).toBeGreaterThan(96 * MB)
  })
})

describe('a codec does its work within its price', () => {
  const noise = drawRaster(700, 500, (x, y) => {
    const value = Math.imul(x * 8191 + y * 131, 0x9e3779b1) >>> 0
    return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
  })

  it.each(['jpeg', 'webp', 'avif', 'png'] as const)(
    '%s, on noise and on a gradient',
    async (format) => {
      const codec = await CODECS[format].load()
      for (const picture of [noise, gradient(1000, 700)]) {
        const plan = planTransform(picture, { fit: 'scale-down' })
        const hasAlpha = CODECS[format].alpha && picture === noise
        // Noise that AVIF stores without loss takes three times as much to decode as any other: there the cap holds.
        for (const quality of format === 'avif' ? [85] : [85, 100]) {
          const output = { format, hasAlpha, quality }
          const blank = { ...factsOf(format, new Uint8Array(0), picture, { hasAlpha }), format }
          const { encoderHeapBytes } = priceJob(blank, new Uint8Array(0), plan, output)
          const bytes = await codec.encode(picture, { quality, exif: null }, { heapBytes: encoderHeapBytes })

          const source = { ...factsOf(format, bytes, picture, { hasAlpha }), format }
          const { decoderHeapBytes } = priceJob(source, bytes, plan, output)
          const body = new Response(bytes.slice()).body as ReadableStream<Uint8Array>
          const decoded = await codec.decodeAndResize(body, source, plan, { heapBytes: decoderHeapBytes })
          expect([decoded.width, decoded.height]).toEqual([picture.width, picture.height])
        }
      }
    },
    60_000,
  )
})
