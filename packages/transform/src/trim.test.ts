import { type Op, type OutputFormat, programOfOptions, type SourceFacts } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createGovernor, ISOLATE_BUDGET } from './governor.ts'
import { createIsolateKernels } from './isolate-kernels.ts'
import { decode, encode } from './sample-jobs.ts'
import { type Colour, drawRaster, factsOf, pixel, type Raster, streamOf } from './sample-rasters.ts'
import { transformImage } from './transform-image.ts'

const kernels = createIsolateKernels()
const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) }, [kernels])
const { output } = programOfOptions({ format: 'png-force', metadata: 'none' })

/** What operations make of a drawn picture that is stored in a format, and how much memory the source took at most. */
async function run(
  drawn: Raster,
  ops: readonly Op[],
  more: Partial<SourceFacts> = {},
  format: OutputFormat = 'png',
): Promise<Raster & { readonly opened: number }> {
  const bytes = await encode(format, drawn)
  const facts = factsOf(format, bytes, drawn, more)
  let opened = 0
  const result = await transformImage(
    { program: { ops, output }, source: { kind: 'stored', blobKey: 'base', facts }, formatClass: 'base' },
    {
      governor,
      kernels,
      async open() {
        opened += 1
        return { body: streamOf(bytes), sizeBytes: bytes.length }
      },
      yield: () => scheduler.wait(0),
    },
  )
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0 })
  const seen = await decode('png', result.bytes, result, { hasAlpha: true })
  return { ...seen, opened }
}

const NONE = { px: 0 } as const
const trim = (more: object): Op => ({
  ...{ op: 'trim', top: NONE, right: NONE, bottom: NONE, left: NONE, width: null, height: null },
  ...more,
})
const border = (more: object = {}): Op => ({
  op: 'trim-border',
  colour: null,
  tolerance: 10,
  keep: 0,
  ...more,
})
const resize = (width: number): Op => ({
  ...{
    op: 'resize',
    width,
    height: null,
    fit: 'squeeze',
    gravity: 'center',
    fill: { r: 0, g: 0, b: 0, a: 0 },
  },
})
/** Every pixel says where it lies. */
const map = (width: number, height: number) => drawRaster(width, height, (x, y) => [x, y, 7, 255])
const WHITE: Colour = [255, 255, 255, 255]

describe('trim', () => {
  it('cuts the sides of the source, whatever comes later', async () => {
    const seen = await run(map(60, 40), [trim({ top: { px: 3 }, right: { px: 5 }, left: { fraction: 0.1 } })])
    expect([seen.width, seen.height]).toEqual([49, 37])
    expect([pixel(seen, 0, 0), pixel(seen, 48, 36)]).toEqual([
      [6, 3, 7, 255],
      [54, 39, 7, 255],
    ])
  })

  it('names the sides of the upright picture, before it is turned', async () => {
    // Orientation 6: the stored top is the right of what is shown, so the stored left is its top.
    const cut = trim({ top: { px: 10 } })
    const seen = await run(map(60, 40), [cut], { orientation: 6 })
    expect([seen.width, seen.height]).toEqual([40, 50])
    expect(pixel(seen, 39, 0)).toEqual([10, 0, 7, 255])
    const turned = await run(map(60, 40), [cut, { op: 'turn', orientation: 6 }])
    expect([turned.width, turned.height]).toEqual([30, 60])
    expect(pixel(turned, 29, 0)).toEqual([0, 10, 7, 255])
  })

  it('leaves nothing of what was cut off at the edges of a resized picture', async () => {
    const framed = drawRaster(99, 99, (x, y) =>
      x < 33 || y < 33 || x >= 66 || y >= 66 ? [255, 0, 0, 255] : [0, 0, 255, 255],
    )
    const cut = trim({ ...{ top: { px: 33 }, right: { px: 33 }, bottom: { px: 33 }, left: { px: 33 } } })
    for (const width of [33, 20, 11, 5, 66]) {
      const seen = await run(framed, [cut, resize(width)])
      expect([seen.width, seen.height]).toEqual([width, width])
      const reds = seen.data.filter((value, i) => i % 4 === 0 && value > 0)
      expect(reds.length).toBe(0)
    }
  })

  it('leaves nothing of it in a JPEG that is shrunk while it is decoded', async () => {
    const edge = 400
    const framed = drawRaster(3 * edge, 3 * edge, (x, y) =>
      x < edge + 3 || y < edge + 3 || x >= 2 * edge - 3 || y >= 2 * edge - 3
        ? [255, 255, 255, 255]
        : [0, 0, 0, 255],
    )
    const sides = { px: edge + 8 }
    const cut = trim({ top: sides, right: sides, bottom: sides, left: sides })
    for (const width of [300, 100, 37, 12]) {
      const seen = await run(framed, [cut, resize(width)], {}, 'jpeg')
      const most = seen.data.reduce((max, value, i) => (i % 4 === 3 ? max : Math.max(max, value)), 0)
      expect(most).toBeLessThan(10)
    }
  })

  it('is before the window of a fit is chosen', async () => {
    const ops = [
      trim({ left: { px: 20 } }),
      { ...resize(20), height: 20, fit: 'cover', gravity: 'left' } as Op,
    ]
    const seen = await run(map(60, 20), ops)
    expect([seen.width, seen.height]).toEqual([20, 20])
    expect([pixel(seen, 0, 0), pixel(seen, 19, 19)]).toEqual([
      [20, 0, 7, 255],
      [39, 19, 7, 255],
    ])
  })

  it('may come later, where somebody asks for that order', async () => {
    const seen = await run(map(60, 40), [resize(60), trim({ top: { px: 3 }, width: { px: 10 } })])
    expect([seen.width, seen.height]).toEqual([10, 37])
    expect(pixel(seen, 0, 0)).toEqual([0, 3, 7, 255])
  })

  it('that leaves nothing is an error, never the whole picture', async () => {
    await expect(run(map(60, 40), [trim({ left: { px: 60 } })])).rejects.toMatchObject({
      kind: 'refusedDimensions',
    })
  })
})

describe('trim of a border', () => {
  /** A picture within a border of four widths, and one pixel alone that makes it a little larger. */
  const framed = (paper: Colour = WHITE) =>
    drawRaster(83, 61, (x, y) => {
      if (x >= 20 && x < 50 && y >= 10 && y < 40) return [30, (x * 5) & 255, (y * 5) & 255, 255]
      return x === 71 && y === 47 ? [0, 0, 0, 255] : paper
    })
  const box = (raster: Raster) => [raster.width, raster.height]

  it('is exact to the pixel, and reads the source once more', async () => {
    const seen = await run(framed(), [border()])
    expect([...box(seen), seen.opened]).toEqual([52, 38, 2])
    expect([pixel(seen, 0, 0), pixel(seen, 51, 37)]).toEqual([
      [30, 100, 50, 255],
      [0, 0, 0, 255],
    ])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('is the same in orientation %i', async (orientation) => {
    const whole = await run(framed(), [trim({ top: { px: 0 } })], { orientation })
    const seen = await run(framed(), [border()], { orientation })
    expect(box(seen)).toEqual(orientation >= 5 ? [38, 52] : [52, 38])
    const again = await run(whole, [border()])
    expect(again.data).toEqual(seen.data)
  })

  it('is that of what the sides leave, and is turned with it', async () => {
    const ops = [trim({ right: { px: 20 } }), border(), { op: 'turn', orientation: 6 } as const]
    const seen = await run(framed(), ops)
    expect(box(seen)).toEqual([30, 30])
    expect(pixel(seen, 29, 0)).toEqual([30, 100, 50, 255])
  })

  it('keeps as much of it as is asked for, and no more than there is', async () => {
    expect(box(await run(framed(), [border({ keep: 4 })]))).toEqual([60, 46])
    expect(box(await run(framed(), [border({ keep: 15 })]))).toEqual([78, 61])
  })

  it('is of the colour that is named, or none', async () => {
    const white = { r: 255, g: 255, b: 255, a: 255 }
    expect(box(await run(framed(), [border({ colour: white, tolerance: 0 })]))).toEqual([52, 38])
    expect(box(await run(framed(), [border({ colour: { ...white, r: 0 } })]))).toEqual([83, 61])
  })

  it('takes differences up to the tolerance', async () => {
    const noisy = drawRaster(40, 30, (x, y) => {
      if (x >= 10 && x < 30 && y >= 10 && y < 20) return [0, 0, 0, 255]
      return [240 + ((x * 7 + y * 5) % 6), 240, 240, 255]
    })
    expect(box(await run(noisy, [border({ tolerance: 5 })]))).toEqual([20, 10])
    expect(box(await run(noisy, [border({ tolerance: 4 })]))[0]).toBeGreaterThan(20)
  })

  it('that is transparent has no colour that counts', async () => {
    const clear = drawRaster(40, 30, (x, y) => {
      if (x >= 10 && x < 30 && y >= 10 && y < 20) return [9, 9, 9, 200]
      return [(x * 31) & 255, (y * 17) & 255, 50, 0]
    })
    expect(box(await run(clear, [border({ tolerance: 0 })], { hasAlpha: true }))).toEqual([20, 10])
  })

  it('is left where the corners differ: nobody knows its colour', async () => {
    const torn = drawRaster(40, 30, (x, y) => (x === 39 && y === 29 ? [0, 0, 0, 255] : WHITE))
    expect(box(await run(torn, [border()]))).toEqual([40, 30])
  })

  it('that is all there is is an error, never the whole picture', async () => {
    const plain = drawRaster(40, 30, () => WHITE)
    await expect(run(plain, [border()])).rejects.toMatchObject({ kind: 'refusedDimensions' })
    expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0 })
  })

  it('that nobody looked for is an error', async () => {
    for (const ops of [
      [resize(30), border()],
      [border(), border()],
    ]) {
      await expect(run(framed(), ops)).rejects.toMatchObject({ kind: 'invalidOptions' })
    }
  })

  it.each([
    ['jpeg', { tolerance: 40 }],
    ['webp', { tolerance: 40 }],
  ] as const)('of a %s', async (format, more) => {
    const blocks = drawRaster(160, 120, (x, y) =>
      x >= 32 && x < 96 && y >= 16 && y < 64 ? [20, 20, 20, 255] : WHITE,
    )
    expect(box(await run(blocks, [border(more), resize(32)], {}, format))).toEqual([32, 24])
  })

  it('is followed by what looks at the picture inside', async () => {
    const spot = drawRaster(300, 100, (x, y) => {
      if (x < 50 || y < 20) return WHITE
      return x >= 200 && x < 220 && y >= 50 && y < 70 ? [230, 40, 40, 255] : [110, 120, 130, 255]
    })
    const white = { r: 255, g: 255, b: 255, a: 255 }
    const cover = { ...resize(40), height: 80, fit: 'cover', gravity: 'auto' } as Op
    const seen = await run(spot, [border({ colour: white }), cover])
    const reds = seen.data.filter((value, i) => i % 4 === 0 && value > 200).length
    expect([...box(seen), reds]).toEqual([40, 80, 400])
    expect(seen.opened).toBe(3)
  })
})
