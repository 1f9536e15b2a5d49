import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encodePng, type PngEncodeOptions, pricePngEncode } from '../../packages/pixels/src/png-encode.ts'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { createRandom } from '../support/mutate.ts'
import { newKernel } from '../support/pixel-kernel.ts'
import { psnr } from '../support/psnr.ts'

/** Encode RGBA pixels in a fresh kernel, with guards on both sides of the raster. */
function encode(pixels: Uint8Array, width: number, height: number, options: PngEncodeOptions = {}) {
  const kernel = newKernel()
  const pointer = kernel.exports.allocate(pixels.length)
  kernel.bytes(pointer, pixels.length).set(pixels)
  const before = kernel.exports.heapBytes()
  const file = Buffer.concat([...encodePng({ kernel, pointer, width, height }, options)])
  expect(kernel.exports.heapBytes() - before).toBeLessThanOrEqual(pricePngEncode(width, options))
  return file
}

async function expectSame(file: Buffer, pixels: Uint8Array): Promise<void> {
  const decoded = await sharp(file).ensureAlpha().raw().toBuffer()
  expect(Buffer.compare(decoded, pixels)).toBe(0)
}

const pixelsOf = (path: string) =>
  sharp(readCorpus(path)).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })

const pictures = ['alpha', 'kodak', 'trim', 'formats'].flatMap((name) => corpusFiles(name, /\.png$/))

describe.skipIf(!hasCorpus)('PNG encoding of pictures', () => {
  it.each([...pictures, ...corpusFiles('pngsuite', /^basn.*\.png$/)])('loses nothing of %s', async (path) => {
    const { data, info } = await pixelsOf(path)
    await expectSame(encode(data, info.width, info.height), data)
  })

  it('is no larger than 1.05 times what sharp writes by default', async () => {
    let ours = 0
    let theirs = 0
    for (const path of pictures) {
      const { data, info } = await pixelsOf(path)
      ours += encode(data, info.width, info.height).length
      theirs += (await sharp(readCorpus(path)).png().toBuffer()).length
    }
    expect(ours).toBeLessThan(theirs * 1.05)
    const { data, info } = await sharp(readCorpus('alpha/alpha-premultiply-2048x1536-paper.png'))
      .resize(720)
      .raw()
      .toBuffer({ resolveWithObject: true })
    const raw = { width: info.width, height: info.height, channels: 4 } as const
    const reference = await sharp(data, { raw }).png().toBuffer()
    expect(encode(data, info.width, info.height).length).toBeLessThan(reference.length * 1.05)
  })

  it.each([
    ['kodak/kodim23.png', 36],
    ['kodak/kodim8.png', 33],
    ['formats/png.png', 42],
    ['alpha/alpha-layer-1-fill.png', 44],
  ])('reduces %s to a palette when a quality is given, at %i dB or more', async (path, decibels) => {
    const { data, info } = await pixelsOf(path)
    const file = encode(data, info.width, info.height, { quality: 80 })
    const coarse = encode(data, info.width, info.height, { quality: 30 })
    expect(file[25]).toBe(3)
    expect(file.length).toBeLessThan(encode(data, info.width, info.height).length / 1.5)
    expect(coarse.length).toBeLessThan(file.length)
    const premultiplied = (input: Uint8Array) => {
      const pixels = new Uint8Array(input)
      for (let at = 0; at < pixels.length; at++) {
        if (at % 4 < 3) pixels[at] = ((pixels[at] as number) * (pixels[at | 3] as number)) / 255
      }
      return pixels
    }
    const decoded = await sharp(file).ensureAlpha().raw().toBuffer()
    expect(psnr(premultiplied(decoded), premultiplied(data))).toBeGreaterThan(decibels)
  })
})

describe('PNG encoding', () => {
  const random = createRandom(7)
  const draw = (count: number, pixel: (index: number) => readonly number[]) =>
    Uint8Array.from(Array.from({ length: count }, (_, index) => pixel(index)).flat())

  it.each([
    ['black and white', 3, 1, () => (random(2) ? [255, 255, 255, 255] : [0, 0, 0, 255])],
    ['four colours', 3, 2, () => [random(4) * 50, 7, 9, 255]],
    ['sixteen colours, some transparent', 3, 4, () => [random(16), 0, 0, random(2) * 255].map((v) => v & ~1)],
    ['two hundred colours', 3, 8, () => [random(200), 1, 2, 255]],
    ['many greys', 0, 8, (index: number) => [index & 255, index & 255, index & 255, 255]],
    ['greys with alpha', 4, 8, (index: number) => [index & 255, index & 255, index & 255, random(256)]],
    ['opaque colours', 2, 8, () => [random(256), random(256), random(256), 255]],
    ['colours with alpha', 6, 8, () => [random(256), random(256), random(256), random(256)]],
  ] as const)('stores %s in the smallest type', async (_, type, depth, pixel) => {
    for (const [width, height] of [
      [61, 53],
      [257, 11],
    ] as const) {
      const pixels = draw(width * height, pixel)
      const file = encode(pixels, width, height)
      expect([file[25], file[24]]).toEqual([type, depth])
      await expectSame(file, pixels)
    }
  })

  it.each([
    [1, 1],
    [1, 700],
    [700, 1],
    [3, 2],
    [20_000, 2],
  ])('stores %i × %i pixels', async (width, height) => {
    const pixels = draw(width * height, (index) => [index & 255, (index >> 3) & 255, random(9), 255])
    await expectSame(encode(pixels, width, height), pixels)
  })

  it('keeps few colours, greys and clear pixels exact at any quality', async () => {
    const [width, height] = [90, 70]
    const quality = 1
    const few = draw(width * height, () => [random(12) * 20, random(12) * 20, 3, 255])
    await expectSame(encode(few, width, height, { quality }), few)
    const greys = draw(width * height, () =>
      Array.from({ length: 3 }, () => random(256))
        .fill(random(256))
        .concat(255),
    )
    await expectSame(encode(greys, width, height, { quality }), greys)
    const clear = draw(width * height, (i) => (i % 3 ? [random(256), random(256), 9, 255] : [0, 0, 0, 0]))
    const pixels = await sharp(encode(clear, width, height, { quality: 90 }))
      .raw()
      .toBuffer()
    for (let at = 0; at < clear.length; at += 4) expect(pixels[at + 3]).toBe(clear[at + 3])
  })

  it('uses no more colours than the quality takes', async () => {
    const [width, height] = [256, 64]
    const pixels = draw(width * height, () => {
      const level = random(256)
      return [level, 255 - level, random(4) * 3, 255]
    })
    // PLTE follows IHDR, three bytes a colour.
    const colours = (quality: number) => encode(pixels, width, height, { quality }).readUInt32BE(33) / 3
    expect(colours(97)).toBe(256)
    expect(colours(30)).toBeLessThan(200)
    expect(colours(10)).toBeLessThan(colours(30))
  })

  it('takes no palette at quality 100, nor one that shows too much or saves nothing', async () => {
    const typeAt = (pixels: Uint8Array, side: number, quality: number) =>
      encode(pixels, side, side, { quality })[25]
    const noise = draw(200 * 200, () => [random(256), random(256), random(256), 255])
    expect(typeAt(noise, 200, 100)).toBe(2)
    expect(typeAt(noise, 200, 85)).toBe(2) // 256 colours are far from what was there
    expect(typeAt(noise, 200, 30)).toBe(3)
    const smooth = draw(256 * 256, (i) => [i & 255, i >> 8, 128, 255])
    expect(typeAt(smooth, 256, 85)).toBe(2) // differences from row to row are nearly nothing, dithering is not
  })

  it('compresses repetition of every period and length', async () => {
    for (const period of [1, 2, 3, 5, 64, 257, 1000, 8192, 32_767, 32_768, 32_769, 40_000]) {
      const unit = draw(period, () => [random(256), random(256), random(256), random(256)])
      const pixels = new Uint8Array(300 * 400 * 4).map((_, at) => unit[at % unit.length] as number)
      await expectSame(encode(pixels, 300, 400), pixels)
    }
  })
})
