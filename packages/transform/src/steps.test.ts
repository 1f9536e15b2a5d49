import {
  ApiError,
  COMPOSITES,
  type Composite,
  type DrawOp,
  NO_HINTS,
  type Op,
  type OutputFormat,
  type OverlayOp,
  type Program,
  parseOptions,
  programOfOptions,
  resolveHints,
  type SourceRef,
} from '@tintype/core'
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

/** Sources that operations may draw, by name. */
type Overlays = Readonly<Record<string, Raster>>
/** Bytes that come with a call have a name of this form. */
const LOGO = 'ab'.repeat(32)
const part = (sha256: string): SourceRef => ({ kind: 'part', sha256 })
let opened: string[] = []

/** What operations in this order make of a drawn picture; lossless. */
async function run(drawn: Raster, ops: readonly Op[], { hasAlpha = false, overlays = {} as Overlays } = {}) {
  const files = new Map<string, Uint8Array>([['base', await encode('png', drawn)]])
  for (const [name, raster] of Object.entries(overlays)) files.set(name, await encode('png', raster))
  const facts = factsOf('png', files.get('base') as Uint8Array, drawn, { hasAlpha })
  const source: SourceRef = { kind: 'stored', blobKey: 'base', facts }
  const program: Program = { ops, output }
  opened = []
  const result = await transformImage(
    { program, source, formatClass: 'base' },
    {
      governor,
      kernels,
      async open(ref) {
        const name = ref.kind === 'stored' ? ref.blobKey : ref.kind === 'part' ? ref.sha256 : ''
        const bytes = files.get(name)
        if (bytes === undefined) throw new ApiError('deliveredImageNotFound')
        opened.push(name)
        return { body: streamOf(bytes), sizeBytes: bytes.length }
      },
      yield: () => scheduler.wait(0),
    },
  )
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0 })
  return decode(result.format as OutputFormat, result.bytes, result, { hasAlpha: true })
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

describe('border', () => {
  const frame = { r: 9, g: 8, b: 7, a: 255 }
  const border = (more: object = {}): Op => ({
    ...({ op: 'border', colour: frame, top: 1, right: 2, bottom: 3, left: 4 } as const),
    ...more,
  })

  it('makes the picture grow by it, after the resize, whatever the colour', async () => {
    const seen = await run(quarters(160, 80), [resize(40, 20), border()])
    expect([seen.width, seen.height]).toEqual([46, 24])
    expect([pixel(seen, 3, 5), pixel(seen, 44, 5), pixel(seen, 20, 0), pixel(seen, 20, 21)]).toEqual(
      Array.from({ length: 4 }, () => [9, 8, 7, 255]),
    )
    expect([pixel(seen, 4, 1), pixel(seen, 43, 20)]).toEqual([red, white])
    const glass = await run(quarters(40, 20), [border({ colour: { ...frame, a: 100 } })])
    expect([pixel(glass, 0, 0), pixel(glass, 4, 1)]).toEqual([[9, 8, 7, 100], red])
  })

  it('that makes the result too large is refused', async () => {
    for (const more of [{ left: 12_000 }, { top: 11_000, right: 11_000 }]) {
      await expect(run(quarters(40, 20), [border(more)])).rejects.toMatchObject({ kind: 'refusedDimensions' })
    }
  })
})

describe('colours', () => {
  const adjust = (more: object): Op => ({
    ...({ op: 'adjust', brightness: 1, contrast: 1, gamma: 1, saturation: 1 } as const),
    ...more,
  })

  it('are changed in the documented order, and alpha is not', async () => {
    const half = drawRaster(30, 10, (x) => [200, 100, 50, x < 15 ? 255 : 128])
    const seen = await run(half, [adjust({ brightness: 0.5, contrast: 2, saturation: 0 })], {
      hasAlpha: true,
    })
    // 100, 50, 25 after brightness; 72.5, 0, 0 after contrast; their grey after saturation.
    expect([pixel(seen, 3, 3), pixel(seen, 20, 3)]).toEqual([
      [15, 15, 15, 255],
      [15, 15, 15, 128],
    ])
  })

  it('of a frame are changed too, and what comes later sees them', async () => {
    const frame = { op: 'border', colour: { r: 100, g: 100, b: 100, a: 255 } } as const
    const sides = { top: 2, right: 2, bottom: 2, left: 2 }
    const seen = await run(quarters(40, 20), [{ ...frame, ...sides }, adjust({ brightness: 2 })])
    expect(pixel(seen, 0, 0)).toEqual([200, 200, 200, 255])
  })
})

describe('sharpen', () => {
  const edge = drawRaster(60, 20, (x) => (x < 30 ? [80, 80, 80, 255] : [160, 160, 160, 255]))

  it('overshoots at an edge by as much as it is told, and nowhere else', async () => {
    const levels = async (amount: number) => {
      const seen = await run(edge, [{ op: 'sharpen', amount }])
      return [10, 29, 30, 50].map((x) => pixel(seen, x, 10)[0])
    }
    // A Gaussian of one pixel leaves 24.1 (30.05 %) of the step of 80 on the other side.
    expect(await levels(1)).toEqual([80, 56, 184, 160])
    expect(await levels(2)).toEqual([80, 32, 208, 160])
  })

  it('comes after a resize and a blur, and needs little memory', async () => {
    const ops: Op[] = [resize(30, 10), { op: 'blur', radius: 2 }, { op: 'sharpen', amount: 1 }]
    const seen = await run(edge, ops)
    expect([seen.width, seen.height]).toEqual([30, 10])
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

/** Coverage of overlay and picture by the definitions of Porter and Duff; `lighter` is their "plus". */
const KEPT: Record<Composite, (a: number, b: number) => readonly [number, number]> = {
  over: (a) => [1, 1 - a],
  in: (_, b) => [b, 0],
  atop: (a, b) => [b, 1 - a],
  out: (_, b) => [1 - b, 0],
  xor: (a, b) => [1 - b, 1 - a],
  lighter: () => [1, 1],
}
function mix(operator: Composite, above: readonly number[], below: readonly number[]): number[] {
  const [a, b] = [(above[3] as number) / 255, (below[3] as number) / 255]
  const [ka, kb] = KEPT[operator](a, b)
  const alpha = Math.min(1, a * ka + b * kb)
  const colours = [0, 1, 2].map((c) =>
    Math.min(255, ((above[c] as number) * a * ka + (below[c] as number) * b * kb) / alpha),
  )
  return [...colours, alpha * 255]
}

describe('draw', () => {
  const base = drawRaster(60, 40, () => [0, 0, 200, 255])
  const logo = drawRaster(10, 10, () => [250, 0, 0, 255])
  const draw = (more: Partial<DrawOp> = {}): DrawOp => ({
    ...{ op: 'draw', source: part('logo'), ops: [], place: { x: null, y: null } },
    ...{ opacity: 1, repeat: 'none', composite: 'over', ...more },
  })
  const overlays = { logo }
  const [paper, ink] = [
    [0, 0, 200, 255],
    [250, 0, 0, 255],
  ]

  it.each([
    ['in the middle', {}, [25, 15]],
    ['from the left top', { place: { x: { from: 'left', px: 3 }, y: { from: 'top', px: 4 } } }, [3, 4]],
    [
      'from the right bottom',
      { place: { x: { from: 'right', px: 3 }, y: { from: 'bottom', px: 4 } } },
      [47, 26],
    ],
    ['in the middle of one axis', { place: { x: { from: 'left', px: 0 }, y: null } }, [0, 15]],
  ] as const)('%s', async (_, more, [x, y]) => {
    const seen = await run(base, [draw(more)], { overlays })
    for (let dy = -1; dy <= 10; dy += 11) {
      for (let dx = -1; dx <= 10; dx += 11) {
        if (x + dx >= 0 && y + dy >= 0) expect(pixel(seen, x + dx, y + dy)).toEqual(paper)
      }
    }
    for (const [dx, dy] of [
      [0, 0],
      [9, 0],
      [0, 9],
      [9, 9],
    ] as const)
      expect(pixel(seen, x + dx, y + dy)).toEqual(ink)
  })

  it('after operations of its own, and opens its source for itself', async () => {
    const seen = await run(base, [draw({ ops: [resize(20, 30), { op: 'turn', orientation: 6 }] })], {
      overlays,
    })
    expect(pixel(seen, 16, 20)).toEqual(ink) // 30 wide, 20 high
    expect(pixel(seen, 44, 12)).toEqual(ink)
    expect(pixel(seen, 14, 20)).toEqual(paper)
    expect(opened).toEqual(expect.arrayContaining(['base', 'logo']))
  })

  it('onto what the operations before it made, and before what comes after', async () => {
    const place = { x: { from: 'left', px: 0 }, y: { from: 'top', px: 0 } } as const
    const seen = await run(base, [resize(30, 20), draw({ place }), { op: 'turn', orientation: 6 }], {
      overlays,
    })
    expect([seen.width, seen.height]).toEqual([20, 30])
    expect([pixel(seen, 15, 5), pixel(seen, 5, 5)]).toEqual([ink, paper])
  })

  it.each([
    ['a half of the width', { width: { ofBase: 0.5 }, height: null }, [30, 30]],
    ['a half of the height', { width: null, height: { ofBase: 0.5 } }, [20, 20]],
    ['a half of each', { width: { ofBase: 0.5 }, height: { ofBase: 0.5 } }, [30, 20]],
    ['less than a pixel', { width: { ofBase: 0.001 }, height: { ofBase: 0.001 } }, [1, 1]],
  ] as const)('in %s of the picture below, as it is by then', async (_, sides, [width, height]) => {
    const fraction: OverlayOp = { ...(resize(1) as Op & { op: 'resize' }), fit: 'squeeze', ...sides }
    const place = { x: { from: 'left', px: 0 }, y: { from: 'top', px: 0 } } as const
    const large = drawRaster(120, 80, () => [0, 0, 200, 255])
    const seen = await run(large, [resize(60, 40), draw({ ops: [fraction], place })], { overlays })
    const across = Array.from({ length: 60 }, (_, x) => pixel(seen, x, 0)).filter(([red]) => red === 250)
    const down = Array.from({ length: 40 }, (_, y) => pixel(seen, 0, y)).filter(([red]) => red === 250)
    expect([across.length, down.length]).toEqual([width, height])
  })

  it('over and over', async () => {
    const place = { x: { from: 'left', px: 5 }, y: { from: 'top', px: 5 } } as const
    const half = { overlays: { logo: drawRaster(10, 10, (x) => (x < 5 ? [250, 0, 0, 255] : [0, 0, 0, 0])) } }
    const both = await run(base, [draw({ repeat: 'both', place })], half)
    expect([0, 5, 15, 25, 52].map((x) => pixel(both, x, 1)[0])).toEqual([0, 250, 250, 250, 0])
    const across = await run(base, [draw({ repeat: 'x', place })], half)
    expect([pixel(across, 15, 7)[0], pixel(across, 15, 17)[0]]).toEqual([250, 0])
  })

  it('half transparent', async () => {
    const seen = await run(base, [draw({ opacity: 0.5 })], { overlays })
    expect(pixel(seen, 30, 20)).toEqual([125, 0, 100, 255])
  })

  describe.each(COMPOSITES)('%s', (operator) => {
    const ALPHAS = [0, 64, 128, 255]
    const alphaAt = (i: number) => ALPHAS[Math.min(3, Math.max(0, i))] as number
    const [below, above] = [
      [10, 220, 90],
      [200, 30, 255],
    ] as const
    /** Four opacities of the picture side by side, and those of the overlay one below the other, in a frame of 4 px. */
    const stripes = drawRaster(24, 24, (x) => [...below, alphaAt((x - 4) >> 2)])
    const bands = drawRaster(16, 16, (_, y) => [...above, alphaAt(y >> 2)])

    it.each([1, 0.5])('is as Porter and Duff have it inside the box, at opacity %d', async (opacity) => {
      const given = parseOptions('object', { draw: [{ part: LOGO, composite: operator, opacity }] })
      const { ops } = programOfOptions(resolveHints(given, NO_HINTS).options)
      const seen = await run(stripes, ops, { hasAlpha: true, overlays: { [LOGO]: bands } })
      for (const [column, b] of ALPHAS.entries()) {
        for (const [row, a] of ALPHAS.entries()) {
          const wanted = mix(operator, [...above, a * opacity], [...below, b])
          const got = pixel(seen, 5 + column * 4, 5 + row * 4)
          expect(Math.abs((got[3] as number) - (wanted[3] as number))).toBeLessThanOrEqual(1)
          // Few levels are left of a colour that is hardly there: a PNG keeps it straight.
          if ((wanted[3] as number) < 32) continue
          for (const c of [0, 1, 2])
            expect(Math.abs((got[c] as number) - (wanted[c] as number)), `${a} on ${b}`).toBeLessThanOrEqual(
              1,
            )
        }
        const outside = b === 0 ? 3 : 0 // what a colour is where nothing is seen of it says nothing
        const frame = pixel(seen, 5 + column * 4, 1).slice(outside)
        expect(frame).toEqual([...below, b].slice(outside))
      }
    })
  })

  it('by operators that make holes', async () => {
    const seen = await run(base, [draw({ composite: 'out' })], { overlays })
    expect([pixel(seen, 30, 20)[3], pixel(seen, 5, 5)[3]]).toEqual([0, 255])
  })

  it('several times, at the price of the largest', async () => {
    const place = (px: number) => ({ x: { from: 'left', px }, y: { from: 'top', px: 0 } }) as const
    const more = { ...overlays, dot: drawRaster(4, 4, () => [0, 250, 0, 255]) }
    const seen = await run(
      base,
      [draw({ place: place(0) }), draw({ source: part('dot'), place: place(20) })],
      {
        overlays: more,
      },
    )
    expect([pixel(seen, 2, 2), pixel(seen, 22, 2)]).toEqual([ink, [0, 250, 0, 255]])
  })

  it.each([
    ['an overlay that is not there', [draw({ source: part('none') })], 'deliveredImageNotFound'],
    [
      'more pictures than there is memory to begin',
      Array.from({ length: 16 }, (_, i) => draw({ source: part(`${i}`) })),
      'invalidOptions',
    ],
  ] as const)('%s is an error, never the picture without it', async (_, ops, kind) => {
    await expect(run(base, ops, { overlays })).rejects.toMatchObject({ kind })
    expect(governor.usage()).toMatchObject({ reservedBytes: 0, startBytes: 0, waiting: 0 })
  })

  it('an overlay whose window nobody looked for is an error', async () => {
    const ops = [{ ...(resize(5, 5) as Op & { op: 'resize' }), fit: 'cover', gravity: 'auto' } as Op]
    await expect(run(base, [draw({ ops })], { overlays })).rejects.toMatchObject({ kind: 'invalidOptions' })
  })

  it('a dot over a large picture is refused before anything is placed', async () => {
    const dot = { overlays: { logo: drawRaster(1, 1, () => [1, 1, 1, 255]) } }
    await expect(
      run(
        drawRaster(200, 200, () => [9, 9, 9, 255]),
        [draw({ repeat: 'both' })],
        dot,
      ),
    ).rejects.toMatchObject({
      kind: 'invalidOptions',
    })
  })
})

describe('gravity entropy', () => {
  it('keeps in sight where most is to be told, and not what stands out', async () => {
    const scene = drawRaster(400, 100, (x, y) => {
      if (x >= 60 && x < 100 && y >= 30 && y < 70) return [230, 40, 40, 255]
      return x < 300 ? [120, 120, 120, 255] : [100 + ((x * 37 + y * 91) % 41), 120, 120, 255]
    })
    const seen = async (gravity: 'auto' | 'entropy') => {
      const base = resize(100, 100) as Op & { op: 'resize' }
      const { data } = await run(scene, [{ ...base, fit: 'cover', gravity }])
      const reds = data.filter((_, i) => i % 4 === 0)
      return {
        red: reds.filter((level) => level === 230).length,
        plain: reds.filter((l) => l === 120).length,
      }
    }
    expect((await seen('auto')).red).toBe(1600)
    const { red, plain } = await seen('entropy')
    expect([red, plain < 1000, opened]).toEqual([0, true, ['base', 'base']])
  })
})

describe('gravity auto', () => {
  const scene = drawRaster(400, 100, (x, y) =>
    x >= 330 && x < 370 && y >= 30 && y < 70 ? [230, 40, 40, 255] : [110, 120, 130, 255],
  )
  const cover = (gravity: 'auto' | 'center'): Op => ({
    ...(resize(50, 50) as Op & { op: 'resize' }),
    fit: 'cover',
    gravity,
  })
  const reds = (raster: Raster) => raster.data.filter((value, i) => i % 4 === 0 && value > 200).length

  it('keeps in sight what stands out, and reads the source a second time for it', async () => {
    const seen = await run(scene, [cover('auto')])
    expect([seen.width, seen.height]).toEqual([50, 50])
    expect(reds(seen)).toBeGreaterThan(350) // a square of 20x20
    expect(opened).toEqual(['base', 'base'])
  })

  it('is not looked for where nobody asks', async () => {
    expect(reds(await run(scene, [cover('center')]))).toBe(0)
    expect(opened).toEqual(['base'])
  })

  it('is found in the picture as it is turned', async () => {
    expect(reds(await run(scene, [{ op: 'turn', orientation: 6 }, cover('auto')]))).toBeGreaterThan(350)
  })

  it('cannot be had in a later resize: an error, never another window', async () => {
    await expect(run(scene, [resize(200, 50), cover('auto')])).rejects.toMatchObject({
      kind: 'invalidOptions',
    })
  })
})
