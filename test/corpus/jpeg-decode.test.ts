import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeJpeg } from '../../packages/pixels/src/jpeg-decode.ts'
import { readJpegHeader } from '../../packages/pixels/src/jpeg-header.ts'
import { JPEG_QUALITY, type JpegDecodeRequest, planJpegDecode } from '../../packages/pixels/src/jpeg-plan.ts'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { drawJpeg } from '../support/draw-jpeg.ts'
import { inPieces, newKernel, rasterBytes } from '../support/pixel-kernel.ts'

const BEACH = 'photos/beach-2725x2225.jpg'
const FOLDERS = [
  'alpha',
  'colour',
  'damaged',
  'exif-orientation',
  'faces',
  'formats',
  'jpeg-kinds',
  'photos',
  'trim',
]
const FILES = FOLDERS.flatMap((folder) => corpusFiles(folder, /\.jpe?g$/i))
/** Files with colours that sharp converts, so that its pixels are not the file's. */
const CONVERTED = /CMYK|gamma_/
const REFUSED: Record<string, string> = {
  'damaged/corrupt-header.jpg': 'truncated',
  'damaged/image_invalid.jpg': 'truncated',
  'jpeg-kinds/testimgari.jpg': 'unsupported',
  'jpeg-kinds/testorig12.jpg': 'unsupported',
}

async function decode(file: Uint8Array, request: Partial<JpegDecodeRequest> = {}, chunkBytes?: number) {
  const header = readJpegHeader(file)
  const { width, height } = header
  const plan = planJpegDecode(header, { outWidth: width, outHeight: height, ...request })
  const kernel = newKernel()
  const source = chunkBytes === undefined ? file : stream(file, chunkBytes)
  const { raster, truncated } = await decodeJpeg(kernel, source, plan)
  expect(kernel.peakBytes()).toBeLessThanOrEqual(plan.priceBytes)
  return { plan, truncated, width: raster.width, height: raster.height, pixels: rasterBytes(raster) }
}

async function* stream(file: Uint8Array, size: number) {
  yield* inPieces(file, size)
}

/** As stored, at full size, without what the transforms or the resizer could save. */
const EXACT = { quality: JPEG_QUALITY.exact, orientation: 1 } as const

/** Differences of RGB, per channel: mean, largest, and PSNR in dB. */
function compare(ours: Uint8Array, theirs: Uint8Array, channels: number) {
  let [sum, squares, max] = [0, 0, 0]
  const pixels = ours.length / 4
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) {
      const reference = theirs[i * channels + (channels < 3 ? 0 : c)] as number
      const difference = Math.abs((ours[i * 4 + c] as number) - reference)
      sum += difference
      squares += difference * difference
      max = Math.max(max, difference)
    }
  }
  return { mean: sum / pixels / 3, max, psnr: 10 * Math.log10(255 ** 2 / (squares / pixels / 3)) }
}

const raw = (file: Uint8Array) =>
  sharp(file, { limitInputPixels: false, failOn: 'none' })
    .keepIccProfile()
    .raw()
    .toBuffer({ resolveWithObject: true })

describe.skipIf(!hasCorpus)('the JPEG decoder beside libjpeg-turbo', () => {
  it.each(FILES.filter((file) => !(file in REFUSED) && !CONVERTED.test(file)))(
    'decodes %s alike',
    async (path) => {
      const file = readCorpus(path)
      const { pixels, width, height, truncated } = await decode(file, EXACT)
      const { data, info } = await raw(file)
      expect([width, height]).toEqual([info.width, info.height])
      expect(truncated).toBe(path.includes('truncated'))
      const { mean, max } = compare(pixels, data, info.channels)
      expect(mean).toBeLessThanOrEqual(1)
      expect(max).toBeLessThanOrEqual(8)
    },
  )

  it.each(Object.entries(REFUSED))('refuses %s as %s', async (path, reason) => {
    await expect(decode(readCorpus(path))).rejects.toMatchObject({ name: 'PixelError', reason })
  })

  it.each(corpusFiles('colour', /CMYK.*\.jpg$/))('gives the inks of %s', async (path) => {
    const file = readCorpus(path)
    const { pixels } = await decode(file, { ...EXACT, keepInks: true })
    const expected = await sharp(file).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer()
    expect(compare(pixels, expected, 4)).toMatchObject({ max: expect.toSatisfy((max: number) => max <= 8) })
  })

  it.each(corpusFiles('exif-orientation', /\.jpg$/))('shows %s upright', async (path) => {
    const file = readCorpus(path)
    const upright = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true })
    const { width, height } = upright.info
    const { pixels, ...shown } = await decode(file, { outWidth: width, outHeight: height })
    expect([shown.width, shown.height]).toEqual([width, height])
    expect(compare(pixels, upright.data, 3).max).toBeLessThanOrEqual(8)
  })

  it('meets a picture of 280 million pixels with 2 MB', async () => {
    const { plan, width } = await decode(readCorpus('limits/giant-image.jpg'), {
      outWidth: 200,
      outHeight: 140,
    })
    expect(width).toBe(200)
    expect(plan.priceBytes).toBeLessThan(2 ** 21)
  })
})

// biome-ignore format: a table
const SAMPLINGS: Record<string, readonly (readonly [number, number])[]> = {
  '4:4:4': [[1, 1], [1, 1], [1, 1]],
  '4:2:2': [[2, 1], [1, 1], [1, 1]],
  '4:2:0': [[2, 2], [1, 1], [1, 1]],
  '4:4:0': [[1, 2], [1, 1], [1, 1]],
  '4:1:1': [[4, 1], [1, 1], [1, 1]],
  '4:1:0': [[4, 2], [1, 1], [1, 1]],
  'a third': [[3, 2], [1, 1], [1, 1]],
  'each its own': [[2, 2], [2, 1], [1, 2]],
  'colour above grey': [[1, 1], [2, 2], [2, 2]],
  grey: [[1, 1]],
  'grey with factors': [[2, 2]],
}

describe('the JPEG decoder and sampling', () => {
  // Where chroma is a third or a quarter as wide, libjpeg repeats samples and we interpolate: slow waves keep both alike.
  const calm = (component: number, x: number, y: number) =>
    component ? 128 + 40 * Math.sin(x / 60 + y / 70) : 128 + 80 * Math.sin(x / 9 + y / 13)

  it.each(Object.keys(SAMPLINGS))('reads %s, with restarts and in scans of their own', async (name) => {
    const factors = SAMPLINGS[name] as (typeof SAMPLINGS)[string]
    for (const variant of [{}, { restartInterval: 3 }, { isSplit: true, isWide: true }]) {
      const file = drawJpeg({ width: 101, height: 67, factors, sample: calm, ...variant })
      const { data, info } = await raw(file)
      const { mean, max } = compare((await decode(file, EXACT)).pixels, data, info.channels)
      expect(mean).toBeLessThanOrEqual(1)
      expect(max).toBeLessThanOrEqual(8)
    }
  })

  it.each([100, 90, 60])(
    'reads noise of quality %i, where the last coefficients count too',
    async (quality) => {
      const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
      const picture = sharp({ create: { width: 300, height: 200, channels: 3, background: '#888', noise } })
      for (const optimiseCoding of [false, true]) {
        const file = await picture.clone().jpeg({ quality, optimiseCoding }).toBuffer()
        const { data } = await raw(file)
        const { mean, max } = compare((await decode(file, EXACT)).pixels, data, 3)
        expect(mean).toBeLessThanOrEqual(1)
        expect(max).toBeLessThanOrEqual(8)
      }
    },
  )

  it.each([
    ['by Adobe', { adobe: 0 }],
    ['by name', { ids: [82, 71, 66] }],
  ])('knows RGB %s', async (_, marks) => {
    const file = drawJpeg({ width: 40, height: 40, factors: SAMPLINGS['4:4:4'] as never, ...marks })
    const { data } = await raw(file)
    expect(compare((await decode(file, EXACT)).pixels, data, 3).max).toBeLessThanOrEqual(8)
  })
})

describe.skipIf(!hasCorpus)('the JPEG decoder at smaller sizes', () => {
  /** Full decode by sharp, then a resize of that: what shrinking while decoding must not be seen against. */
  async function fullThenResized(file: Uint8Array, width: number, height: number) {
    const { data, info } = await raw(file)
    const { width: fullWidth, height: fullHeight, channels } = info
    const resized = sharp(data, { raw: { width: fullWidth, height: fullHeight, channels } })
    return await resized.resize(width, height, { fit: 'fill' }).raw().toBuffer()
  }

  it.each([
    [BEACH, 720, 588],
    [BEACH, 1362, 1112],
    [BEACH, 200, 163],
    ['photos/gain-map.jpg', 1000, 563],
    ['photos/flowers.jpeg', 320, 180],
    ['faces/portrait-of-a-man.jpg', 300, 200],
  ])('%s at %i × %i is as good as resized from full size', async (path, width, height) => {
    const file = readCorpus(path)
    const reference = await fullThenResized(file, width, height)
    for (const quality of [JPEG_QUALITY.balanced, JPEG_QUALITY.best]) {
      const { pixels } = await decode(file, { outWidth: width, outHeight: height, orientation: 1, quality })
      expect(compare(pixels, reference, 3).psnr).toBeGreaterThan(quality === JPEG_QUALITY.best ? 46 : 40)
    }
  })

  it.each(['4:2:0', '4:4:4'])(
    'reads progressive files of %s, in one pass and in several',
    async (chromaSubsampling) => {
      const file = await sharp(readCorpus('photos/flowers.jpeg'))
        .jpeg({ progressive: true, chromaSubsampling, quality: 90 })
        .toBuffer()
      const { data } = await raw(file)
      const whole = await decode(file, EXACT)
      expect(compare(whole.pixels, data, 3).max).toBeLessThanOrEqual(8)
      const banded = await decode(file, { ...EXACT, coefficientBytes: 500_000 }, 10_000)
      expect(banded.plan.isMultiPass).toBe(true)
      expect(banded.pixels).toEqual(whole.pixels)
      const small = await decode(file, { outWidth: 200, outHeight: 112 }, 10_000)
      expect(compare(small.pixels, await fullThenResized(file, 200, 112), 3).psnr).toBeGreaterThan(40)
    },
  )

  it.each([true, false])('cuts a window out while it shrinks (bleeding at its edges: %s)', async (bleed) => {
    const file = readCorpus(BEACH)
    const window = { x: 500, y: 250, width: 1600, height: 1200 }
    const { data, info } = await raw(file)
    const picture = { raw: { width: info.width, height: info.height, channels: info.channels } }
    const { x, y, width, height } = window
    const cut = sharp(data, picture).extract({ left: x, top: y, width, height })
    const reference = await cut.resize(400, 300, { fit: 'fill' }).raw().toBuffer()
    for (const source of [file, await sharp(file).jpeg({ progressive: true, quality: 100 }).toBuffer()]) {
      const { pixels } = await decode(source, { window, bleed, outWidth: 400, outHeight: 300 })
      expect(compare(pixels, reference, 3).psnr).toBeGreaterThan(40)
    }
  })

  it('shows a progressive file cut short less sharp, and says so', async () => {
    const file = await sharp(readCorpus(BEACH)).jpeg({ progressive: true }).toBuffer()
    const cut = file.subarray(0, Math.floor(file.length * 0.6))
    const { pixels, truncated } = await decode(cut, { outWidth: 720, outHeight: 588 })
    expect(truncated).toBe(true)
    expect(compare(pixels, await fullThenResized(file, 720, 588), 3).psnr).toBeGreaterThan(25)
  })
})
