import { ApiError, programOfOptions, type Rect, type ResolvedOptions, type SourceRef } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createGovernor, ISOLATE_BUDGET } from './governor.ts'
import { createIsolateKernels } from './isolate-kernels.ts'
import { decode, encode, failure } from './sample-jobs.ts'
import { drawRaster, factsOf, pixel, type Raster, streamOf } from './sample-rasters.ts'
import { transformImage } from './transform-image.ts'
import type { SeenPicture, Vision } from './vision.ts'

const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) })
const kernels = createIsolateKernels()

/** Somebody who sees what a test tells, and notes what was shown. */
function createVision({
  faces = [] as readonly Rect[],
  mask = (_x: number, _y: number): number => 255,
} = {}) {
  const seen: SeenPicture[] = []
  const vision: Vision = {
    async findFaces(picture) {
      seen.push(picture)
      return faces
    },
    async maskForeground(picture) {
      seen.push(picture)
      const { width, height } = picture
      return Uint8Array.from({ length: width * height }, (_, i) =>
        mask((i % width) / width, i / width / height),
      )
    },
  }
  return { vision, seen }
}

async function run(drawn: Raster, options: ResolvedOptions, vision: Vision | null) {
  const file = await encode('png', drawn)
  const source: SourceRef = { kind: 'stored', blobKey: 'base', facts: factsOf('png', file, drawn) }
  const program = programOfOptions({ format: 'png-force', metadata: 'none', ...options })
  const result = await transformImage(
    { program, source, formatClass: 'base' },
    {
      ...{ governor, kernels, vision },
      open: async () => ({ body: streamOf(file), sizeBytes: file.length }),
      yield: () => scheduler.wait(0),
    },
  )
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0 })
  return { ...result, raster: await decode('png', result.bytes, result, { hasAlpha: true }) }
}

/** Red and green tell where a pixel was, in eighths of 255. */
const map = (width: number, height: number): Raster =>
  drawRaster(width, height, (x, y) => [Math.round((x * 255) / width), Math.round((y * 255) / height), 0, 255])

describe('gravity=face', () => {
  const options = { width: 100, height: 100, fit: 'cover', gravity: 'face' } as const

  it('keeps the middle of all faces in the middle', async () => {
    const faces = [
      { x: 300, y: 40, width: 20, height: 20 },
      { x: 340, y: 60, width: 20, height: 20 },
    ]
    const { vision, seen } = createVision({ faces })
    const { raster, warnings } = await run(map(400, 100), options, vision)
    expect(seen[0]).toMatchObject({ width: 400, height: 100 })
    expect(warnings).toEqual([])
    expect(pixel(raster, 0, 50)[0]).toBeCloseTo((280 * 255) / 400, -0.5) // 330 - 50
  })

  it('cuts at them at zoom 1, also where no size is asked for', async () => {
    const { vision } = createVision({ faces: [{ x: 40, y: 20, width: 30, height: 50 }] })
    const { width, height, raster } = await run(map(400, 100), { gravity: 'face', zoom: 1 }, vision)
    expect([width, height]).toEqual([30, 50])
    expect(pixel(raster, 0, 0)).toEqual([26, 51, 0, 255])
  })

  it('looks at a copy of at most 1,024 px', async () => {
    const { vision, seen } = createVision()
    await run(map(2048, 64), options, vision)
    expect(seen[0]).toMatchObject({ width: 1024, height: 32 })
  })

  it('is the centre where there is no face, and with a warning where nobody can look', async () => {
    const centred = await run(map(400, 100), { ...options, gravity: 'center' }, null)
    const faceless = await run(map(400, 100), options, createVision().vision)
    expect(faceless.raster).toEqual(centred.raster)
    expect(faceless.warnings).toEqual([])
    const blind = await run(map(400, 100), options, null)
    expect(blind.raster).toEqual(centred.raster)
    expect(blind.warnings).toEqual(['faces cannot be found here: gravity is the centre'])
  })
})

describe('segment', () => {
  it('makes everything but the foreground transparent, and background fills it', async () => {
    const { vision, seen } = createVision({ mask: (x) => (x < 0.5 ? 255 : 0) })
    const { raster } = await run(map(64, 32), { segment: 'foreground' }, vision)
    expect(seen[0]).toMatchObject({ width: 64, height: 32 })
    expect(pixel(raster, 20, 10)).toEqual(pixel(map(64, 32), 20, 10))
    expect(pixel(raster, 50, 10)[3]).toBe(0)
    const filled = await run(map(64, 32), { segment: 'foreground', background: '#0000ff' }, vision)
    expect(pixel(filled.raster, 50, 10)).toEqual([0, 0, 255, 255])
  })

  it('scales a mask of a small copy up smoothly', async () => {
    const { vision, seen } = createVision({ mask: (x) => (x < 0.5 ? 255 : 0) })
    const { raster } = await run(map(2048, 16), { segment: 'foreground' }, vision)
    expect(seen[0]).toMatchObject({ width: 1024, height: 8 })
    const alpha = [1022, 1023, 1024, 1025].map((x) => pixel(raster, x, 8)[3])
    expect(alpha).toEqual([255, 191, 64, 0])
  })

  it('is refused where nobody can look, before anything is opened', async () => {
    const error = await failure(run(map(8, 8), { segment: 'foreground' }, null))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      kind: 'invalidOptions',
      detail: '"segment" needs a model, and there is none here',
    })
  })
})

describe('upscale=generate', () => {
  it('is refused where something would be enlarged, and only there', async () => {
    const enlarging = { width: 20, fit: 'contain', upscale: 'generate' } as const
    expect(await failure(run(map(8, 8), enlarging, null))).toMatchObject({ kind: 'invalidOptions' })
    expect(await run(map(40, 40), enlarging, null)).toMatchObject({ width: 20, height: 20 })
    expect(await run(map(8, 8), { ...enlarging, fit: 'scale-down' }, null)).toMatchObject({ width: 8 })
  })
})
