import { ApiError, programOfOptions } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { FONT_FILES } from '../../build/built-in-font.ts'
import { createGovernor, ISOLATE_BUDGET } from '../governor.ts'
import { createIsolateKernels } from '../isolate-kernels.ts'
import { decode } from '../sample-jobs.ts'
import { streamOf } from '../sample-rasters.ts'
import { transformImage } from '../transform-image.ts'
import type { TextRef } from './lay-out-text.ts'

const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) })
const kernels = createIsolateKernels()
const GREEK = FONT_FILES[3] as string

const run = (text: Partial<TextRef>, font: Uint8Array | null = null, sizeBytes = font?.length ?? 0) =>
  transformImage(
    {
      program: programOfOptions({}),
      formatClass: 'base',
      source: {
        kind: 'text',
        text: 'Hello',
        fontUrl: null,
        sizePx: 40,
        colour: { r: 200, g: 30, b: 60, a: 255 },
        ...text,
      },
    },
    {
      governor,
      kernels,
      open: async (source) => {
        if (font === null || source.kind !== 'remote') throw new ApiError('deliveredImageNotFound')
        return { body: streamOf(font), sizeBytes }
      },
      yield: () => scheduler.wait(0),
    },
  )

async function draw(text: Partial<TextRef>, font: Uint8Array | null = null) {
  const result = await run(text, font)
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  expect(governor.usage().reservedBytes).toBe(0)
  return decode('png', result.bytes, result, { hasAlpha: true })
}

const inkOf = ({ data }: { readonly data: Uint8ClampedArray }): number =>
  data.filter((value, i) => i % 4 === 3 && value > 128).length
const fontOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))

describe('a line of text', () => {
  it('is a transparent picture in its colour, 1.3 sizes high', async () => {
    const raster = await draw({})
    expect(raster.height).toBe(52)
    expect(raster.width).toBeGreaterThan(90)
    expect(raster.width).toBeLessThan(110)
    expect(inkOf(raster)).toBeGreaterThan(300)
    const solid = raster.data.findIndex((value, i) => i % 4 === 3 && value === 255) - 3
    expect([...raster.data.subarray(solid, solid + 3)]).toEqual([200, 30, 60])
    expect([...raster.data.subarray(0, 4)]).toEqual([0, 0, 0, 0])
  })
  it('has several, each under the other', async () => {
    const one = await draw({ text: 'Hello' })
    const two = await draw({ text: 'Hello\r\nHi' })
    expect([two.width, two.height]).toEqual([one.width, 104])
    expect(inkOf(two)).toBeGreaterThan(inkOf(one))
  })
  it('is as wide as it advances, spaces at its end included', async () => {
    const [one, two, spaced] = [
      await draw({ text: 'o' }),
      await draw({ text: 'oo' }),
      await draw({ text: 'o  ' }),
    ]
    expect(Math.abs(two.width - 2 * one.width)).toBeLessThanOrEqual(2)
    expect(spaced.width - one.width).toBeGreaterThan(15)
  })
  it('grows with its size', async () => {
    const [small, large] = [await draw({ sizePx: 20 }), await draw({ sizePx: 80 })]
    expect(large.height).toBe(small.height * 4)
    expect(Math.abs(large.width - 4 * small.width)).toBeLessThanOrEqual(4)
  })
  it.each(['Ελλάδα', 'Привет', 'Việt Nam', 'Łódź', '日本', '<b>&amp;"', 'a\tb\0c'])(
    'shows %s',
    async (text) => {
      expect(inkOf(await draw({ text }))).toBeGreaterThan(200)
    },
  )
  it.each(['', ' ', '\n\n'])('shows nothing of %j, and is no error', async (text) => {
    const raster = await draw({ text })
    expect([raster.width, inkOf(raster)]).toEqual([1, 0])
  })
  it('is translucent where its colour is', async () => {
    const raster = await draw({ colour: { r: 0, g: 0, b: 0, a: 128 } })
    const most = raster.data.reduce((max, value, i) => (i % 4 === 3 ? Math.max(max, value) : max), 0)
    expect(Math.abs(most - 128)).toBeLessThanOrEqual(1)
  })
  it('has a thousand characters at most', async () => {
    await draw({ text: 'i'.repeat(1000), sizePx: 10 })
    await expect(run({ text: 'i'.repeat(1001), sizePx: 10 })).rejects.toMatchObject({
      ...{ kind: 'invalidOptions', detail: 'a text has at most 1000 characters' },
    })
  })
  it.each([
    ['wide', { text: 'W'.repeat(200) }],
    ['high', { text: 'W\n'.repeat(100) }],
    ['large', { sizePx: 10_000 }],
  ])('is at most 4,096 px %s', async (_, text) => {
    await expect(run(text)).rejects.toMatchObject({
      kind: 'invalidOptions',
      detail: expect.stringContaining('at most 4096'),
    })
  })
})

describe('a font of its own', () => {
  it('is used, and the built-in one where it has no glyph', async () => {
    const text = { text: 'Αa', fontUrl: 'https://a.example/f.woff2' }
    const raster = await draw(text, fontOf(GREEK))
    expect(inkOf(raster)).toBe(inkOf(await draw({ text: 'Αa' })))
  })
  it.each<[string, Uint8Array, number | undefined, RegExp]>([
    ['no font', new TextEncoder().encode('<html>'), undefined, /no TTF, OTF/],
    ['nothing', new Uint8Array(), undefined, /no TTF, OTF/],
    ['too large', new Uint8Array(9), 20_000_001, /at most 20 MB/],
  ])('is refused that is %s', async (_, font, sizeBytes, detail) => {
    await expect(run({ fontUrl: 'https://a.example/f' }, font, sizeBytes)).rejects.toMatchObject({
      ...{ kind: 'invalidOptions', detail: expect.stringMatching(detail) },
    })
    expect(governor.usage().reservedBytes).toBe(0)
  })
  it('that is damaged is said so', async () => {
    const damaged = fontOf(GREEK).slice(0, 200)
    await expect(run({ fontUrl: 'https://a.example/f' }, damaged)).rejects.toMatchObject({
      ...{ kind: 'invalidOptions', detail: expect.stringContaining('cannot be read') },
    })
    expect(governor.usage().reservedBytes).toBe(0)
  })
  it('that is not there is said so', async () => {
    await expect(run({ fontUrl: 'https://a.example/f' })).rejects.toMatchObject({
      kind: 'deliveredImageNotFound',
    })
  })
})
