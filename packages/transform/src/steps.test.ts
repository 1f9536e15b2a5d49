import { type Op, type Program, programOfOptions, type SourceRef } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createGovernor, ISOLATE_BUDGET } from './governor.ts'
import { createIsolateKernels } from './isolate-kernels.ts'
import { decode, encode } from './sample-jobs.ts'
import { drawRaster, factsOf, pixel, QUARTERS, quarters, type Raster, streamOf } from './sample-rasters.ts'
import { transformImage } from './transform-image.ts'

const kernels = createIsolateKernels()
const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) }, [kernels])
const { output } = programOfOptions({ metadata: 'none' })
const { red, green, blue, white } = QUARTERS

/** What operations in this order make of a drawn picture; lossless. */
async function run(
  drawn: Raster,
  ops: readonly Op[],
  { hasAlpha = false, formatClass = 'base' as const } = {},
) {
  const bytes = await encode('png', drawn)
  const source: SourceRef = {
    kind: 'stored',
    blobKey: 'b',
    facts: factsOf('png', bytes, drawn, { hasAlpha }),
  }
  const program: Program = { ops, output }
  const result = await transformImage(
    { program, source, formatClass },
    {
      governor,
      kernels,
      open: async () => ({ body: streamOf(bytes), sizeBytes: bytes.length }),
      yield: () => scheduler.wait(0),
    },
  )
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  return decode(result.format, result.bytes, result, { hasAlpha: true })
}
const corners = (raster: Raster) => {
  const [right, bottom] = [raster.width - 3, raster.height - 3]
  return [
    pixel(raster, 2, 2),
    pixel(raster, right, 2),
    pixel(raster, 2, bottom),
    pixel(raster, right, bottom),
  ]
}
const resize = (width: number, height: number | null = null): Op => ({
  ...{ op: 'resize', width, height, fit: 'squeeze', gravity: 'center', fill: { r: 0, g: 0, b: 0, a: 0 } },
})

describe('turn', () => {
  it('turns before the resize, so that sizes are those of the turned picture', async () => {
    const turned = await run(quarters(160, 80), [{ op: 'turn', orientation: 6 }, resize(40)])
    expect([turned.width, turned.height]).toEqual([40, 80])
    expect(corners(turned)).toEqual([blue, red, white, green])
  })

  it('is the same after the resize, where somebody asks for that order', async () => {
    const turned = await run(quarters(160, 80), [resize(80), { op: 'turn', orientation: 6 }])
    expect([turned.width, turned.height]).toEqual([40, 80])
    expect(corners(turned)).toEqual([blue, red, white, green])
  })

  it('comes on top of other turns', async () => {
    const turned = await run(quarters(80, 40), [
      { op: 'turn', orientation: 6 },
      { op: 'turn', orientation: 2 },
      { op: 'turn', orientation: 3 },
    ])
    expect([turned.width, turned.height]).toEqual([40, 80])
    expect(corners(turned)).toEqual([white, green, blue, red])
  })
})

describe('resize', () => {
  it('may happen twice', async () => {
    const twice = await run(quarters(160, 80), [resize(80, 40), resize(20, 60)])
    expect([twice.width, twice.height]).toEqual([20, 60])
    expect(corners(twice)).toEqual([red, green, blue, white])
  })

  it('pads what is on a raster already', async () => {
    const fill = { r: 1, g: 2, b: 3, a: 255 }
    const padded = await run(quarters(80, 40), [
      resize(40, 20),
      { ...resize(40, 40), fit: 'pad', fill } as Op,
    ])
    expect([padded.width, padded.height]).toEqual([40, 40])
    expect(corners(padded)).toEqual([
      [1, 2, 3, 255],
      [1, 2, 3, 255],
      [1, 2, 3, 255],
      [1, 2, 3, 255],
    ])
    expect(pixel(padded, 2, 12)).toEqual(red)
  })
})

describe('background', () => {
  const half = drawRaster(60, 20, (x) =>
    x < 20 ? [200, 0, 0, 255] : x < 40 ? [0, 0, 0, 0] : [0, 0, 255, 128],
  )

  it('fills what is transparent, and mixes with what is half', async () => {
    const seen = await run(half, [{ op: 'background', colour: { r: 0, g: 255, b: 0, a: 255 } }], {
      hasAlpha: true,
    })
    expect([pixel(seen, 5, 5), pixel(seen, 30, 5)]).toEqual([
      [200, 0, 0, 255],
      [0, 255, 0, 255],
    ])
    expect(pixel(seen, 50, 5)).toEqual([0, 127, 128, 255])
  })

  it('may be translucent', async () => {
    const seen = await run(half, [{ op: 'background', colour: { r: 0, g: 255, b: 0, a: 64 } }], {
      hasAlpha: true,
    })
    expect(pixel(seen, 30, 5)).toEqual([0, 255, 0, 64])
  })

  it('fills the space that pad adds', async () => {
    const { ops } = programOfOptions({ fit: 'pad', width: 60, height: 60, background: '#ff8000' })
    expect(pixel(await run(quarters(60, 20), ops), 2, 2)).toEqual([255, 128, 0, 255])
  })
})

describe('blur', () => {
  it('makes an edge soft, and leaves what is far from it', async () => {
    const edge = drawRaster(100, 20, (x) => (x < 50 ? [0, 0, 0, 255] : [255, 255, 255, 255]))
    const seen = await run(edge, [{ op: 'blur', radius: 5 }])
    const row = [10, 45, 50, 55, 90].map((x) => pixel(seen, x, 10)[0])
    expect(row[0]).toBe(0)
    expect(row[4]).toBe(255)
    // The normal distribution at -0.9, 0.1 and 1.1 standard deviations, in levels.
    for (const [i, level] of [
      [1, 47],
      [2, 138],
      [3, 220],
    ] as const) {
      expect(Math.abs((row[i] as number) - level)).toBeLessThan(6)
    }
  })

  it('comes after the padding, whose edge it softens', async () => {
    const { ops } = programOfOptions({ fit: 'pad', width: 60, height: 60, blur: 3 })
    const seen = await run(
      drawRaster(60, 20, () => [0, 0, 0, 255]),
      ops,
    )
    expect(pixel(seen, 30, 20)[0]).toBeGreaterThan(60)
    expect(pixel(seen, 30, 20)[0]).toBeLessThan(195)
  })
})
