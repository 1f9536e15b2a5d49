import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  auxC,
  ispe,
  type SampleHeif,
  type SampleItem,
  sampleHeif,
} from '../../packages/core/src/header/sample-pictures.ts'
import { clap, code, type Drawing, draw, fileOf, imageOf, nclx } from '../support/avif-file.ts'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { createRenderWorker } from '../support/render-worker.ts'

const worker = createRenderWorker()
beforeAll(() => worker.listen())
afterAll(() => worker.close())

/** What is delivered of a file, before it is encoded with loss: RGBA. */
async function show(file: Uint8Array, size: { width?: number; height?: number } = {}): Promise<Drawing> {
  const { meta, kind, detail, body } = await worker.render(file, { ...size, quality: 100 }, 'webp')
  expect([kind, detail], 'refused').toEqual([null, null])
  expect(meta?.format).toBe('webp')
  const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: 4, data }
}

/** Largest difference of what is shown: colours count by their alpha. */
function difference(shown: Drawing, expected: Drawing): number {
  expect([shown.width, shown.height]).toEqual([expected.width, expected.height])
  let most = 0
  for (let p = 0; p < shown.width * shown.height; p++) {
    const at = (drawing: Drawing, channel: number) =>
      channel < drawing.channels ? (drawing.data[p * drawing.channels + channel] as number) : 255
    const alpha = [at(shown, 3), at(expected, 3)] as const
    most = Math.max(most, Math.abs(alpha[0] - alpha[1]))
    for (let channel = 0; channel < 3; channel++) {
      most = Math.max(most, Math.abs(at(shown, channel) - at(expected, channel)) * (Math.min(...alpha) / 255))
    }
  }
  return most
}

const pixel = ({ data, width, channels }: Drawing, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3),
]

const part = (whole: Drawing, x0: number, y0: number, width: number, height: number): Drawing =>
  draw(width, height, (x, y) => {
    const at = ((y + y0) * whole.width + x + x0) * whole.channels
    return [...whole.data.subarray(at, at + whole.channels)]
  })

const opaque = draw(90, 70, (x, y) => [x * 2 + 20, y * 3 + 10, 128])
const seeThrough = draw(90, 70, (x, y) => [x * 2 + 20, y * 3 + 10, 128, x < 30 ? 0 : x * 2 + 60])
/** Lossy at the best quality. */
const NEAR = 6

describe('containers in the forms that the world has', () => {
  const forms: [string, Partial<SampleHeif>][] = [
    ['without pixi', {}],
    ['with an ipma box for each item', { splitAssociations: true }],
    ['with infe of version 3', { versions: { infe: 3 } }],
    ['with iloc of version 1', { versions: { iloc: 1 } }],
    ['with iloc of version 2', { versions: { iloc: 2 } }],
    ['with data in pieces', { splitData: true }],
    ['described after the pixels', { isMetaLast: true }],
    ['with a description of 100 kB', { padding: 100_000 }],
  ]

  it.each(forms)('a picture %s is shown', async (_, form) => {
    expect(difference(await show(fileOf(await code(opaque), [], form)), opaque)).toBeLessThanOrEqual(NEAR)
  })

  it.each(forms)('a picture with alpha %s is shown', async (_, form) => {
    expect(difference(await show(fileOf(await code(seeThrough), [], form)), seeThrough)).toBeLessThanOrEqual(
      NEAR,
    )
  })

  it('pixels inside the description are shown', async () => {
    const { colour, alpha } = await code(seeThrough)
    const coded = { colour: { ...colour, inMeta: true }, alpha: { ...(alpha as SampleItem), inMeta: true } }
    const file = fileOf(coded, [], { versions: { iloc: 1 } })
    expect(difference(await show(file), seeThrough)).toBeLessThanOrEqual(NEAR)
  })

  it('alpha by its name in HEVC is alpha', async () => {
    const { colour, alpha } = await code(seeThrough)
    const [size, config] = alpha?.properties ?? []
    const properties = [size as never, config as never, auxC('urn:mpeg:hevc:2015:auxid:1')]
    const file = fileOf({ colour, alpha: { ...(alpha as SampleItem), properties } })
    expect(difference(await show(file), seeThrough)).toBeLessThanOrEqual(NEAR)
  })

  it('colours that were multiplied by their alpha are divided by it', async () => {
    const half = draw(90, 70, (x, y) => [x + 20, y + 30, 60, 128])
    const expected = draw(90, 70, (x, y) => [(x + 20) * 1.99, (y + 30) * 1.99, 119, 128])
    const file = fileOf(await code(half), [], {
      references: [
        ['auxl', 2, [1]],
        ['prem', 1, [2]],
      ],
    })
    expect(difference(await show(file), expected)).toBeLessThanOrEqual(NEAR)
  })

  it('grey is shown', async () => {
    const grey = await imageOf(draw(90, 70, (x, y) => [x + y, x + y, x + y]))
      .greyscale()
      .avif({ quality: 100, effort: 2 })
      .toBuffer()
    const expected = draw(90, 70, (x, y) => [x + y, x + y, x + y])
    expect(difference(await show(new Uint8Array(grey)), expected)).toBeLessThanOrEqual(NEAR)
  })

  it.each([10, 12] as const)('%i bits are shown', async (bitdepth) => {
    expect(difference(await show(fileOf(await code(opaque, { bitdepth }))), opaque)).toBeLessThanOrEqual(NEAR)
    expect(
      difference(await show(fileOf(await code(seeThrough, { bitdepth }))), seeThrough),
    ).toBeLessThanOrEqual(NEAR)
  })
})

describe('a grid', () => {
  /** 150x110 px of tiles of 80x60, the last of which reach beyond it. */
  const whole = draw(160, 120, (x, y) => [x, y * 2, (x + y) / 2, x < 40 ? 0 : 255 - x])
  const shown = part(whole, 0, 0, 150, 110)
  const corners = [
    [0, 0],
    [80, 0],
    [0, 60],
    [80, 60],
  ] as const

  async function tiles() {
    return Promise.all(corners.map(([x, y]) => code(part(whole, x, y, 80, 60))))
  }
  const grid = (id: number, ...more: NonNullable<SampleItem['properties']>): SampleItem => ({
    id,
    type: 'grid',
    properties: [ispe(150, 110), ...more],
    data: new Uint8Array([0, 0, 1, 1, 0, 150, 0, 110]),
  })

  it('is shown, tile by tile', async () => {
    const items = (await tiles()).map(({ colour }, i) => ({ ...colour, id: 10 + i }))
    const file = sampleHeif({ items: [grid(1), ...items], references: [['dimg', 1, [10, 11, 12, 13]]] })
    const expected = draw(150, 110, (x, y) => pixel(shown, x, y))
    expect(difference(await show(file), expected)).toBeLessThanOrEqual(NEAR)
  })

  it.each(['of its own', 'of each tile'])('is shown with the alpha %s', async (kind) => {
    const coded = await tiles()
    const items = coded.flatMap(({ colour, alpha }, i) => [
      { ...colour, id: 10 + i },
      { ...(alpha as SampleItem), id: 20 + i },
    ])
    const colourTiles = ['dimg', 1, [10, 11, 12, 13]] as const
    const file =
      kind === 'of its own'
        ? sampleHeif({
            items: [grid(1), grid(2, auxC()), ...items],
            references: [colourTiles, ['dimg', 2, [20, 21, 22, 23]], ['auxl', 2, [1]]],
          })
        : sampleHeif({
            items: [grid(1), ...items],
            references: [colourTiles, ...[0, 1, 2, 3].map((i) => ['auxl', 20 + i, [10 + i]] as const)],
          })
    expect(difference(await show(file), shown)).toBeLessThanOrEqual(NEAR)
  })

  it('is cut across its tiles', async () => {
    const items = (await tiles()).map(({ colour }, i) => ({ ...colour, id: 10 + i }))
    const file = sampleHeif({
      items: [grid(1, clap(60, 50, 5, 5)), ...items],
      references: [['dimg', 1, [10, 11, 12, 13]]],
    })
    const expected = draw(60, 50, (x, y) => pixel(shown, x + 50, y + 35))
    expect(difference(await show(file), expected)).toBeLessThanOrEqual(NEAR)
  })
})

describe('a clean aperture', () => {
  it.each([8, 10] as const)('is all that is shown, of %i bits', async (bitdepth) => {
    const file = fileOf(await code(opaque, { bitdepth }), [clap(40, 30, -10, 5)])
    expect(difference(await show(file), part(opaque, 15, 25, 40, 30))).toBeLessThanOrEqual(NEAR)
  })

  it('is cut before the picture is turned, and then mirrored', async () => {
    const file = fileOf(await code(opaque), [clap(40, 30, -10, 5), ['irot', 1], ['imir', 1]])
    const cut = part(opaque, 15, 25, 40, 30)
    // A quarter turn anticlockwise: the right column becomes the top row; then left and right change places.
    const expected = draw(30, 40, (x, y) => pixel(cut, 39 - y, 29 - x))
    expect(difference(await show(file), expected)).toBeLessThanOrEqual(NEAR)
  })

  it('is what a variant is scaled from', async () => {
    const file = fileOf(await code(draw(90, 70, (x) => (x < 45 ? [255, 0, 0] : [0, 0, 255]))), [
      clap(40, 40, 22),
    ])
    const scaled = await show(file, { width: 20, height: 20 })
    expect([scaled.width, scaled.height]).toEqual([20, 20])
    expect(
      difference(
        scaled,
        draw(20, 20, () => [0, 0, 255]),
      ),
    ).toBeLessThanOrEqual(NEAR)
  })
})

/** What Chromium 156 shows on an sRGB screen. */
describe('colours that only code points tell', () => {
  const flat = (...colour: number[]) => draw(32, 32, () => colour)
  it.each([
    ['P3', 12, 13, [200, 60, 60], [217, 42, 52]],
    ['linear', 1, 8, [60, 60, 60], [133, 133, 133]],
    ['BT.2020', 9, 1, [60, 60, 200], [19, 57, 209]],
    ['gamma 2.2', 1, 4, [30, 30, 30], [24, 24, 24]],
    ['gamma 2.8', 1, 5, [200, 60, 60], [189, 36, 36]],
    ['PQ in BT.2020', 9, 16, [120, 120, 120], [114, 114, 114]],
    ['PQ above white', 9, 16, [165, 165, 165], [221, 221, 221]],
    ['PQ in P3', 12, 16, [120, 120, 120], [114, 114, 114]],
    ['HLG in BT.2020', 9, 18, [140, 120, 90], [118, 91, 66]],
    ['BT.709, which screens show as sRGB', 1, 1, [200, 60, 60], [200, 60, 60]],
    ['nothing told', 2, 2, [200, 60, 60], [200, 60, 60]],
  ] as const)('%s', async (_, primaries, transfer, stored, expected) => {
    for (const bitdepth of [8, 10] as const) {
      const file = fileOf(await code(flat(...stored), { bitdepth }), [nclx(primaries, transfer)])
      expect(difference(await show(file), flat(...expected))).toBeLessThanOrEqual(NEAR)
    }
  })

  it('of a grid are those of its own, not of its tiles', async () => {
    const { colour } = await code(draw(64, 64, () => [200, 60, 60]))
    const items: SampleItem[] = [
      { id: 1, type: 'grid', properties: [ispe(128, 64), nclx(12, 13)], data: new Uint8Array(8) },
      { ...colour, id: 10, properties: [...(colour.properties ?? []), nclx(1, 13)] },
    ]
    const file = sampleHeif({ items, references: [['dimg', 1, [10, 10]]] })
    expect(
      difference(
        await show(file),
        draw(128, 64, () => [217, 42, 52]),
      ),
    ).toBeLessThanOrEqual(4)
  })

  it('described after the pixels are converted too', async () => {
    const file = fileOf(await code(flat(200, 60, 60)), [nclx(12, 13)], { isMetaLast: true })
    expect(difference(await show(file), flat(217, 42, 52))).toBeLessThanOrEqual(4)
  })

  it('by a matrix without a meaning are taken for the usual one', async () => {
    const file = fileOf(await code(flat(200, 120, 60)), [nclx(1, 13, 40)])
    expect(difference(await show(file), flat(200, 120, 60))).toBeLessThanOrEqual(NEAR)
  })

  it('by a matrix that the decoder lacks are refused, not made up', async () => {
    const file = fileOf(await code(flat(200, 120, 60)), [nclx(1, 13, 14)], { isMetaLast: true })
    const { kind } = await worker.render(file, { quality: 100 }, 'webp')
    expect(kind).toBe('decodingFailed')
  })

  it('yield to an ICC profile', async () => {
    const file = fileOf(await code(flat(200, 60, 60)), [nclx(12, 13), ['colr', 'prof', await srgbProfile()]])
    expect(difference(await show(file), flat(200, 60, 60))).toBeLessThanOrEqual(4)
  })

  it('keep the dark levels of 10 bits that 8 bits do not have', async () => {
    const samples = Uint16Array.from({ length: 256 * 64 * 3 }, (_, i) => (Math.floor(i / 3) % 256) * 32)
    const ramp = sharp(samples, { raw: { width: 256, height: 64, channels: 3 } }).toColourspace('rgb16')
    const { data } = await show(fileOf(await code(ramp, { bitdepth: 10 }), [nclx(1, 8)]))
    const row = Array.from({ length: 256 }, (_, x) => data[x * 4])
    expect(new Set(row).size).toBeGreaterThan(60) // an eighth of the light, in steps of 8 bits: 33
  })
})

async function srgbProfile(): Promise<Uint8Array> {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('srgb')
    .png()
    .toBuffer()
  return new Uint8Array((await sharp(png).metadata()).icc ?? [])
}

describe.runIf(hasCorpus)('real files', () => {
  it.each([...corpusFiles('avif', /\.avif$/), 'formats/avif.avif'])('%s is shown', async (name) => {
    const file = readCorpus(name)
    const { meta, kind } = await worker.render(file, { width: 300, quality: 100 }, 'webp')
    // 3840x2160 px with alpha need more memory than an isolate has.
    if (name.endsWith('bbb_alpha_inverted.avif')) return expect(kind).toBe('refusedDimensions')
    expect(kind).toBeNull()
    expect([128, 300]).toContain(meta?.width)
  })

  it('alpha in an mdat box of its own, with two ipma boxes, is shown', async () => {
    const file = readCorpus('avif/alpha-two-mdat.avif')
    const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    const expected = { width: info.width, height: info.height, channels: 4 as const, data }
    const shown = await show(file)
    let alpha = 0
    for (let p = 3; p < shown.data.length; p += 4) {
      alpha += Math.abs((shown.data[p] as number) - (expected.data[p] as number))
    }
    expect(alpha / (shown.width * shown.height)).toBeLessThan(1)
    expect(
      pixel(shown, 38, 38).map((value, i) => Math.abs(value - ([254, 213, 214][i] as number)) < 4),
    ).toEqual([true, true, true])
  })
})
