import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { psnr } from '../support/pictures.ts'
import { createRenderWorker } from '../support/render-worker.ts'

const worker = createRenderWorker()
const MB = 1e6
const ISOLATE_BYTES = 96 * MB

beforeAll(async () => {
  await worker.listen()
})
afterAll(() => worker.close())

/** The result's pixels before lossy encoding: WebP of quality 100 is lossless. */
const lossless = (bytes: Uint8Array, size: { width?: number; height?: number }) =>
  worker.render(bytes, { ...size, quality: 100 }, 'webp')

/** The same picture by sharp, resampled at full resolution, in sRGB. */
const reference = (bytes: Uint8Array, width: number, height: number) =>
  sharp(bytes, { limitInputPixels: false })
    .autoOrient()
    .resize(width, height, { fit: 'fill', fastShrinkOnLoad: false })
    .png()
    .toBuffer()

async function likeness(bytes: Uint8Array, size: { width?: number; height?: number }): Promise<number> {
  const { status, body } = await lossless(bytes, size)
  expect(status, body.toString('latin1').slice(0, 300)).toBe(200)
  const { width = 0, height = 0 } = await sharp(body).metadata()
  return psnr(body, await reference(bytes, width, height))
}

describe.runIf(hasCorpus)('pixels before encoding are those of libvips', () => {
  const photos = [
    ...corpusFiles('photos', /\.jpe?g$/),
    ...corpusFiles('kodak', /\.png$/),
    ...corpusFiles('faces', /\.jpg$/),
    'formats/jpg.jpg',
    'formats/png.png',
    'formats/webp.webp',
  ]
  it.each(photos)('%s', async (name) => {
    expect(await likeness(readCorpus(name), { width: 300 })).toBeGreaterThan(40)
  })

  it.each(corpusFiles('exif-orientation', /\.jpg$/))('%s, turned', async (name) => {
    expect(await likeness(readCorpus(name), { width: 300, height: 300 })).toBeGreaterThan(40)
  })

  it.each([
    ['colour/p3.png', 40],
    ['colour/prophoto.png', 40],
    ['colour/gamma_dalai_lama_gray.jpg', 40],
    ['colour/Flag_of_the_Netherlands-16bit.png', 40],
    // Both convert with the embedded table; ours interpolates it at 8 bits, after resizing.
    ['colour/Channel_digital_image_CMYK_color.jpg', 30],
    // Without a profile libvips takes a press profile of its own, and we the plain formula: near, not equal.
    ['colour/Channel_digital_image_CMYK_color_no_profile.jpg', 10],
  ])('%s', async (name, leastDb) => {
    expect(await likeness(readCorpus(name), { width: 300 })).toBeGreaterThan(leastDb)
  })
})

describe.runIf(hasCorpus)('a truncated original', () => {
  it.each(['photos/beach-2725x2225.jpg', 'kodak/kodim23.png'])(
    '%s is shown as far as it goes, and says so',
    async (name) => {
      const whole = readCorpus(name)
      const job = await worker.createJob(whole, { width: 200 }, 'webp')
      const bytes = whole.slice(0, whole.length * 0.7)
      const { status, headers, body } = await worker.render(bytes, job.recipe, 'webp', job.source)
      expect([status, headers.get('x-tintype-warning')]).toEqual([200, 'source is truncated'])
      const { width = 0, height = 0 } = await sharp(body).metadata()
      const top = { left: 0, top: 0, width, height: Math.floor(height / 2) }
      const expected = await sharp(await reference(whole, width, height))
        .extract(top)
        .png()
        .toBuffer()
      expect(await psnr(await sharp(body).extract(top).png().toBuffer(), expected)).toBeGreaterThan(30)
    },
  )
})

describe.runIf(hasCorpus)('large originals', () => {
  /** A photo of the corpus again and again, as a JPEG. */
  const tiled = async (
    width: number,
    height: number,
    options: { quality: number; progressive?: boolean },
  ) => {
    const tile = await sharp(readCorpus('kodak/kodim23.png')).png().toBuffer()
    return sharp({ create: { width, height, channels: 3, background: '#fff' }, limitInputPixels: false })
      .composite([{ input: tile, tile: true }])
      .jpeg(options)
      .toBuffer()
  }

  it.each([
    [false, 24],
    [true, 32],
  ] as const)('100 megapixels (progressive: %s) reach 1200 px within %i MB', async (progressive, most) => {
    const bytes = await tiled(12_000, 8333, { quality: 50, progressive })
    expect(bytes.length).toBeLessThan(10 * 2 ** 20)
    const { status, body, memory } = await worker.render(bytes, { width: 1200 })
    expect(status, body.toString('latin1').slice(0, 300)).toBe(200)
    expect(memory?.priced).toBeLessThan(most * MB)
    const { width, height } = await sharp(body).metadata()
    expect([width, height]).toEqual([1200, 833])
    expect(await likeness(bytes, { width: 1200 })).toBeGreaterThan(40)
  })

  it('32 different ones of 12 megapixels at once all succeed, within the budget of one isolate', async () => {
    const raw = { width: 4100, height: 3000, channels: 3 as const }
    const data = await sharp(await tiled(raw.width, raw.height, { quality: 90 }))
      .raw()
      .toBuffer()
    const jobs = []
    for (let left = 0; left < 32; left++) {
      const cut = { left, top: 0, width: 4000, height: 3000 }
      const bytes = await sharp(data, { raw }).extract(cut).jpeg({ quality: 70 }).toBuffer()
      jobs.push(await worker.createJob(bytes, { width: 1200 }, 'webp'))
    }
    const answers = await Promise.all(jobs.map(worker.post))
    expect(answers.map(({ status }) => status)).toEqual(jobs.map(() => 200))
    for (const { memory } of answers) {
      expect(memory?.priced).toBeLessThan(ISOLATE_BYTES)
      expect(memory?.reserved).toBeLessThanOrEqual(ISOLATE_BYTES)
    }
    const sizes = await Promise.all(answers.map(({ body }) => sharp(body).metadata()))
    expect(new Set(sizes.map(({ width, height }) => `${width}x${height}`))).toEqual(new Set(['1200x900']))
  })
})
