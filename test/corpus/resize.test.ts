import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { createResizer, planResize, type ResizeRequest } from '../../packages/pixels/src/resize.ts'
import { hasCorpus, readCorpus } from '../support/corpus.ts'
import { newKernel } from '../support/pixel-kernel.ts'
import { psnr } from '../support/psnr.ts'

interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 4
}

async function load(path: string, channels: 1 | 4 = 4): Promise<Picture> {
  const rgba = sharp(readCorpus(path)).toColourspace('srgb').ensureAlpha()
  const chosen = channels === 4 ? rgba : rgba.extractChannel(1)
  const { data, info } = await chosen.raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels }
}

function ours(picture: Picture, request: Omit<ResizeRequest, 'width' | 'height'>): Uint8Array {
  const { data, width, height, channels } = picture
  const kernel = newKernel()
  const source = kernel.exports.allocate(data.length)
  const resizer = createResizer(kernel, planResize({ width, height, ...request }))
  kernel.bytes(source, data.length).set(data)
  let y = 0
  while (resizer.push(source + y * width * channels)) y++
  const { pointer, width: outWidth, height: outHeight } = resizer.raster
  return kernel.bytes(pointer, outWidth * outHeight * channels)
}

async function theirs({ data, width, height, channels }: Picture, outWidth: number, outHeight: number) {
  const resized = sharp(data, { raw: { width, height, channels } }).resize(outWidth, outHeight, {
    fit: 'fill',
  })
  return await (channels === 1 ? resized.extractChannel(0) : resized).raw().toBuffer()
}

/** Colour weighed by alpha: the colour of almost transparent pixels is chance, in both. */
const premultiplied = (rgba: Uint8Array): Uint8Array =>
  rgba.map((value, i) => (i % 4 === 3 ? value : Math.round((value * (rgba[i | 3] as number)) / 255)))

describe.skipIf(!hasCorpus)('the resizer beside libvips', () => {
  it.each([
    [800, 653],
    [1362, 1112],
    [2725, 1000],
    [272, 222],
    [30, 25],
    [720, 1],
    [1, 1],
  ])('shrinks a photograph to %i × %i alike', async (outWidth, outHeight) => {
    const photo = await load('photos/beach-2725x2225.jpg')
    const reference = await theirs(photo, outWidth, outHeight)
    for (const kind of ['opaque', 'alpha'] as const) {
      expect(psnr(ours(photo, { kind, outWidth, outHeight }), reference)).toBeGreaterThan(45)
    }
  })

  it.each([
    [800, 653],
    [100, 82],
    [1000, 2225],
  ])('shrinks a plane to %i × %i alike', async (outWidth, outHeight) => {
    const plane = await load('photos/beach-2725x2225.jpg', 1)
    const resized = ours(plane, { kind: 'plane', outWidth, outHeight })
    expect(psnr(resized, await theirs(plane, outWidth, outHeight))).toBeGreaterThan(50)
  })

  it.each([
    [720, 540],
    [300, 225],
  ])('shrinks a picture with transparency to %i × %i alike', async (outWidth, outHeight) => {
    const paper = await load('alpha/alpha-premultiply-2048x1536-paper.png')
    const resized = ours(paper, { kind: 'alpha', outWidth, outHeight })
    const reference = await theirs(paper, outWidth, outHeight)
    expect(psnr(premultiplied(resized), premultiplied(reference))).toBeGreaterThan(50)
  })

  // libvips places enlarged pixels half an output pixel off centre, so the reference is a cubic written out here.
  it('enlarges by Catmull-Rom about pixel centres', async () => {
    const plane = await load('photos/320x240.jpg', 1)
    const { width, height } = plane
    const [outWidth, outHeight] = [500, 333]
    // The result of each pass is transposed, so two passes leave the picture upright.
    const wide = cubic(plane.data, width, height, outWidth)
    const expected = Uint8ClampedArray.from(cubic(wide, height, outWidth, outHeight))
    const resized = ours(plane, { kind: 'plane', outWidth, outHeight })
    expect(psnr(resized, new Uint8Array(expected))).toBeGreaterThan(52)
  })

  it('takes a fractional window as resizing the whole and cropping would', async () => {
    const photo = await load('photos/beach-2725x2225.jpg')
    const reference = await theirs(photo, 545, 445) // a fifth
    const window = { x: 500, y: 250, width: 1000, height: 750 }
    const cropped = ours(photo, { kind: 'opaque', outWidth: 200, outHeight: 150, window })
    const expected = await sharp(reference, { raw: { width: 545, height: 445, channels: 4 } })
      .extract({ left: 100, top: 50, width: 200, height: 150 })
      .raw()
      .toBuffer()
    expect(psnr(cropped, expected)).toBeGreaterThan(45)
  })

  it.each([2, 3, 4, 5, 6, 7, 8] as const)('turns by orientation %i as sharp does', async (orientation) => {
    const photo = await load('photos/320x240.jpg')
    const { data, width, height, channels } = photo
    const upright = ours(photo, { kind: 'opaque', outWidth: 100, outHeight: 70 })
    const turned = ours(photo, { kind: 'opaque', outWidth: 100, outHeight: 70, orientation })
    const tagged = await sharp(upright, { raw: { width: 100, height: 70, channels } })
      .withMetadata({ orientation })
      .png()
      .toBuffer()
    const expected = await sharp(tagged).autoOrient().raw().toBuffer()
    expect(data.length).toBe(width * height * channels)
    expect(psnr(turned, expected)).toBe(Number.POSITIVE_INFINITY)
  })
})

/** Catmull-Rom along the lines of a picture, in floating point; the result is transposed. */
function cubic(source: ArrayLike<number>, size: number, lines: number, out: number): Float64Array {
  const result = new Float64Array(lines * out)
  const weigh = (x: number) =>
    x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
  for (let line = 0; line < lines; line++) {
    for (let o = 0; o < out; o++) {
      const centre = ((o + 0.5) * size) / out - 0.5
      let sum = 0
      for (let i = Math.ceil(centre - 2); i <= Math.floor(centre + 2); i++) {
        const sample = source[line * size + Math.min(size - 1, Math.max(0, i))] as number
        sum += weigh(Math.abs(i - centre)) * sample
      }
      result[o * lines + line] = sum
    }
  }
  return result
}
