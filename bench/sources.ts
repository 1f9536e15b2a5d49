import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp, { type JpegOptions, type Sharp } from 'sharp'
import { hasCorpus, readCorpus } from '../test/support/corpus.ts'
import { drawPhotograph, ORIGIN, photographs } from './photographs.ts'

/** Made sources stay here between runs; delete the folder to have them made anew. */
const folder = fileURLToPath(new URL(`.sources/${ORIGIN}/`, import.meta.url))

/** What each source is, and how it is made where the corpus does not have it. */
const SOURCES = {
  beach: () => sourceOr('photos/beach-2725x2225.jpg', async () => jpeg(await drawPhotograph(2725, 2225), 80)),
  paper: () => sourceOr('alpha/alpha-premultiply-2048x1536-paper.png', drawPaper),
  /** A megapixel of a photograph with soft edges. */
  overlay: async () =>
    sharp(await drawPaper())
      .resize(1154, 866)
      .png()
      .toBuffer(),
  twelve: async () =>
    jpegOf(await mosaic({ width: 4000, height: 3000, across: 2, down: 2 }), { quality: 85 }),
  mosaic: async () => {
    const picture = await hundredMegapixels()
    return jpegOf(picture, { quality: await mosaicQuality(picture) })
  },
  progressive: async () => {
    const picture = await hundredMegapixels()
    return jpegOf(picture, { quality: await mosaicQuality(picture), progressive: true })
  },
  png: async () =>
    open(await mosaic({ width: 12_000, height: 7500, across: 8, down: 5 }))
      .png({ compressionLevel: 6, adaptiveFiltering: true })
      .toBuffer(),
  film: drawFilm,
} satisfies Record<string, () => Promise<Uint8Array>>

export type SourceName = keyof typeof SOURCES
const EXTENSIONS: Record<SourceName, string> = {
  beach: 'jpg',
  paper: 'png',
  overlay: 'png',
  twelve: 'jpg',
  mosaic: 'jpg',
  progressive: 'jpg',
  png: 'png',
  film: 'gif',
}

/** The bytes of a source, made now if it is not there yet; the largest take half a minute. */
export async function readSource(name: SourceName): Promise<Uint8Array<ArrayBuffer>> {
  const path = `${folder}${name}.${EXTENSIONS[name]}`
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    const bytes = await SOURCES[name]()
    writeFileSync(`${path}.new`, bytes)
    renameSync(`${path}.new`, path)
  }
  return new Uint8Array(readFileSync(path))
}

const sourceOr = async (path: string, draw: () => Promise<Buffer>): Promise<Uint8Array> =>
  hasCorpus ? readCorpus(path) : draw()

/** 60 frames of 400x400: a window that wanders over a photograph for 40 of them, and then stands still but for a corner. */
async function drawFilm(): Promise<Buffer> {
  const [side, frames] = [400, 60]
  const photograph = sharp(await jpeg(await drawPhotograph(900, 700), 90))
  const windows = await Promise.all(
    Array.from({ length: frames }, async (_, i) => {
      const at = Math.min(i, 40)
      const window = { left: 10 + at * 8, top: 10 + at * 4, width: side, height: side }
      const dot = {
        create: { width: 60, height: 60, channels: 4, background: `hsl(${i * 6}, 90%, 50%)` },
      } as const
      const cut = await photograph.clone().extract(window).png().toBuffer()
      return sharp(cut)
        .composite([{ input: dot, left: 20 + i, top: 300 }])
        .png()
        .toBuffer()
    }),
  )
  return sharp(windows, { join: { animated: true } })
    .gif({ delay: Array.from({ length: frames }, () => 50) })
    .toBuffer()
}

/** A large picture in memory: RGB, 8 bits. */
interface Picture {
  readonly data: Buffer
  readonly raw: { readonly width: number; readonly height: number; readonly channels: 3 }
}

interface MosaicShape {
  readonly width: number
  readonly height: number
  readonly across: number
  readonly down: number
}

/** Photographs side by side, no two neighbours alike, some of them mirrored. */
async function mosaic({ width, height, across, down }: MosaicShape): Promise<Picture> {
  const photos = await photographs()
  const tileWidth = Math.ceil(width / across)
  const tileHeight = Math.ceil(height / down)
  const data = Buffer.alloc(width * height * 3)
  for (let index = 0; index < across * down; index++) {
    const photo = photos[(index * 3 + Math.floor(index / across)) % photos.length]
    const left = (index % across) * tileWidth
    const top = Math.floor(index / across) * tileHeight
    const size = { width: Math.min(tileWidth, width - left), height: Math.min(tileHeight, height - top) }
    const tile = await sharp(photo)
      .resize(size.width, size.height, { fit: 'cover' })
      .flop(index % 4 === 1)
      .flip(index % 4 === 3)
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer()
    for (let y = 0; y < size.height; y++) {
      tile.copy(data, ((top + y) * width + left) * 3, y * size.width * 3, (y + 1) * size.width * 3)
    }
  }
  return { data, raw: { width, height, channels: 3 } }
}

const hundredMegapixels = () => mosaic({ width: 12_000, height: 8333, across: 8, down: 6 })
const open = ({ data, raw }: Picture): Sharp => sharp(data, { raw, limitInputPixels: false })
const jpegOf = (picture: Picture, options: JpegOptions): Promise<Buffer> =>
  open(picture).jpeg(options).toBuffer()
const jpeg = (bytes: Buffer, quality: number): Promise<Buffer> => sharp(bytes).jpeg({ quality }).toBuffer()

const MOSAIC_BYTES = { least: 8e6, most: 10e6 }

/** The quality at which the mosaic, baseline, has the size that uploads may have. */
async function mosaicQuality(picture: Picture): Promise<number> {
  let low = 5
  let high = 95
  while (low < high) {
    const quality = Math.floor((low + high) / 2)
    const { length } = await jpegOf(picture, { quality })
    if (length > MOSAIC_BYTES.most) high = quality - 1
    else if (length < MOSAIC_BYTES.least) low = quality + 1
    else return quality
  }
  return low
}

const DISC = '<svg width="2048" height="1536"><ellipse cx="1024" cy="768" rx="900" ry="650"/></svg>'

/** A photograph that ends in soft edges, as RGBA. */
async function drawPaper(): Promise<Buffer> {
  const mask = await sharp(Buffer.from(DISC)).blur(20).toBuffer()
  const photo = await drawPhotograph(2048, 1536)
  return sharp(photo)
    .ensureAlpha()
    .composite([{ input: mask, blend: 'dest-in' }])
    .png()
    .toBuffer()
}
