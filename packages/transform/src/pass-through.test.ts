import { programOfOptions, type ResolvedOptions, type SourceRef } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createGovernor, ISOLATE_BUDGET } from './governor.ts'
import { createIsolateKernels } from './isolate-kernels.ts'
import { createMemoryMeter } from './memory-meter.ts'
import { planDocument, runPassThrough } from './pass-through.ts'
import { encode } from './sample-jobs.ts'
import { factsOf, quarters, streamOf } from './sample-rasters.ts'
import { transformImage } from './transform-image.ts'

const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) })
const kernels = createIsolateKernels()
const X = 'xmlns="http://www.w3.org/2000/svg"'
const bytesOf = (text: string) => new TextEncoder().encode(text)

async function transform(svg: string, options: ResolvedOptions = {}, keeper: 'hosted' | 'remote' = 'hosted') {
  const file = bytesOf(svg)
  const source: SourceRef = { kind: 'remote', url: 'https://a.example/a.svg', etag: null }
  const result = await transformImage(
    { program: programOfOptions(options, keeper), source, formatClass: 'avif' },
    {
      governor,
      kernels,
      open: async () => ({ body: streamOf(file), sizeBytes: file.length }),
      yield: () => scheduler.wait(0),
    },
  )
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  return { ...result, text: new TextDecoder().decode(result.bytes) }
}

const DRAWING = `<?xml version="1.0"?><svg ${X} width="40" height="20"><script>x</script><rect width="9" height="9"/></svg>`
const CLEAN = `<svg ${X} width="40" height="20"><rect width="9" height="9"/></svg>`

describe('an SVG', () => {
  it.each<ResolvedOptions>([
    {},
    { width: 8, height: 8, fit: 'cover', gravity: 'auto' },
    { sharpen: 1, rotate: 90 },
    { format: 'auto' },
    { format: 'svg' },
  ])('leaves sanitised and at its own size with %j', async (options) => {
    expect(await transform(DRAWING, options)).toMatchObject({
      ...{ text: CLEAN, format: 'svg', width: 40, height: 20, warnings: [] },
    })
  })
  it('of another host does so too', async () => {
    expect(await transform(DRAWING, {}, 'remote')).toMatchObject({ text: CLEAN, format: 'svg' })
  })
  it.each<ResolvedOptions>([{ blur: 50 }, { trim: { left: 5 } }, { draw: [{ text: 'sold' }] }])(
    'is drawn where something may have to be hidden: %j',
    async (options) => {
      const { format, text } = await transform(DRAWING, options)
      expect(format).not.toBe('svg')
      expect(text).not.toContain('rect')
    },
  )
  it.each<ResolvedOptions>([{ blur: 50 }, { trim: { left: 5 } }])(
    'cannot stay one and have something hidden: %j',
    async (options) => {
      await expect(transform(DRAWING, { format: 'svg', ...options })).rejects.toMatchObject({
        kind: 'invalidOptions',
      })
    },
  )
  it('is told of by its format alone', async () => {
    const { text, format } = await transform(DRAWING, { format: 'json', width: 10 })
    expect(format).toBe('json')
    expect(JSON.parse(text)).toEqual({ original: { format: 'image/svg+xml' } })
  })
  it('that is damaged is the fault of its sender', async () => {
    await expect(transform(DRAWING.slice(0, -3))).rejects.toMatchObject({
      ...{ kind: 'decodingFailed', detail: 'damaged SVG: it is no well-formed XML' },
    })
  })
  it('is not made of a picture', async () => {
    const picture = quarters(8, 8)
    const file = await encode('png', picture)
    const job = transformImage(
      {
        program: programOfOptions({ format: 'svg' }),
        source: { kind: 'stored', blobKey: 'a', facts: factsOf('png', file, picture) },
        formatClass: 'base',
      },
      {
        governor,
        kernels,
        open: async () => ({ body: streamOf(file), sizeBytes: file.length }),
        yield: async () => {},
      },
    )
    await expect(job).rejects.toMatchObject({ kind: 'notAnImage' })
  })
})

it('a document that is not written anew passes byte for byte, within its price', async () => {
  const file = bytesOf('GIF89a and so on')
  const plan = planDocument(
    factsOf('gif', file, { width: 30, height: 20 }, { orientation: 6 }),
    new Uint8Array(),
    null,
    ['as it came'],
  )
  expect(plan).toMatchObject({ format: 'gif', size: { width: 20, height: 30 }, warnings: ['as it came'] })
  const meter = createMemoryMeter()
  expect(await runPassThrough(plan, streamOf(file), meter)).toEqual(file)
  expect(meter.peakBytes()).toBeLessThanOrEqual(plan.price.peakBytes)
  await expect(runPassThrough(plan, streamOf(file.subarray(1)), meter)).rejects.toMatchObject({
    kind: 'decodingFailed',
  })
})
