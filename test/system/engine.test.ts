import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { createRandom, mutate } from '../support/mutate.ts'
import { psnr } from '../support/pictures.ts'
import { createRenderWorker, readSourceFacts } from '../support/render-worker.ts'
import { imageForm, startSystem } from '../support/system.ts'

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
  const { kind, detail, body } = await lossless(bytes, size)
  expect(kind, detail ?? '').toBeNull()
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

describe.runIf(hasCorpus)('an embedded profile becomes sRGB', () => {
  const wide = () => sharp(readCorpus('colour/p3.png')).keepIccProfile()

  it.each([
    ['WebP', () => wide().webp({ lossless: true }).toBuffer()],
    ['AVIF', () => wide().avif({ lossless: true, effort: 0 }).toBuffer()],
    ['JPEG', () => wide().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()],
  ] as const)('of a %s', async (_, make) => {
    const bytes = await make()
    expect((await sharp(bytes).metadata()).icc).toBeDefined()
    expect(await likeness(bytes, { width: 300 })).toBeGreaterThan(38)
  })

  it('of a JPEG that has two megabytes of other segments before it', async () => {
    const jpeg = await wide().jpeg({ quality: 95 }).toBuffer()
    const segment = Buffer.alloc(2 + 0xffff, 0x20)
    segment.set([0xff, 0xed, 0xff, 0xff])
    const bytes = Buffer.concat([jpeg.subarray(0, 2), ...Array(32).fill(segment), jpeg.subarray(2)])
    expect(await likeness(bytes, { width: 300 })).toBeGreaterThan(38)
  })
})

describe.runIf(hasCorpus)('a truncated original', () => {
  it.each(['photos/beach-2725x2225.jpg', 'kodak/kodim23.png'])(
    '%s is shown as far as it goes, and says so',
    async (name) => {
      const whole = readCorpus(name)
      const bytes = whole.slice(0, whole.length * 0.7)
      const { meta, body } = await worker.render(bytes, { width: 200 }, 'webp', readSourceFacts(whole))
      expect(meta?.warnings).toEqual(['source is truncated'])
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

describe.runIf(hasCorpus)('what uploads would refuse', () => {
  const FORMATS = { jpg: 'jpeg', png: 'png', webp: 'webp', avif: 'avif' } as const

  it.each([
    ...corpusFiles('damaged', /\.(jpg|png|webp)$/),
    ...corpusFiles('limits', /\.(jpg|png|webp|avif)$/),
    ...corpusFiles('jpeg-kinds', /\.jpg$/),
    ...corpusFiles('pngsuite', /\/?x.*\.png$/),
  ])('%s is shown or refused with a reason, and costs no more than its price', async (name) => {
    const bytes = readCorpus(name)
    const format = FORMATS[name.split('.').at(-1) as keyof typeof FORMATS]
    const size = await sharp(bytes, { limitInputPixels: false, failOn: 'none' })
      .metadata()
      .catch(() => ({ width: 64, height: 64 }))
    const { width, height } = size
    const facts = { format, width, height, orientation: 1, hasAlpha: false, animated: false }
    const source = { ...facts, sizeBytes: bytes.length }
    const { kind, detail } = await worker.render(bytes, { width: 50 }, 'base', source)
    expect([null, 'refusedDimensions', 'notAnImage', 'decodingFailed'], detail ?? '').toContain(kind)
  })
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
    const { meta, kind, detail, body } = await worker.render(bytes, { width: 1200 })
    expect(kind, detail ?? '').toBeNull()
    expect(meta?.memory?.pricedBytes).toBeLessThan(most * MB)
    const { width, height } = await sharp(body).metadata()
    expect([width, height]).toEqual([1200, 833])
    expect(await likeness(bytes, { width: 1200 })).toBeGreaterThan(40)
  })

  it('100 megapixels are taken by the API and delivered', async () => {
    const system = await startSystem()
    try {
      const account = await system.createAccount('large')
      const path = `/accounts/${account.accountId}/images/v1`
      const variant = {
        id: 'wide',
        options: { fit: 'scale-down', width: 1200, height: 1200, metadata: 'none' },
      }
      expect((await system.api(account, 'POST', `${path}/variants`, variant)).status).toBe(200)
      const bytes = await tiled(12_000, 8333, { quality: 50 })
      const upload = await system.api(account, 'POST', path, imageForm(bytes, {}, 'large.jpg'))
      expect(upload.status, JSON.stringify(upload.body)).toBe(200)
      const response = await system.deliver(`/${account.accountHash}/${upload.body.result.id}/wide`)
      expect(response.status).toBe(200)
      const { width, height } = await sharp(await response.arrayBuffer()).metadata()
      expect([width, height]).toEqual([1200, 833])
    } finally {
      await system.close()
    }
  })

  it('32 different ones of 12 megapixels at once all succeed, within the budget of one isolate', async () => {
    const raw = { width: 4100, height: 3000, channels: 3 as const }
    const data = await sharp(await tiled(raw.width, raw.height, { quality: 90 }))
      .raw()
      .toBuffer()
    const requests = []
    for (let left = 0; left < 32; left++) {
      const cut = { left, top: 0, width: 4000, height: 3000 }
      const bytes = await sharp(data, { raw }).extract(cut).jpeg({ quality: 70 }).toBuffer()
      requests.push(await worker.createRequest(bytes, { width: 1200 }, 'webp'))
    }
    const answers = await Promise.all(requests.map(worker.send))
    expect(answers.map(({ kind }) => kind)).toEqual(requests.map(() => null))
    for (const { meta } of answers) {
      expect(meta?.memory?.pricedBytes).toBeLessThan(ISOLATE_BYTES)
      expect(meta?.memory?.mostReservedBytes).toBeLessThanOrEqual(ISOLATE_BYTES)
    }
    const sizes = await Promise.all(answers.map(({ body }) => sharp(body).metadata()))
    expect(new Set(sizes.map(({ width, height }) => `${width}x${height}`))).toEqual(new Set(['1200x900']))
  })
})

describe.runIf(hasCorpus)('files damaged at random, by fixed seeds', () => {
  it.each([
    ['formats/webp.webp', 30],
    ['formats/avif.avif', 30],
    ['formats/jpg.jpg', 30],
    ['formats/png.png', 30],
  ] as const)(
    '%s: every answer has a documented kind, and the next good picture is right',
    async (name, count) => {
      const whole = readCorpus(name)
      const source = readSourceFacts(whole)
      const good = await lossless(whole, { width: 64 })
      const random = createRandom(count * whole.length)
      for (let i = 0; i < count; i++) {
        const bytes = mutate(whole, random)
        const answer = await worker.render(bytes, { width: 64 }, 'webp', {
          ...source,
          sizeBytes: bytes.length,
        })
        const kinds = [null, 'refusedDimensions', 'notAnImage', 'decodingFailed']
        expect(kinds, `number ${i}: ${answer.detail}`).toContain(answer.kind)
      }
      const again = await lossless(whole, { width: 64 })
      expect(await psnr(again.body, good.body)).toBe(Number.POSITIVE_INFINITY)
    },
  )
})
