import {
  type FormatClass,
  type OutputFormat,
  programOfOptions,
  type ResolvedOptions,
  type SourceFacts,
  type SourceRef,
} from '@tintype/core'
import { crc32 } from '@tintype/core/containers'
import { createKernel } from '@tintype/pixels'
import { kernelModule } from '@tintype/pixels/module'
import { beforeEach, describe, expect, it } from 'vitest'
import { iccTag, rgbProfile } from '../../../test/support/icc-profile.ts'
import { createGovernor, type Governor, ISOLATE_BUDGET } from './governor.ts'
import { createIsolateKernels } from './isolate-kernels.ts'
import { decode, encode, failure } from './sample-jobs.ts'
import { drawRaster, factsOf, pixel, QUARTERS, quarters, type Raster, streamOf } from './sample-rasters.ts'
import { transformImage } from './transform-image.ts'

let governor: Governor

beforeEach(() => {
  governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) })
})

const kernels = createIsolateKernels()
const toPng = (raster: Raster) => encode('png', raster)

/** A job on a source whose bytes come as `body` gives them. */
function transform(
  source: SourceRef,
  body: () => ReadableStream<Uint8Array>,
  options: ResolvedOptions = {},
  formatClass: FormatClass = 'base',
  alsoFits?: ResolvedOptions,
) {
  const program = programOfOptions({ metadata: 'none', ...options })
  const second = alsoFits === undefined ? {} : { mustAlsoFit: programOfOptions(alsoFits) }
  return transformImage(
    { program, source, formatClass, ...second },
    {
      governor,
      kernels,
      open: async () => ({ body: body(), sizeBytes: 0 }),
      yield: () => scheduler.wait(0),
    },
  )
}
const stored = (facts: SourceFacts): SourceRef => ({ kind: 'stored', blobKey: 'blobs/a/b', facts })

/** Draw, transform, decode. */
async function run(drawn: Raster, options: ResolvedOptions, facts: Partial<SourceFacts> = {}) {
  const bytes = await toPng(drawn)
  const result = await transform(stored(factsOf('png', bytes, drawn, facts)), () => streamOf(bytes), options)
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  const raster = await decode(result.format as OutputFormat, result.bytes, result, {
    hasAlpha: facts.hasAlpha ?? false,
  })
  return { ...result, raster }
}

const { red, green, blue, white } = QUARTERS

describe('fit', () => {
  // A card of 80x40: red, green over blue, white. Corners are read one pixel inside the edges.
  it.each([
    ['scale-down', 40, 40, '40x20', [red, green, blue, white]],
    ['scale-down', 400, 400, '80x40', [red, green, blue, white]],
    ['contain', 160, 160, '160x80', [red, green, blue, white]],
    ['cover', 20, 40, '20x40', [red, green, blue, white]],
    ['cover', 160, 160, '160x160', [red, green, blue, white]],
    ['crop', 20, 20, '20x20', [red, green, blue, white]],
    ['crop', 400, 20, '80x20', [red, green, blue, white]],
    ['pad', 40, 40, '40x40', [white, white, white, white]],
    ['pad', 100, 40, '100x40', [white, white, white, white]],
  ] as const)('%s into %ix%i gives %s', async (fit, width, height, size, corners) => {
    const { raster } = await run(quarters(80, 40), { fit, width, height })
    expect(`${raster.width}x${raster.height}`).toBe(size)
    const [right, bottom] = [raster.width - 2, raster.height - 2]
    const seen = [
      pixel(raster, 1, 1),
      pixel(raster, right, 1),
      pixel(raster, 1, bottom),
      pixel(raster, right, bottom),
    ]
    expect(seen).toEqual(corners)
  })

  it('puts the picture in the middle of a padded canvas', async () => {
    const { raster } = await run(quarters(80, 40), { fit: 'pad', width: 40, height: 40 })
    expect(pixel(raster, 1, 9)).toEqual(white)
    expect(pixel(raster, 1, 11)).toEqual(red)
    expect(pixel(raster, 38, 11)).toEqual(green)
    expect(pixel(raster, 1, 28)).toEqual(blue)
    expect(pixel(raster, 1, 31)).toEqual(white)
  })

  it('keeps the middle of what it cuts', async () => {
    const stripes = drawRaster(90, 30, (x) => (x < 30 ? red : x < 60 ? green : blue))
    const { raster } = await run(stripes, { fit: 'cover', width: 30, height: 30 })
    for (const x of [1, 15, 28]) expect(pixel(raster, x, 15)).toEqual(green)
  })
})

describe('orientation', () => {
  // Where the quarters red, green, blue, white of the stored picture go, left top first in reading order.
  it.each([
    [1, '80x40', [red, green, blue, white]],
    [2, '80x40', [green, red, white, blue]],
    [3, '80x40', [white, blue, green, red]],
    [4, '80x40', [blue, white, red, green]],
    [5, '40x80', [red, blue, green, white]],
    [6, '40x80', [blue, red, white, green]],
    [7, '40x80', [white, green, blue, red]],
    [8, '40x80', [green, white, red, blue]],
  ] as const)('%i is baked in', async (orientation, size, corners) => {
    const { raster } = await run(quarters(160, 80), { width: 80, height: 80 }, { orientation })
    expect(`${raster.width}x${raster.height}`).toBe(size)
    const [right, bottom] = [raster.width - 2, raster.height - 2]
    expect([
      pixel(raster, 1, 1),
      pixel(raster, right, 1),
      pixel(raster, 1, bottom),
      pixel(raster, right, bottom),
    ]).toEqual(corners)
  })

  it('cuts the upright picture', async () => {
    const stripes = drawRaster(30, 90, (_, y) => (y < 30 ? red : y < 60 ? green : blue))
    const { raster } = await run(stripes, { fit: 'cover', width: 30, height: 30 }, { orientation: 6 })
    expect(pixel(raster, 15, 15)).toEqual(green)
  })
})

describe('alpha', () => {
  const half = drawRaster(64, 64, (x) => (x < 32 ? [200, 0, 0, 255] : [0, 0, 0, 128]))

  it('stays where the result has a place for it', async () => {
    const { raster, format } = await run(half, { width: 32 }, { hasAlpha: true })
    expect(format).toBe('png')
    expect(pixel(raster, 30, 5)).toEqual([0, 0, 0, 128])
  })

  it('stays inside a padded canvas, whose own space is white', async () => {
    const { raster } = await run(half, { fit: 'pad', width: 32, height: 64 }, { hasAlpha: true })
    expect(pixel(raster, 30, 32)).toEqual([0, 0, 0, 128])
    expect(pixel(raster, 30, 2)).toEqual(white)
  })

  it('is not there in a WebP that does not announce it: colours are shown as they are stored', async () => {
    const webp = await encode('webp', half, { quality: 100 })
    const source = factsOf('webp', webp, half, { hasAlpha: false })
    const result = await transform(stored(source), () => streamOf(webp))
    expect(result.format).toBe('jpeg')
    const shown = pixel(await decode('jpeg', result.bytes, result), 50, 32)
    const drawn = pixel(half, 50, 32)
    for (const channel of [0, 1, 2] as const)
      expect(Math.abs(shown[channel] - drawn[channel])).toBeLessThan(5)
    expect(shown[3]).toBe(255)
  })
})

describe('refusals come before decoding', () => {
  /** A stream that says whether it was read beyond its first bytes, and whether it was cancelled. */
  function watched(bytes: Uint8Array) {
    const seen = { pulls: 0, isOpened: false, isCancelled: false }
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          seen.pulls += 1
          seen.isOpened = true
          const chunk = new Uint8Array(200_000)
          chunk.set(bytes.subarray(0, chunk.length))
          controller.enqueue(chunk)
        },
        cancel() {
          seen.isCancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    return { seen, body }
  }
  const JPEG = new Uint8Array([0xff, 0xd8, 0xff])
  const WEBP = new TextEncoder().encode('RIFF____WEBPVP8 ')
  const size = { width: 12_000, height: 8000 }

  it.each([
    ['a picture that needs more memory than there is', factsOf('webp', WEBP, size), {}, 'refusedDimensions'],
    ['a JPEG without a header', factsOf('jpeg', JPEG, size), {}, 'decodingFailed'],
    [
      'a result beyond the largest side',
      factsOf('jpeg', JPEG, { width: 10, height: 9999 }),
      { fit: 'contain', width: 9999 },
      'refusedDimensions',
    ],
    ['a format for later', factsOf('heic', JPEG, size), {}, 'notAnImage'],
    ['an animation that nobody reads', factsOf('avif', JPEG, size, { animated: true }), {}, 'notAnImage'],
    ['bytes of another format', factsOf('png', JPEG, { width: 9, height: 9 }), {}, 'decodingFailed'],
  ] as const)('%s', async (_, source, options, kind) => {
    const { seen, body } = watched(source.format === 'webp' ? WEBP : JPEG)
    expect(await failure(transform(stored(source), () => body, options, 'avif'))).toMatchObject({ kind })
    expect(seen.pulls).toBeLessThanOrEqual(1)
    expect(seen.isCancelled).toBe(seen.isOpened)
    expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0, waiting: 0 })
  })
})

it('refuses a picture of which a second program would need more than there is, without running that', async () => {
  const bytes = await toPng(quarters(80, 40))
  const run = (width: number) =>
    transform(
      stored(factsOf('png', bytes, { width: 80, height: 40 })),
      () => streamOf(bytes),
      { width: 8 },
      'base',
      {
        width,
        fit: 'contain',
      },
    )
  expect(await run(800)).toMatchObject({ width: 8, height: 4 })
  expect(await failure(run(12_000))).toMatchObject({ kind: 'refusedDimensions' })
  expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0, waiting: 0 })
})

it('gives its memory back when it fails', async () => {
  const bytes = await toPng(quarters(80, 40))
  const cut = bytes.slice(0, 60)
  const source = factsOf('png', cut, { width: 80, height: 40 })
  expect(await failure(transform(stored(source), () => streamOf(cut)))).toMatchObject({
    kind: 'decodingFailed',
  })
  expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0 })
})

it('never holds more before jobs have their memory than is set aside for that', async () => {
  const bytes = await toPng(quarters(80, 40))
  const profile = rgbProfile('Display P3', iccTag.curve(563))
  const padded = new Uint8Array(2 << 20)
  padded.set(profile)
  const deflated = new Response(padded).body?.pipeThrough(new CompressionStream('deflate'))
  const compressed = new Uint8Array(await new Response(deflated).arrayBuffer())
  // Behind the signature and IHDR: length, type, a name of one letter, method 0, data, checksum.
  const chunk = Uint8Array.of(
    ...[0, 0, 0, 0],
    ...[0x69, 0x43, 0x43, 0x50],
    0x70,
    0,
    0,
    ...compressed,
    0,
    0,
    0,
    0,
  )
  const view = new DataView(chunk.buffer)
  view.setUint32(0, chunk.length - 12)
  view.setUint32(chunk.length - 4, crc32(chunk.subarray(4, -4)))
  const withProfile = new Uint8Array(
    await new Blob([bytes.slice(0, 33), chunk, bytes.slice(33)]).arrayBuffer(),
  )
  const source = factsOf('png', withProfile, { width: 80, height: 40 })
  const other = await governor.start()
  const everything = await other.claim(ISOLATE_BUDGET.budgetBytes)
  const jobs = Array.from({ length: 20 }, () => transform(stored(source), () => streamOf(withProfile)))
  let mostStartBytes = 0
  while (governor.usage().waiting < 20) {
    mostStartBytes = Math.max(mostStartBytes, governor.usage().startBytes)
    await scheduler.wait(1)
  }
  expect(mostStartBytes).toBeGreaterThan(2 * (2 << 20)) // several hold an unpacked profile while they wait
  expect(mostStartBytes).toBeLessThanOrEqual(ISOLATE_BUDGET.startBytes)
  everything.release()
  expect(await Promise.all(jobs)).toHaveLength(20) // none is refused: they begin one after the other
})

it('shows rows that never came as white where the picture is opaque, and so within the price of an opaque result', async () => {
  const drawn = drawRaster(1200, 900, (x, y) => [x & 255, y & 255, (x * y) & 255, 255])
  const whole = await toPng(drawn)
  const bytes = whole.slice(0, whole.length / 2)
  const result = await transform(stored(factsOf('png', bytes, drawn)), () => streamOf(bytes), {}, 'webp')
  expect(result).toMatchObject({ format: 'webp', warnings: ['source is truncated'] })
  const raster = await decode('webp', result.bytes, result, { hasAlpha: false })
  expect(pixel(raster, 600, 890)).toEqual([255, 255, 255, 255])
})

describe('memory that jobs reuse', () => {
  /** Bytes of the pool's memory that a fresh kernel would not have there. */
  function leftovers(): number {
    const reused = new Uint8Array(kernels.start(Number.POSITIVE_INFINITY).exports.memory.buffer)
    const fresh = new Uint8Array(createKernel(kernelModule).exports.memory.buffer)
    return reused.reduce((sum, byte, i) => sum + (byte === (fresh[i] ?? 0) ? 0 : 1), 0)
  }

  it('shows the next job nothing, and a result keeps its own bytes', async () => {
    kernels.release(Number.POSITIVE_INFINITY)
    const drawn = drawRaster(300, 200, (x, y) => [x, y, x ^ y, 255 - (x & 127)])
    const first = await run(drawn, {})
    expect(kernels.retainedBytes()).toBeGreaterThan(300 * 200 * 4)
    expect(leftovers()).toBe(0)

    const before = first.bytes.slice()
    const second = await run(quarters(300, 200), {})
    expect(first.bytes).toEqual(before)
    expect(second.raster.data).toEqual(quarters(300, 200).data)
  })

  it('is cleared after a job that failed', async () => {
    kernels.release(Number.POSITIVE_INFINITY)
    const drawn = drawRaster(300, 200, (x, y) => [x, y, x ^ y, 255])
    const bytes = await toPng(drawn)
    bytes.fill(0x55, 60, bytes.length - 30) // image data, from its first bytes on
    const source = stored(factsOf('png', bytes, drawn))
    expect(await failure(transform(source, () => streamOf(bytes)))).toMatchObject({ kind: 'decodingFailed' })
    expect(kernels.retainedBytes()).toBeGreaterThan(300 * 200 * 4)
    expect(leftovers()).toBe(0)
  })
})

describe('format=json', () => {
  it('says what the picture would be and what it is made of, and decodes nothing', async () => {
    const bytes = await toPng(quarters(80, 40))
    const facts = factsOf('png', bytes, { width: 80, height: 40 }, { orientation: 6 })
    const result = await transform(stored(facts), () => streamOf(bytes.subarray(0, 60)), {
      format: 'json',
      width: 30,
    })
    expect(result).toMatchObject({ format: 'json', width: 30, height: 60, warnings: [] })
    expect(JSON.parse(new TextDecoder().decode(result.bytes))).toEqual({
      width: 30,
      height: 60,
      original: { file_size: bytes.length, width: 80, height: 40, format: 'image/png' },
    })
  })
})
