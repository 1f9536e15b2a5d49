import { ApiError, type OutputFormat, planTransform, readImageHeader } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import type { EncodeSettings } from './codec.ts'
import { CODECS, hasMagic } from './codecs.ts'
import {
  copyRaster,
  drawRaster,
  factsOf,
  gradient,
  maxDifference,
  pixel,
  streamOf,
} from './sample-rasters.ts'

const SETTINGS: EncodeSettings = { quality: 90, exif: null }
const LIMIT = { heapBytes: 64e6 }
const names = Object.keys(CODECS) as OutputFormat[]

const encode = async (format: OutputFormat, raster = gradient(60, 40), settings = SETTINGS) =>
  (await CODECS[format].load()).encode(raster, settings, LIMIT)

async function decode(format: OutputFormat, bytes: Uint8Array, size = { width: 60, height: 40 }) {
  const codec = await CODECS[format].load()
  const plan = planTransform(size, { fit: 'scale-down' })
  return codec.decodeAndResize(streamOf(bytes), factsOf(format, bytes, size), plan, LIMIT)
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

describe.each(names)('%s', (format) => {
  it('encodes what it decodes', async () => {
    const bytes = await encode(format)
    expect(hasMagic(format, bytes)).toBe(true)
    expect(readImageHeader(bytes)).toMatchObject({ format, width: 60, height: 40 })
    const tolerance = { png: 0, jpeg: 12, webp: 12, avif: 12 }[format] // lossy, colours at half resolution
    expect(maxDifference(await decode(format, bytes), gradient(60, 40))).toBeLessThanOrEqual(tolerance)
  })

  it('gives exactly packed bytes and leaves its input alone', async () => {
    const input = gradient(60, 40)
    const before = copyRaster(input)
    const bytes = await encode(format, input)
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength)
    expect(maxDifference(input, before)).toBe(0)
  })

  it('reads pixels that lie inside a larger buffer', async () => {
    const { width, height, data } = gradient(60, 40)
    const larger = new Uint8ClampedArray(data.length + 64)
    larger.set(data, 32)
    const inside = { width, height, data: larger.subarray(32, 32 + data.length) }
    expect(await encode(format, inside)).toEqual(await encode(format, gradient(60, 40)))
  })

  it('keeps alpha when it has a place for it', async () => {
    const half = drawRaster(60, 40, (x) => [200, 100, 50, x < 30 ? 255 : 0])
    const result = await decode(format, await encode(format, half))
    expect(pixel(result, 2, 20)[3]).toBe(255)
    expect(pixel(result, 57, 20)[3]).toBe(CODECS[format].alpha ? 0 : 255)
  })

  it('leaves no global behind', async () => {
    const before = Object.getOwnPropertyNames(globalThis)
    await decode(format, await encode(format))
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before)
    expect(globalThis).not.toHaveProperty('ImageData')
  })

  it('answers damaged bytes with an error of ours, and works again afterwards', async () => {
    const bytes = await encode(format)
    const damaged = bytes.slice()
    damaged.fill(0x5a, 12)
    const error = await failure(decode(format, damaged))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ kind: 'decodingFailed' })
    expect((await decode(format, bytes)).width).toBe(60)
  })

  it('answers bytes of another length than was stored with an error', async () => {
    const bytes = await encode(format)
    const codec = await CODECS[format].load()
    const size = { width: 60, height: 40 }
    const plan = planTransform(size, { fit: 'scale-down' })
    for (const sizeBytes of [bytes.length - 1, bytes.length + 1]) {
      const facts = factsOf(format, bytes, size, { sizeBytes })
      const error = await failure(codec.decodeAndResize(streamOf(bytes), facts, plan, LIMIT))
      expect(error).toMatchObject({ kind: 'decodingFailed' })
    }
  })

  it('refuses pixels that contradict the header', async () => {
    const error = await failure(decode(format, await encode(format), { width: 61, height: 40 }))
    expect(error).toMatchObject({ kind: 'decodingFailed' })
  })
})

describe.each(names.filter((name) => name !== 'png'))('the heap of %s', (format) => {
  it('never grows beyond its price', async () => {
    const size = { width: 3000, height: 2000 }
    const codec = await CODECS[format].load()
    const error = await failure(
      codec.encode(gradient(size.width, size.height), SETTINGS, { heapBytes: 20e6 }),
    )
    expect(error).toMatchObject({ kind: 'encodingFailed' })
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
    const plain = await encode('jpeg')
    const bytes = await encode('jpeg', gradient(60, 40), { quality: 90, exif: new Uint8Array([1, 2, 3]) })
    expect(bytes.length).toBe(plain.length + 4 + 6 + 3)
    expect([...bytes.subarray(20, 33)]).toEqual([0xff, 0xe1, 0, 11, 0x45, 0x78, 0x69, 0x66, 0, 0, 1, 2, 3])
    expect(maxDifference(await decode('jpeg', bytes), await decode('jpeg', plain))).toBe(0)
  })
})
