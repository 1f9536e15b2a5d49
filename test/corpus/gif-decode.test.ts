import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { GifDecodeLimits } from '../../packages/pixels/src/gif-decode.ts'
import { decodeGif, planGifDecode } from '../../packages/pixels/src/gif-decode.ts'
import { readGifHeader } from '../../packages/pixels/src/gif-header.ts'
import { PixelError } from '../../packages/pixels/src/pixel-error.ts'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { createRandom, mutate } from '../support/mutate.ts'
import { inPieces, newKernel, rasterBytes } from '../support/pixel-kernel.ts'

/** The LZW data of its first frame breaks off. */
const BROKEN = 'animated/invalid_multiframe.gif'
const readable = [...corpusFiles('animated', /\.gif$/), ...corpusFiles('formats', /\.gif$/)].filter(
  (path) => path !== BROKEN,
)

async function decode(
  file: Uint8Array,
  pieceBytes = 65_536,
  limits: GifDecodeLimits = {},
  { header } = readGifHeader(file),
) {
  const plan = planGifDecode(header, limits)
  const kernel = newKernel()
  const frames: Uint8Array[] = []
  try {
    const decoding = decodeGif(kernel, inPieces(file, pieceBytes), plan)
    while (true) {
      const { done, value } = await decoding.next()
      if (done) return { header, frames, ...value }
      frames.push(rasterBytes(value.raster))
    }
  } finally {
    expect(kernel.peakBytes()).toBeLessThanOrEqual(plan.priceBytes)
  }
}

async function outcome(file: Uint8Array): Promise<string> {
  try {
    const { truncated } = await decode(file, 65_536, { maxPixels: 4_000_000 })
    return truncated ? 'truncated animation' : 'decoded'
  } catch (error) {
    if (error instanceof PixelError) return error.reason
    throw error
  }
}

describe.skipIf(!hasCorpus)('GIF decoding', () => {
  it.each(readable)('gives the frames, delays and loops that sharp gives for %s', async (path) => {
    const file = readCorpus(path)
    const expected = await sharp(file, { pages: -1 }).ensureAlpha().raw().toBuffer()
    const { delay, loop, pages } = await sharp(file).metadata()
    const { header, frames, truncated } = await decode(file)
    expect(truncated).toBe(false)
    expect(Buffer.compare(Buffer.concat(frames), expected)).toBe(0)
    expect(header.loopCount).toBe(loop)
    expect(header.frameCount).toBe(pages)
    if (header.frameCount > 1) expect(header.delaysMs).toEqual(delay)
  })

  it.each(['cogs', 'dispose-background', 'dispose-previous', 'trans-x'])(
    'gives the true frames of %s',
    async (name) => {
      const strip = await sharp(readCorpus(`animated/${name}.png`))
        .ensureAlpha()
        .raw()
        .toBuffer()
      const { frames } = await decode(readCorpus(`animated/${name}.gif`))
      expect(Buffer.compare(Buffer.concat(frames), strip)).toBe(0)
    },
  )

  it('does not depend on how the file is cut into pieces', async () => {
    const file = readCorpus('animated/dispose-previous.gif')
    const whole = Buffer.concat((await decode(file)).frames)
    for (const size of [1, 7, 300]) {
      expect(Buffer.compare(Buffer.concat((await decode(file, size)).frames), whole)).toBe(0)
    }
  })

  it('decodes no more frames than asked for', async () => {
    const file = readCorpus('animated/rotating-squares.gif')
    const { frames, truncated } = await decode(file, 512, { frames: 2 })
    expect(frames).toHaveLength(2)
    expect(truncated).toBe(false)
  })

  it('shows what a truncated file still has', async () => {
    const { frames, truncated } = await decode(readCorpus('damaged/truncated.gif'))
    expect(truncated).toBe(true)
    expect(frames).toHaveLength(1)
    const file = readCorpus('animated/rotating-squares.gif')
    const cut = await decode(file.subarray(0, file.length / 2), 65_536, {}, readGifHeader(file))
    expect(cut.truncated).toBe(true)
    expect(cut.frames.length).toBeGreaterThan(5)
  })

  it('shows the lines of a damaged first frame', async () => {
    expect(await outcome(readCorpus(BROKEN))).toBe('truncated animation')
  })

  it('refuses too many frames or pixels by the header alone', () => {
    const { header } = readGifHeader(readCorpus('animated/dancing-banana.gif'))
    const tooLarge = expect.objectContaining({ reason: 'too-large' })
    expect(() => planGifDecode(header, { maxFrames: 7 })).toThrow(tooLarge)
    expect(() => planGifDecode(header, { maxPixels: 990 * 1050 * 8 - 1 })).toThrow(tooLarge)
    expect(() => planGifDecode(header, { maxBytes: 4_000_000 })).toThrow(tooLarge)
    expect(planGifDecode(header, { frames: 1, maxFrames: 1 }).frames).toBe(1)
  })

  it('survives damaged files: frames or a documented error, quickly and within the price', async () => {
    const random = createRandom(89)
    const seeds = [
      'cogs',
      'dispose-background',
      'dispose-previous',
      'trans-x',
      'cramps',
      'invalid_multiframe',
    ]
    const good = readCorpus('animated/cogs.gif')
    const expected = Buffer.concat((await decode(good)).frames)
    const counts: Record<string, number> = {}
    for (let round = 0; round < 900; round++) {
      const startedAt = performance.now()
      const result = await outcome(mutate(readCorpus(`animated/${seeds[round % seeds.length]}.gif`), random))
      expect(performance.now() - startedAt).toBeLessThan(2000)
      counts[result] = (counts[result] ?? 0) + 1
    }
    expect(counts).not.toHaveProperty('internal')
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['decoded', 'corrupt', 'truncated animation']))
    expect(Buffer.compare(Buffer.concat((await decode(good)).frames), expected)).toBe(0)
  })
})
