import createDecoder from '@jsquash/webp/codec/dec/webp_dec.js'
import { createMemoryPool } from '@tintype/pixels'
import { describe, expect, it } from 'vitest'
import decoderCode from '../../build/webp_dec.wasm?module'
import { createMemoryMeter } from '../memory-meter.ts'
import { encode } from '../sample-jobs.ts'
import { drawRaster, gradient, type Raster } from '../sample-rasters.ts'
import { type Library, withInstance } from './emscripten.ts'

const PAGE_BYTES = 65_536
const ANY = 64e6
const DECODER: Library = { factory: createDecoder, compiled: decoderCode, initialPages: 4 }
interface Decoder {
  decode(file: Uint8Array): Raster | null
}

const createPool = () => createMemoryPool({ initialPages: 4, maximumPages: 32_768, maxRetainedBytes: 64e6 })
type Pool = ReturnType<typeof createPool>

const decode = (pool: Pool, file: Uint8Array, limitBytes = ANY, meter = createMemoryMeter()) =>
  withInstance(DECODER, limitBytes, meter, pool, (decoder: Decoder) => decoder.decode(file))

const noise = drawRaster(500, 400, (x, y) => {
  const value = Math.imul(x * 8191 + y * 131, 0x9e3779b1) >>> 0
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, 255]
})

/** Every byte of the memory that the next job would get. */
const nextJobSees = (pool: Pool): Uint8Array => new Uint8Array(pool.take(ANY).buffer)

describe('the heap of a library', () => {
  it('shows the next job nothing, while the result keeps its own bytes', async () => {
    const pool = createPool()
    const picture = await decode(pool, await encode('webp', noise, { quality: 100 }))
    expect(pool.retainedBytes()).toBeGreaterThan(noise.data.length)
    const bytes = nextJobSees(pool)
    expect(bytes.length).toBeGreaterThan(noise.data.length)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
    expect(picture?.data).toEqual(noise.data)
  })

  it.each([
    ['the library fails', (decoder: Decoder) => decoder.decode(new Uint8Array([1, 2, 3]))],
    [
      'our own code fails',
      () => {
        throw new Error('ours')
      },
    ],
  ])('is cleared when %s', async (_, work) => {
    const pool = createPool()
    await withInstance(DECODER, ANY, createMemoryMeter(), pool, work).catch(() => null)
    expect(pool.retainedBytes()).toBeGreaterThan(0)
    expect(nextJobSees(pool).every((byte) => byte === 0)).toBe(true)
  })

  it('serves job after job, each as if it were the first', async () => {
    const pool = createPool()
    const files = [noise, gradient(90, 70), gradient(700, 500), noise]
    const encoded = await Promise.all(files.map((picture) => encode('webp', picture, { quality: 100 })))
    for (const [i, file] of encoded.entries())
      expect((await decode(pool, file))?.data).toEqual(files[i]?.data)
    const used = pool.take(ANY)
    expect(Object.hasOwn(used, 'grow')).toBe(false)
    expect(used).not.toBe(pool.take(ANY))
  })

  it('of a job that was cancelled is not waited for', async () => {
    const pool = createPool()
    const file = await encode('webp', gradient(90, 70))
    pool.take(ANY) // never given back
    expect((await decode(pool, file))?.width).toBe(90)
  })
})

describe('the limit of a heap', () => {
  it('holds on a memory that an earlier job has grown', async () => {
    const pool = createPool()
    const file = await encode('webp', noise, { quality: 100 })
    await decode(pool, file)
    const grownBytes = pool.retainedBytes()
    const limitBytes = noise.data.length // too little for file and pixels
    expect(limitBytes).toBeLessThan(grownBytes)
    const meter = createMemoryMeter()
    await expect(decode(pool, file, limitBytes, meter)).rejects.toThrow('heap limit')
    expect(meter.peakBytes()).toBeLessThanOrEqual(limitBytes)
    expect((await decode(pool, file, grownBytes))?.data).toEqual(noise.data)
  })

  it('counts what the heap has come to', async () => {
    const meter = createMemoryMeter()
    await decode(createPool(), await encode('webp', noise, { quality: 100 }), ANY, meter)
    expect(meter.peakBytes()).toBeGreaterThan(noise.data.length)
    expect(meter.peakBytes() % PAGE_BYTES).toBe(0)
  })
})
