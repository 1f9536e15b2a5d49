import sharp, { type JpegOptions } from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  encodeJpeg,
  type JpegEncodeOptions,
  type JpegSampling,
  priceJpegEncode,
} from '../../packages/pixels/src/index.ts'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { kernelRaster } from '../support/kernel-raster.ts'
import { createRandom } from '../support/mutate.ts'
import { psnr } from '../support/psnr.ts'

interface Picture {
  readonly rgba: Uint8Array
  readonly width: number
  readonly height: number
}

const SAMPLINGS: readonly JpegSampling[] = ['4:2:0', '4:4:4']
const KINDS = SAMPLINGS.flatMap((sampling) =>
  [false, true].map((progressive) => ({ sampling, progressive }) satisfies Partial<JpegEncodeOptions>),
)

/** Draw a picture: `colourOf` gives red, green, blue of each pixel. */
function draw(width: number, height: number, colourOf: (x: number, y: number) => readonly number[]): Picture {
  const rgba = new Uint8Array(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i++) rgba.set(colourOf(i % width, Math.floor(i / width)), i * 4)
  return { rgba, width, height }
}

const blobs = (x: number, y: number) => [
  128 + 100 * Math.sin(x / 7) * Math.cos(y / 9),
  128 + 90 * Math.cos((x + y) / 11),
  128 + 80 * Math.sin((x - 2 * y) / 13),
]
const greyBlobs = (x: number, y: number) => Array.from({ length: 3 }, () => blobs(x, y)[0] ?? 0)

async function encode(picture: Picture, options: JpegEncodeOptions) {
  return encodeJpeg(kernelRaster(picture.rgba, picture.width, picture.height), options)
}

/** RGB pixels of a JPEG; any warning of the decoder fails the test. */
async function decode(jpeg: Uint8Array) {
  return new Uint8Array(
    await sharp(jpeg, { failOn: 'warning' }).toColourspace('srgb').removeAlpha().raw().toBuffer(),
  )
}

const rgbOf = ({ rgba }: Picture) => rgba.filter((_, index) => index % 4 !== 3)

const encodeWithSharp = ({ rgba, width, height }: Picture, options: JpegOptions) =>
  sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg(options)
    .toBuffer()

describe('every size', () => {
  const sizes = [1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 33, 49].flatMap((side) => [
    [side, side],
    [side, 40],
    [100, side],
    [side, 1],
    [1, side],
  ])
  it.each(KINDS)('decodes at $sampling, progressive: $progressive', async (kind) => {
    for (const [width = 1, height = 1] of sizes) {
      for (const [colours, channels] of [
        [blobs, 3],
        [greyBlobs, 1],
      ] as const) {
        const picture = draw(width, height, colours)
        const jpeg = await encode(picture, { quality: 95, ...kind })
        const header = await sharp(jpeg).metadata()
        expect([header.width, header.height, header.channels]).toEqual([width, height, channels])
        expect(header.isProgressive ?? false).toBe(kind.progressive)
        expect(psnr(await decode(jpeg), rgbOf(picture))).toBeGreaterThan(kind.sampling === '4:4:4' ? 36 : 33)
      }
    }
  })
})

describe('extreme shapes', () => {
  it.each([
    [65_500, 1],
    [1, 65_500],
    [20_001, 17],
  ])('%i x %i decodes', async (width, height) => {
    const picture = draw(width, height, blobs)
    for (const kind of KINDS) {
      const jpeg = await encode(picture, { quality: 95, ...kind })
      expect(psnr(await decode(jpeg), rgbOf(picture))).toBeGreaterThan(33)
    }
  })

  it('flat areas, whose runs of empty blocks are longest, come out flat', async () => {
    const picture = draw(1500, 900, (x, y) => (x === 1300 && y === 700 ? [255, 255, 255] : [200, 30, 60]))
    for (const kind of KINDS) {
      const jpeg = await encode(picture, { quality: 90, ...kind })
      expect(jpeg.length).toBeLessThan(20_000)
      expect(psnr(await decode(jpeg), rgbOf(picture))).toBeGreaterThan(45)
    }
  })

  it('noise, which takes more bits than any picture, comes out whole', async () => {
    const random = createRandom(1)
    const picture = draw(1000, 200, () => [random(256), random(256), random(256)])
    for (const kind of KINDS) {
      const jpeg = await encode(picture, { quality: 100, ...kind })
      const least = kind.sampling === '4:4:4' ? 45 : 10
      expect(psnr(await decode(jpeg), rgbOf(picture))).toBeGreaterThan(least)
    }
  })
})

describe('quality', () => {
  it.each(KINDS)(
    'is better and bigger the higher it is, at $sampling, progressive: $progressive',
    async (kind) => {
      const picture = draw(67, 45, blobs)
      let last = { bytes: 0, decibels: 0 }
      for (let quality = 1; quality <= 100; quality++) {
        const jpeg = await encode(picture, { quality, ...kind })
        const now = { bytes: jpeg.length, decibels: psnr(await decode(jpeg), rgbOf(picture)) }
        expect(now.decibels).toBeGreaterThan(last.decibels - 1)
        if (quality % 10 === 0) {
          expect(now.bytes).toBeGreaterThanOrEqual(last.bytes)
          last = now
        }
      }
    },
  )

  const random = createRandom(2)
  it.each([
    ['noise', draw(96, 96, () => [random(256), random(256), random(256)])],
    ['black and white noise', draw(96, 96, () => Array.from({ length: 3 }, () => random(2) * 255))],
    ['a checkerboard', draw(96, 96, (x, y) => ((x + y) % 2 ? [255, 255, 0] : [0, 0, 255]))],
    ['stripes', draw(96, 96, (x) => (x % 2 ? [255, 255, 255] : [0, 0, 1]))],
  ] as [string, Picture][])('100 does not overflow on %s', async (_, picture) => {
    const ours = await encode(picture, { quality: 100, sampling: '4:4:4' })
    const theirs = await encodeWithSharp(picture, { quality: 100, chromaSubsampling: '4:4:4' })
    const reached = psnr(await decode(ours), rgbOf(picture))
    // At 50 dB and more, what remains is the rounding of 16-bit arithmetic.
    expect(reached).toBeGreaterThan(Math.min(50, psnr(await decode(theirs), rgbOf(picture)) - 1))
  })
})

describe('contract', () => {
  it.each(SAMPLINGS)('%s takes what its price says', async (sampling) => {
    for (const [width, height] of [
      [1, 1],
      [17, 33],
      [720, 588],
      [44, 900],
      [3000, 20],
    ] as const) {
      for (const keepRaster of [false, true]) {
        const raster = kernelRaster(draw(width, height, blobs).rgba, width, height)
        raster.kernel.exports.allocate(0)
        const before = raster.kernel.exports.heapBytes()
        encodeJpeg(raster, { quality: 90, sampling, keepRaster })
        const taken = raster.kernel.exports.heapBytes() - before
        const unused = priceJpegEncode(width, height, { sampling, keepRaster }) - taken
        expect(unused).toBeGreaterThanOrEqual(0)
        expect(unused).toBeLessThan(16)
      }
    }
  })

  it('takes less than its price for grey pictures of any shape', () => {
    const random = createRandom(7)
    for (let round = 1; round <= 60; round++) {
      const [width, height] = [1 + random(round), 1 + random(round * 20)]
      const raster = kernelRaster(draw(width, height, greyBlobs).rgba, width, height)
      raster.kernel.exports.allocate(0)
      const before = raster.kernel.exports.heapBytes()
      encodeJpeg(raster, { quality: 90 })
      expect(raster.kernel.exports.heapBytes() - before).toBeLessThanOrEqual(priceJpegEncode(width, height))
    }
  })

  it('writes the same bytes with and without keeping the raster, and keeps it when asked', async () => {
    const picture = draw(301, 203, blobs)
    const raster = kernelRaster(picture.rgba, picture.width, picture.height)
    const kept = encodeJpeg(raster, { quality: 80, sampling: '4:4:4', keepRaster: true })
    expect(raster.kernel.bytes(raster.pointer, picture.rgba.length)).toEqual(picture.rgba)
    expect(await encode(picture, { quality: 80, sampling: '4:4:4' })).toEqual(kept)
  })

  it('carries metadata segments', async () => {
    const exif = (
      await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
        .withExif({ IFD0: { Copyright: 'someone' } })
        .jpeg()
        .toBuffer()
        .then((jpeg) => sharp(jpeg).metadata())
    ).exif
    if (!exif) throw new Error('No EXIF was made')
    const length = exif.length + 2
    const segment = Uint8Array.of(0xff, 0xe1, length >> 8, length & 255, ...exif)
    const jpeg = await encode(draw(9, 9, blobs), { quality: 80, metadata: [segment] })
    expect((await sharp(jpeg, { failOn: 'warning' }).metadata()).exif).toEqual(exif)
  })
})

describe.skipIf(!hasCorpus)('photographs', () => {
  const photos = [...corpusFiles('kodak', /png$/), 'photos/beach-2725x2225.jpg']

  async function load(name: string): Promise<Picture> {
    const image = sharp(readCorpus(name)).toColourspace('srgb').ensureAlpha()
    const { data, info } = await image
      .resize(768, 768, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { rgba: new Uint8Array(data), width: info.width, height: info.height }
  }

  /** Size of ours at the PSNR of `target`, between the two qualities around it. */
  async function sizeAt(
    picture: Picture,
    target: number,
    quality: number,
    options: Partial<JpegEncodeOptions>,
  ) {
    const at = async (candidate: number) => {
      const jpeg = await encode(picture, { ...options, quality: candidate })
      return { bytes: jpeg.length, decibels: psnr(await decode(jpeg), rgbOf(picture)) }
    }
    let above = { quality, ...(await at(quality)) }
    while (above.decibels < target) above = { quality: above.quality + 1, ...(await at(above.quality + 1)) }
    let below = { quality: above.quality - 1, ...(await at(above.quality - 1)) }
    while (below.decibels > target) {
      above = below
      below = { quality: above.quality - 1, ...(await at(above.quality - 1)) }
    }
    const share = (target - below.decibels) / (above.decibels - below.decibels)
    return below.bytes ** (1 - share) * above.bytes ** share
  }

  it.each(photos)('%s takes at most 3 %% more than MozJPEG at equal PSNR', async (name) => {
    const picture = await load(name)
    for (const sampling of SAMPLINGS) {
      const moz = await encodeWithSharp(picture, { quality: 85, mozjpeg: true, chromaSubsampling: sampling })
      const target = psnr(await decode(moz), rgbOf(picture))
      const ours = await sizeAt(picture, target, 83, { sampling, progressive: true })
      expect(ours / moz.length).toBeLessThan(1.03)
    }
  })

  it.each(photos)('%s keeps what the same tables keep in libjpeg', async (name) => {
    const picture = await load(name)
    for (const quality of [50, 85, 95]) {
      const theirs = await encodeWithSharp(picture, { quality, quantisationTable: 3 })
      const ours = await encode(picture, { quality })
      expect(ours.length).toBeLessThan(theirs.length)
      // The wider dead zone costs some error, and saves more than it costs.
      const loss = psnr(await decode(theirs), rgbOf(picture)) - psnr(await decode(ours), rgbOf(picture))
      expect(loss).toBeLessThan(0.6)
    }
  })
})
