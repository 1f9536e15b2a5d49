import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../packages/core/src/errors.ts'
import { FORMATS, type Format } from '../../packages/core/src/formats.ts'
import {
  createHeaderReader,
  type ImageHeader,
  readImageHeader,
} from '../../packages/core/src/header/image-header.ts'
import { uprightSize } from '../../packages/core/src/orientation.ts'

/** The folder of real pictures beside the project; absent on most machines. */
const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))
const hasCorpus = existsSync(CORPUS)
if (!hasCorpus) console.log(`Skipping tests that need real pictures: there is no folder ${CORPUS}`)

const ALL = new Set(Object.keys(FORMATS) as Format[])
const CHUNK_BYTES = 1000

function readInChunks(bytes: Uint8Array, accepted: ReadonlySet<Format> = ALL): ImageHeader {
  const reader = createHeaderReader(accepted)
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) reader.push(bytes.subarray(at, at + CHUNK_BYTES))
  return reader.finish()
}

/** What sharp says of a picture, in our words; AVIF and HEIC come upright from it. */
async function describeWithSharp(bytes: Uint8Array) {
  const found = await sharp(bytes, { limitInputPixels: false }).metadata()
  const heif = found.compression === 'av1' ? 'avif' : 'heic'
  return {
    format: found.format === 'heif' ? heif : found.format,
    upright: { width: found.autoOrient.width, height: found.autoOrient.height },
    ...(found.format !== 'heif' && { orientation: found.orientation ?? 1 }),
    hasAlpha: found.hasAlpha,
    animated: (found.pages ?? 1) > 1,
  }
}

const describeHeader = (header: ImageHeader) => ({ ...header, upright: uprightSize(header) })

/** The beginning of the refusal, of files that must not pass. */
const REFUSED: Record<string, string> = {
  'animated/invalid_multiframe.gif': 'Unsupported image format: damaged GIF',
  'damaged/BlueSquare_truncated.jpg': 'Unsupported image format: the file ends before the image does',
  'damaged/corrupt-header.jpg': 'Unsupported image format: the file ends before the image does',
  'damaged/image_invalid.jpg': 'Unsupported image format: not an image we can read',
  'damaged/truncated.gif': 'Unsupported image format: the file ends before the image does',
  'damaged/truncated.jpg': 'Unsupported image format: the file ends before the image does',
  'damaged/truncated.png': 'Unsupported image format: the file ends before the image does',
  'formats/8-bpp.bmp': 'Unsupported image format: BMP files are not accepted',
  'formats/8-bpp.jxl': 'Unsupported image format: JPEG XL files are not accepted',
  'formats/8-bpp.tiff': 'Unsupported image format: TIFF files are not accepted',
  'formats/png-256x256.ico': 'Unsupported image format: ICO files are not accepted',
  'jpeg-kinds/testimgari.jpg': 'Unsupported image format: JPEG with arithmetic coding',
  'jpeg-kinds/testorig12.jpg': 'Unsupported image format: JPEG with 12 bits a sample',
  'limits/16384x16384.png': 'Image is too large: 16384x16384 px',
  'limits/17000x17000.avif': 'Image is too large: 17000x17000 px',
  'limits/65536-uint32-limit.png': 'Image is too large: 65536x65536 px',
  'limits/giant-image.jpg': 'Image is too large: 20000x14000 px',
}

/** PngSuite's broken files, but `xcsn0g01`: only the checksum of its pixels is wrong, which is the decoder's to see. */
const isBrokenPng = (name: string) => name.startsWith('pngsuite/x') && name !== 'pngsuite/xcsn0g01.png'

const files = hasCorpus
  ? readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
      .filter((name) => /^[^/]+\/[^/]+\.\w+$/.test(name))
      .sort()
  : []
const isRefused = (name: string) => name in REFUSED || isBrokenPng(name)
/** Their size is a wish, and sharp takes an inch for 72 px. */
const isSvg = (name: string) => name.endsWith('.svg')

describe.skipIf(!hasCorpus)('real pictures', () => {
  it.each(files.filter((name) => !isRefused(name) && !isSvg(name)))(
    'reads %s as sharp does',
    async (name) => {
      const bytes = readFileSync(CORPUS + name)
      const header = readInChunks(bytes)
      expect(describeHeader(header)).toMatchObject(await describeWithSharp(bytes))
      expect(readImageHeader(bytes)).toEqual(header)
    },
  )

  it.each(files.filter(isSvg))('reads the root of %s', (name) => {
    const reader = createHeaderReader(new Set<Format>(['svg']))
    reader.push(readFileSync(CORPUS + name))
    expect(reader.finishUnlessCut()).toMatchObject({ header: { format: 'svg' }, missesEnd: true })
  })

  it.each(files.filter(isRefused))('refuses %s', (name) => {
    const read = () => readInChunks(readFileSync(CORPUS + name))
    expect(read).toThrow(ApiError)
    if (name in REFUSED) expect(read).toThrow(REFUSED[name] ?? '')
  })

  /** An animation is no such file: its frames are counted to its end. */
  const readAtOnce = files.filter((name) => name.startsWith('limits/') && name !== 'limits/big-height.webp')
  it.each(readAtOnce)('judges %s from its first 4 kB', (name) => {
    const start = readFileSync(CORPUS + name).subarray(0, 4096)
    if (isRefused(name)) expect(() => readImageHeader(start)).toThrow(ApiError)
    else expect(readImageHeader(start)).not.toBeNull()
  })

  it('refuses formats that are not accepted', () => {
    const accepted = new Set<Format>(['jpeg', 'png', 'webp', 'avif'])
    const read = (name: string) => () => readInChunks(readFileSync(CORPUS + name), accepted)
    expect(read('formats/gif.gif')).toThrow('GIF images are not accepted')
    expect(read('formats/heif.heif')).toThrow('HEIC images are not accepted')
  })
})

describe('pictures that sharp wrote', () => {
  const red = sharp({ create: { width: 37, height: 21, channels: 4, background: '#ff000080' } })

  it.each(
    (['jpeg', 'png', 'webp'] as const).flatMap((format) =>
      [3, 6].map((orientation) => [format, orientation] as const),
    ),
  )('reads the orientation of a %s: %i', async (format, orientation) => {
    const bytes = await red.clone().toFormat(format).withMetadata({ orientation }).toBuffer()
    const header = readInChunks(bytes)
    expect(header.orientation).toBe(orientation)
    expect(describeHeader(header)).toMatchObject(await describeWithSharp(bytes))
  })

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)(
    'refuses every shorter beginning of a %s',
    async (format) => {
      const bytes = await red.clone().toFormat(format).toBuffer()
      expect(describeHeader(readInChunks(bytes))).toMatchObject(await describeWithSharp(bytes))
      for (let length = 0; length < bytes.length; length++) {
        expect(() => readInChunks(bytes.subarray(0, length))).toThrow(ApiError)
      }
    },
  )
})
