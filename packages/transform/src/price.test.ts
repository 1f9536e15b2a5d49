import {
  type FormatClass,
  type PictureOutput,
  programOfOptions,
  type ResolvedOptions,
  type SourceFacts,
} from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { decoderOf } from './decoders.ts'
import { planJob } from './plan-job.ts'
import { factsOf } from './sample-rasters.ts'

const MB = 1e6
const BASELINE = 0xc0
const PROGRESSIVE = 0xc2

/** SOI, a frame of three components with luma sampled `luma` to one chroma sample, and the header of a scan. */
const jpegStart = (marker: number, luma: number, { width, height }: { width: number; height: number }) =>
  new Uint8Array([
    ...[0xff, 0xd8, 0xff, marker, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255],
    ...[3, 1, luma, 0, 2, 0x11, 1, 3, 0x11, 1],
    ...[0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0],
  ])

/** The plan of a job whose source's first bytes are `start`. */
const plan = (facts: SourceFacts, start: Uint8Array, options: ResolvedOptions, formatClass: FormatClass) =>
  planJob(
    programOfOptions(options).ops,
    programOfOptions({ metadata: 'none', ...options }).output as PictureOutput,
    { facts, start, decoder: decoderOf(facts), file: async function* () {}, close: async () => {} },
    formatClass,
    96 * MB,
  )

describe('the price of a JPEG', () => {
  const price = (
    marker: number,
    [width, height, side]: readonly [number, number, number],
    formatClass: 'base' | 'webp' | 'avif' = 'base',
  ) => {
    const size = { width, height }
    const source = factsOf('jpeg', new Uint8Array(0), size, { sizeBytes: 9 * MB })
    const start = jpegStart(marker, 0x22, size)
    const { format, price } = plan(source, start, { width: side, height: side }, formatClass)
    return { format, megabytes: price.peakBytes / MB }
  }

  it.each([
    ['the standard photo into 720 px', BASELINE, [2725, 2225, 720], 16],
    ['12 megapixels into 1200 px', BASELINE, [4000, 3000, 1200], 24],
    ['100 megapixels into 1200 px', BASELINE, [12_000, 8333, 1200], 24],
    ['100 progressive megapixels into 1200 px', PROGRESSIVE, [12_000, 8333, 1200], 32],
  ] as const)('%s', (_, marker, sizes, most) => {
    expect(price(marker, sizes).megabytes).toBeLessThan(most)
  })

  it.each([
    ['webp', [4000, 3000, 1200]],
    ['avif', [4000, 3000, 1200]],
    ['avif', [12_000, 8333, 1200]],
  ] as const)('fits as %s', (formatClass, sizes) => {
    const { format, megabytes } = price(BASELINE, sizes, formatClass)
    expect(format).toBe(formatClass)
    expect(megabytes).toBeLessThan(96)
  })

  it('counts the file where progressive coefficients need several passes', () => {
    const sizes = [4000, 3000, 3000] as const
    expect(price(PROGRESSIVE, sizes).megabytes).toBeGreaterThan(price(BASELINE, sizes).megabytes + 9)
  })

  it('falls back to JPEG for what is too large for another encoder', () => {
    expect(price(BASELINE, [4000, 3000, 4000], 'webp').format).toBe('jpeg')
  })
})

describe('the price of a PNG', () => {
  /** Signature, IHDR of 8 bits RGB with its CRC, and the head of an IDAT chunk. */
  function pngStart({ width, height }: { width: number; height: number }): Uint8Array {
    const bytes = new Uint8Array(41)
    const view = new DataView(bytes.buffer)
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
    view.setUint32(16, width)
    view.setUint32(20, height)
    bytes.set([8, 2], 24)
    view.setUint32(29, crc(bytes.subarray(12, 29)))
    bytes.set([0, 0, 0, 9, 0x49, 0x44, 0x41, 0x54], 33)
    return bytes
  }

  function crc(bytes: Uint8Array): number {
    let value = -1
    for (const byte of bytes) {
      value ^= byte
      for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
    }
    return ~value >>> 0
  }

  it('lets 90 megapixels through as WebP of 1200 px', () => {
    const size = { width: 12_000, height: 7500 }
    const source = factsOf('png', new Uint8Array(0), size, { sizeBytes: 120 * MB })
    const { format, price } = plan(source, pngStart(size), { width: 1200 }, 'webp')
    expect(format).toBe('webp')
    expect(price.peakBytes).toBeLessThan(48 * MB)
  })
})
