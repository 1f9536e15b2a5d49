import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import decodePublishedJpeg, { init as initJpegDecoder } from '@jsquash/jpeg/decode.js'
import encodePublishedJpeg, { init as initJpegEncoder } from '@jsquash/jpeg/encode.js'
import decodePublishedPng, { init as initPngDecoder } from '@jsquash/png/decode.js'
import resizePublished, { initResize } from '@jsquash/resize'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createResizer,
  decodeJpeg,
  decodePng,
  encodeJpeg,
  JPEG_QUALITY,
  planJpegDecode,
  planPngDecode,
  planResize,
  readJpegHeader,
  readPngHeader,
} from '../../packages/pixels/src/index.ts'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { kernelRaster } from '../support/kernel-raster.ts'
import { newKernel, rasterBytes } from '../support/pixel-kernel.ts'
import { psnr } from '../support/psnr.ts'

// The codecs that other image Workers are made of: a second reference beside sharp, and what ours has to replace.

interface Pixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** They ask for the browser's class and read these three fields only. */
class ImageDataStandIn implements Pixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data
    this.width = width
    this.height = height
  }
}

const moduleOf = (specifier: string) =>
  new WebAssembly.Module(readFileSync(fileURLToPath(import.meta.resolve(specifier))))

const photograph = async (name: string): Promise<Pixels> => {
  const { data, info } = await sharp(readCorpus(name))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height }
}
const rgbOf = (rgba: Uint8Array | Uint8ClampedArray): Uint8Array =>
  new Uint8Array(rgba).filter((_, i) => i % 4 !== 3)
const decodedRgb = async (jpeg: Uint8Array) =>
  new Uint8Array(await sharp(jpeg).toColourspace('srgb').removeAlpha().raw().toBuffer())

describe.runIf(hasCorpus)('against the published WASM codecs', () => {
  beforeAll(async () => {
    ;(globalThis as { ImageData?: unknown }).ImageData ??= ImageDataStandIn
    await initJpegDecoder(moduleOf('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm') as never)
    await initJpegEncoder(moduleOf('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm') as never)
    await initPngDecoder(moduleOf('@jsquash/png/codec/pkg/squoosh_png_bg.wasm') as never)
    await initResize(moduleOf('@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm') as never)
  })

  it.each(['photos/beach-2725x2225.jpg', 'photos/flowers.jpeg', 'photos/concert.jpg'])(
    'the JPEG decoder gives the pixels of %s',
    async (name) => {
      const bytes = readCorpus(name)
      const expected = await decodePublishedJpeg(bytes.buffer)
      const header = readJpegHeader(bytes)
      const size = { outWidth: header.width, outHeight: header.height, orientation: 1 as const }
      const { raster } = await decodeJpeg(
        newKernel(),
        bytes,
        planJpegDecode(header, { ...size, quality: JPEG_QUALITY.exact }),
      )
      const ours = rasterBytes(raster)
      let [sum, max] = [0, 0]
      for (let i = 0; i < ours.length; i++) {
        const difference = Math.abs((ours[i] as number) - (expected.data[i] as number))
        sum += difference
        max = Math.max(max, difference)
      }
      expect(sum / ours.length).toBeLessThanOrEqual(1)
      expect(max).toBeLessThanOrEqual(8)
    },
  )

  it.each(corpusFiles('pngsuite', /^bas[ni][0236]\w*08\.png$/))(
    'the PNG decoder gives the pixels of %s',
    async (name) => {
      const bytes = readCorpus(name)
      const expected = await decodePublishedPng(bytes.buffer)
      const { raster } = await decodePng(newKernel(), [bytes], planPngDecode(readPngHeader(bytes).header))
      expect(Buffer.from(rasterBytes(raster)).equals(Buffer.from(expected.data))).toBe(true)
    },
  )

  it('the JPEG encoder is at most 3 % larger at equal PSNR, on average over the Kodak set', async () => {
    const ratios: number[] = []
    for (const name of corpusFiles('kodak', /\.png$/)) {
      const { data, width, height } = await photograph(name)
      const rgb = rgbOf(data)
      const options = { quality: 85, progressive: true, auto_subsample: false, chroma_subsample: 2 }
      const theirs = new Uint8Array(await encodePublishedJpeg({ data, width, height } as never, options))
      const wanted = psnr(await decodedRgb(theirs), rgb)
      // The lowest quality at which ours is as near to the original, and the size between it and the one before.
      let [size, quality, before] = [0, 70, { bytes: 0, db: 0 }]
      for (; quality < 100; quality++) {
        const ours = encodeJpeg(kernelRaster(new Uint8Array(data), width, height), {
          ...{ quality, progressive: true, sampling: '4:2:0' },
        })
        const db = psnr(await decodedRgb(ours), rgb)
        if (db >= wanted) {
          const share = before.bytes === 0 ? 1 : (wanted - before.db) / (db - before.db)
          size = before.bytes + (ours.length - before.bytes) * share
          break
        }
        before = { bytes: ours.length, db }
      }
      ratios.push(size / theirs.length)
    }
    expect(ratios.length).toBeGreaterThan(0)
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(1.03)
  })

  it('the resizer draws what Lanczos3 draws', async () => {
    const source = await photograph('photos/beach-2725x2225.jpg')
    const [width, height] = [800, 653]
    const expected = await resizePublished({ ...source, colorSpace: 'srgb' } as never, {
      width,
      height,
      method: 'lanczos3',
      fitMethod: 'stretch',
      premultiply: false,
      linearRGB: false,
    })
    const kernel = newKernel()
    const plan = planResize({
      kind: 'opaque',
      width: source.width,
      height: source.height,
      outWidth: width,
      outHeight: height,
    })
    const pixels = kernel.exports.allocate(source.data.length)
    kernel.bytes(pixels, source.data.length).set(source.data)
    const resizer = createResizer(kernel, plan)
    for (let y = resizer.firstRow; y < source.height && resizer.push(pixels + y * source.width * 4); ) y++
    expect(psnr(rgbOf(rasterBytes(resizer.raster)), rgbOf(expected.data))).toBeGreaterThan(45)
  })
})
