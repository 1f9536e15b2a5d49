import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWebpFrames } from '../../packages/transform/src/codecs/webp-frames.ts'
import { streamOf } from '../../packages/transform/src/sample-rasters.ts'
import {
  type Animation,
  drawAnimation,
  harden,
  likeness,
  readAnimation,
  resizeFrames,
} from '../support/animations.ts'
import { hasCorpus, readCorpus } from '../support/corpus.ts'
import { createRenderWorker, readSourceFacts } from '../support/render-worker.ts'

const worker = createRenderWorker()

beforeAll(async () => {
  await worker.listen()
})
afterAll(() => worker.close())

/** Least likeness of all frames, dB; `of` frames of the same size. */
const leastLikeness = (result: Animation, of: readonly Buffer[]): number =>
  Math.min(...result.frames.map((frame, i) => likeness(frame, of[i] as Buffer)))

/** File, width asked for, least likeness as GIF and as WebP: to what libvips makes of each frame, dB. */
const RESIZED = [
  ['1024-pages.gif', 200, 99, 99],
  ['animated-loop-3.gif', 200, 46, 33],
  ['animated-loop-3.webp', 200, 35, 38],
  ['cogs.gif', 50, 32, 38],
  ['dancing-banana.gif', 200, 40, 33],
  ['dancing_banana2.lossless.webp', 200, 40, 33],
  ['dispose-background.gif', 100, 38, 33],
  ['dispose-previous.gif', 50, 38, 24],
  ['rotating-squares.gif', 60, 24, 30],
  ['rotating-squares.webp', 60, 24, 33],
] as const

describe.skipIf(!hasCorpus)('an animation', () => {
  it.each(RESIZED)('%s keeps its frames, delays and plays', async (name, width, asGif, asWebp) => {
    const source = readCorpus(`animated/${name}`)
    const original = await readAnimation(source)
    for (const format of ['gif', 'webp'] as const) {
      const { meta, body } = await worker.render(source, { width }, format === 'gif' ? 'base' : 'webp')
      const result = await readAnimation(body)
      expect(meta).toMatchObject({ format, width: result.width, height: result.height, warnings: [] })
      expect([result.frames.length, result.delays, result.plays]).toEqual([
        original.frames.length,
        original.delays,
        original.plays,
      ])
      const expected = await resizeFrames(original, result.width, result.height)
      const shown = format === 'gif' ? expected.map(harden) : expected
      expect(leastLikeness(result, shown)).toBeGreaterThan(format === 'gif' ? asGif : asWebp)
    }
  })

  it.each(['cogs', 'dispose-background', 'dispose-previous'])(
    '%s has its true frames, whatever it comes as',
    async (name) => {
      const original = await readAnimation(readCorpus(`animated/${name}.gif`))
      const strip = await sharp(readCorpus(`animated/${name}.png`))
        .ensureAlpha()
        .raw()
        .toBuffer()
      const frameBytes = original.width * original.height * 4
      const truth = original.frames.map((_, i) => strip.subarray(i * frameBytes, (i + 1) * frameBytes))
      const { body } = await worker.render(readCorpus(`animated/${name}.gif`))
      expect(leastLikeness(await readAnimation(body), truth)).toBe(Number.POSITIVE_INFINITY)
      const lossless = await worker.render(readCorpus(`animated/${name}.gif`), { quality: 100 }, 'webp')
      expect(leastLikeness(await readAnimation(lossless.body), truth)).toBe(Number.POSITIVE_INFINITY)
      const again = await worker.render(lossless.body)
      expect(leastLikeness(await readAnimation(again.body), truth)).toBe(Number.POSITIVE_INFINITY)
    },
  )
})

/** A white screen with a 4x4 square in a different place in each frame. */
async function drawMovingSquare(places: readonly (readonly [left: number, top: number])[]): Promise<Buffer> {
  const square = { create: { width: 4, height: 4, channels: 3, background: '#00f' } } as const
  const frames = await Promise.all(
    places.map(([left, top]) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background: '#fff' } })
        .composite([{ input: square, left, top }])
        .png()
        .toBuffer(),
    ),
  )
  return sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer()
}

describe('the border of an animation', () => {
  const places = [
    [18, 14],
    [5, 20],
    [30, 7],
  ] as const

  it.each(['gif', 'webp'] as const)('is what no frame of a %s shows anything in', async (format) => {
    const source = await drawMovingSquare(places)
    const formatClass = format === 'gif' ? 'base' : 'webp'
    const options = { trim: { border: true }, quality: 100 } as const // lossless as WebP
    const { meta, body } = await worker.render(source, options, formatClass)
    expect(meta).toMatchObject({ format, width: 29, height: 17 })
    const result = await readAnimation(body)
    expect(result.frames.length).toBe(3)
    result.frames.forEach((frame, i) => {
      const [left, top] = places[i] as (typeof places)[number]
      const at = ((top - 7 + 1) * 29 + left - 5 + 1) * 4
      expect([...frame.subarray(at, at + 4)]).toEqual([0, 0, 255, 255])
    })
  })
  it('is that of the first frame where only that is shown', async () => {
    const source = await drawMovingSquare(places)
    const { meta } = await worker.render(source, { trim: { border: true }, anim: false })
    expect(meta).toMatchObject({ width: 4, height: 4 })
  })
})

describe('what becomes of an animation', () => {
  const gif = () => drawAnimation({ width: 60, height: 40, frames: 5, delay: 70, loop: 4 })

  it('is its first frame where that is asked for, or a format of stills, or the soonest one', async () => {
    const source = await gif()
    const { frames } = await readAnimation(source)
    for (const [options, format] of [
      [{ anim: false, format: 'auto' }, 'webp'],
      [{ format: 'jpeg' }, 'jpeg'],
      [{ format: 'avif' }, 'avif'],
      [{ format: 'png-force' }, 'png'],
      [{ compression: 'fast' }, 'png'],
    ] as const) {
      const { meta, body } = await worker.render(source, options, 'webp')
      expect(meta).toMatchObject({ format, width: 60, height: 40, warnings: [] })
      const still = await sharp(body).ensureAlpha().raw().toBuffer()
      expect(likeness(still, frames[0] as Buffer)).toBeGreaterThan(25)
    }
  })

  it('is an animation in the format that is asked for, if that has animations', async () => {
    const { meta, body } = await worker.render(await gif(), { format: 'webp' }, 'base')
    expect(meta?.format).toBe('webp')
    const { frames, delays, plays } = await readAnimation(body)
    expect([frames.length, delays, plays]).toEqual([5, [70, 70, 70, 70, 70], 4])
  })

  it('goes through every operation, frame by frame', async () => {
    const source = await gif()
    const { body } = await worker.render(source, {
      width: 30,
      height: 30,
      fit: 'pad',
      background: '#00f',
      rotate: 90,
    })
    const { frames, width, height } = await readAnimation(body)
    expect([width, height, frames.length]).toEqual([30, 30, 5])
    for (const frame of frames) expect([...frame.subarray(0, 4)]).toEqual([0, 0, 255, 255])
    expect(new Set(frames.map((frame) => frame.toString('latin1'))).size).toBe(5)
  })

  it.each([10, 1, 0])('keeps a delay of %i ms, which players lengthen or not', async (delay) => {
    const webp = await drawAnimation({ width: 20, height: 20, frames: 3, format: 'webp' })
    // libvips neither writes nor tells delays this short, so they are written and read here.
    for (let at = webp.indexOf('ANMF'); at >= 0; at = webp.indexOf('ANMF', at + 4))
      webp.writeUIntLE(delay, at + 20, 3)
    const { body } = await worker.render(webp, {}, 'webp')
    const delays: number[] = []
    for await (const frame of readWebpFrames(streamOf(body), body.length)) delays.push(frame.delayMs)
    expect(delays).toEqual([delay, delay, delay])
  })

  it('is delivered as it came above 50 megapixels, and refused above 100', async () => {
    const sized = (frames: number) => drawAnimation({ width: 1000, height: 1000, frames })
    const [below, above] = [await sized(50), await sized(51)]
    const made = await worker.render(below, { width: 20 })
    expect(made.meta).toMatchObject({ format: 'gif', width: 20, warnings: [] })
    const passed = await worker.render(above, { width: 20 }, 'webp')
    expect(passed.meta).toMatchObject({
      ...{ format: 'gif', width: 1000, height: 1000 },
      warnings: ['animation too large to be changed'],
    })
    expect(passed.body.equals(above)).toBe(true)
    const first = await worker.render(above, { width: 20, anim: false })
    expect(first.meta).toMatchObject({ width: 20, warnings: [] })
    const facts = readSourceFacts(below)
    expect(() => readSourceFacts(Buffer.concat([above.subarray(0, -1), above.subarray(13)]))).toThrow()
    expect(facts.animation?.frames).toBe(50)
  })

  it('has the frames that came whole when it is cut, and says so', async () => {
    const frames = 12
    for (const format of ['gif', 'webp'] as const) {
      const whole = await drawAnimation({ width: 120, height: 90, frames, format, noise: true })
      const cut = whole.subarray(0, whole.length * 0.6)
      const facts = { ...readSourceFacts(whole), sizeBytes: cut.length }
      const { meta, body } = await worker.render(cut, { quality: 100 }, 'webp', facts)
      expect(meta?.warnings).toEqual(['source is truncated'])
      const [ours, theirs] = [await readAnimation(body), await readAnimation(whole)]
      expect(ours.frames.length).toBeGreaterThan(4)
      expect(ours.frames.length).toBeLessThan(9)
      expect(leastLikeness(ours, theirs.frames.slice(0, ours.frames.length))).toBe(Number.POSITIVE_INFINITY)
    }
  })
})
