import { ApiError, FORMATS, OUTPUT_FORMATS, readImageHeader, sniffFormat } from '@tintype/core'
import { PixelError } from '@tintype/pixels'
import { describe, expect, it } from 'vitest'
import { decode, decodePriced, encode, encodePriced, failure } from './sample-jobs.ts'
import { drawRaster, gradient, maxDifference, pixel } from './sample-rasters.ts'
import { toldAtOnce } from './told.ts'

const SIZE = { width: 60, height: 40 }
const names = OUTPUT_FORMATS
const LIBRARIES = ['webp', 'avif'] as const

describe.each(names)('%s', (format) => {
  it('encodes what it decodes', async () => {
    const quality = format === 'png' ? null : 90 // a PNG is reduced where a quality is given
    const bytes = await encode(format, gradient(60, 40), { quality })
    expect(sniffFormat(bytes)).toEqual({ format })
    expect(readImageHeader(bytes)).toMatchObject({ format, ...SIZE })
    const tolerance = { png: 0, jpeg: 12, webp: 12, avif: 12, gif: 32 }[format] // lossy, colours at half resolution
    expect(maxDifference(await decode(format, bytes, SIZE), gradient(60, 40))).toBeLessThanOrEqual(tolerance)
  })

  it('gives exactly packed bytes', async () => {
    const bytes = await encode(format, gradient(60, 40))
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength)
  })

  it('keeps alpha when it has a place for it', async () => {
    const half = drawRaster(60, 40, (x) => [200, 100, 50, x < 30 ? 255 : 0])
    const result = await decode(format, await encode(format, half), SIZE, { hasAlpha: true })
    expect(pixel(result, 2, 20)[3]).toBe(255)
    expect(pixel(result, 57, 20)[3]).toBe(FORMATS[format].alpha ? 0 : 255)
  })

  it('leaves no global behind', async () => {
    const before = Object.getOwnPropertyNames(globalThis)
    await decode(format, await encode(format, gradient(60, 40)), SIZE)
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before)
    expect(globalThis).not.toHaveProperty('ImageData')
  })

  it('answers damaged bytes with an error of ours, and works again afterwards', async () => {
    const bytes = await encode(format, gradient(60, 40))
    const damaged = bytes.slice()
    damaged.fill(0x5a, 12)
    const error = await failure(decode(format, damaged, SIZE))
    expect(error instanceof ApiError || error instanceof PixelError).toBe(true)
    expect((await decode(format, bytes, SIZE)).width).toBe(60)
  })

  it('refuses pixels that contradict the header', async () => {
    const bytes = await encode(format, gradient(60, 40))
    const error = await failure(decode(format, bytes, { width: 61, height: 40 }))
    // A GIF's first frame may enlarge it, so nothing is known of its size before that.
    expect(error).toMatchObject(format === 'gif' ? { reason: 'corrupt' } : { kind: 'decodingFailed' })
  })
})

describe.each(LIBRARIES)('%s through its library', (format) => {
  it('answers bytes of another length than was stored with an error', async () => {
    const bytes = await encode(format, gradient(60, 40))
    for (const sizeBytes of [bytes.length - 1, bytes.length + 1]) {
      const error = await failure(decode(format, bytes, SIZE, { sizeBytes }))
      expect(error).toMatchObject({ kind: 'decodingFailed' })
    }
  })
})

describe.each(['jpeg', 'png'] as const)('%s through the kernel', (format) => {
  it('shows what there is of a file that ends early', async () => {
    const bytes = await encode(
      format,
      drawRaster(60, 400, (x, y) => [x * 4, (y * 37) & 255, y & 255, 255]),
    )
    const size = { width: 60, height: 400 }
    const { picture, truncated } = await decodePriced(format, bytes.slice(0, bytes.length - 100), size)
    expect(truncated).toBe(true)
    expect(picture.height).toBe(400)
  })
})

const noise = drawRaster(700, 500, (x, y) => {
  const value = Math.imul(x * 8191 + y * 131, 0x9e3779b1) >>> 0
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
})

/** What no encoder can shorten: black and white at random. */
const snow = drawRaster(500, 400, (x, y) => {
  const value =
    (Math.imul(Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 7, 0x85ebca6b), 0xc2b2ae35) >>> 13) & 7
  return [(value & 1) * 255, ((value >> 1) & 1) * 255, (value >> 2) * 255, 255]
})

describe.each(names)('%s does its work within its price', (format) => {
  // Noise that AVIF stores without loss takes three times as much to decode as any other: there the cap holds.
  it.each(format === 'avif' ? [30, 85] : [30, 85, 89, 100])(
    'on noise and on a gradient, at quality %i',
    async (quality) => {
      for (const picture of [noise, snow, gradient(1000, 700), gradient(3, 2)]) {
        const hasAlpha = FORMATS[format].alpha && picture === noise
        const encoded = await encodePriced(format, picture, { quality, hasAlpha })
        expect(encoded.peakBytes).toBeLessThanOrEqual(encoded.pricedBytes)
        const decoded = await decodePriced(format, encoded.bytes, picture, { hasAlpha })
        expect(decoded.peakBytes).toBeLessThanOrEqual(decoded.pricedBytes)
        expect([decoded.picture.width, decoded.picture.height]).toEqual([picture.width, picture.height])
      }
    },
    60_000,
  )
})

describe.each(names)('%s of a picture that is a thread', (format) => {
  const thread = (width: number, height: number) =>
    drawRaster(width, height, (x, y) => {
      const value = Math.imul(Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 7, 0x85ebca6b), 0xc2b2ae35) >>> 4
      return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, 255]
    })
  it.each([
    [1, 8000],
    [8000, 1],
    [4, 5000],
    [64, 6000],
  ])('%ix%i px, within its price', async (width, height) => {
    const picture = thread(width, height)
    for (const quality of [85, 100]) {
      const { bytes, peakBytes, pricedBytes } = await encodePriced(format, picture, {
        quality,
        hasAlpha: false,
      })
      expect(bytes.length).toBeGreaterThan(0)
      expect(peakBytes).toBeLessThanOrEqual(pricedBytes)
    }
  })
})

describe('JPEG', () => {
  const isProgressive = (bytes: Uint8Array) =>
    bytes.some((byte, i) => byte === 0xff && bytes[i + 1] === 0xc2 && bytes[i + 2] === 0)

  it.each([
    [49, 49, false],
    [50, 49, true],
    [50, 50, true],
    [300, 200, true],
  ])('of %ix%i px is progressive: %s', async (width, height, expected) => {
    expect(isProgressive(await encode('jpeg', gradient(width, height)))).toBe(expected)
  })

  it('carries EXIF behind its JFIF segment', async () => {
    const plain = await encode('jpeg', gradient(60, 40))
    const bytes = await encode('jpeg', gradient(60, 40), {
      told: toldAtOnce({ exif: new Uint8Array([1, 2, 3]), xmp: null }),
    })
    expect(bytes.length).toBe(plain.length + 4 + 6 + 3)
    expect([...bytes.subarray(20, 33)]).toEqual([0xff, 0xe1, 0, 11, 0x45, 0x78, 0x69, 0x66, 0, 0, 1, 2, 3])
    expect(maxDifference(await decode('jpeg', bytes, SIZE), await decode('jpeg', plain, SIZE))).toBe(0)
  })
})
