import type { KernelExports } from '../build/kernel-exports.d.ts'
import { createDeepTables, type DeepProfile, priceDeepTables } from './apply-colour-profile.ts'
import type { ColourProfile } from './colour-profile.ts'
import type { Kernel, KernelRaster } from './kernel.ts'
import { guardTraps } from './kernel.ts'
import { PixelError } from './pixel-error.ts'
import { crcOfType, PngChunkReader } from './png-chunks.ts'
import type { PngHeader } from './png-header.ts'
import { PngHeaderBuilder, transparentColour } from './png-header.ts'
import type { Orientation, ResizePlan } from './resize.ts'
import { createResizer, planResize, priceResize } from './resize.ts'
import type { PixelWindow } from './resize-plan.ts'

/** Pieces the kernel takes at once. */
const PIECE_BYTES = 65_536
/** The kernel's static data, input, inflate window and tables, and the margins of rows. */
const FIXED_BYTES = 320 * 1024
const PAGE_BYTES = 65_536
/** Whatever the caller allows: beyond it, sizes would not fit the kernel's pointers. */
const MEMORY_LIMIT_BYTES = 2 ** 31

/** A size other than the file's, reached row by row while decoding. */
export interface PngResize {
  /** px, in stored order: before `orientation` */
  readonly outWidth: number
  readonly outHeight: number
  /** Part of the picture that is shown. Default: all of it. */
  readonly window?: PixelWindow
  /** See `ResizeRequest`, as the others below. */
  readonly within?: PixelWindow
  readonly isWatched?: boolean
  /** See `ResizeRequest`. */
  readonly bleed?: boolean
  readonly orientation?: Orientation
}

export interface PngDecodeOptions {
  /** Default: the whole picture, 1:1. */
  readonly resize?: PngResize
  /** What the samples mean. Those of 16 bits are converted by it before they are cut to 8. */
  readonly profile?: ColourProfile | null
  /** Most pixels of a picture. Default 100 million. */
  readonly maxPixels?: number
  /** Most bytes a decode may be priced at. Default 96 MiB. */
  readonly maxBytes?: number
}

/** Everything that is decided before the first row: pure arithmetic on the header. */
export interface PngDecodePlan {
  readonly header: PngHeader
  /** Null where rows are kept as they are. */
  readonly resize: ResizePlan | null
  /** By which samples become sRGB on the way; null where the raster keeps the numbers of the file. */
  readonly profile: DeepProfile | null
  /** Most bytes of memory the decode takes, input pieces excluded, kept header chunks included. */
  readonly priceBytes: number
}

/**
 * Plan to decode a picture. The price is that of the output and a few rows; only an interlaced picture needs all of its
 * pixels at once.
 * @throws PixelError `too-large` over a limit
 */
export function planPngDecode(header: PngHeader, options: PngDecodeOptions = {}): PngDecodePlan {
  const { maxPixels = 100_000_000, maxBytes = 96 * 1024 * 1024 } = options
  const { width, height } = header
  if (width * height > maxPixels) throw new PixelError('too-large', 'The PNG has too many pixels')
  const resize = options.resize === undefined ? null : planRows(header, options.resize)
  const rasterBytes = resize === null || header.interlaced ? width * height * 4 + 32 : 0
  const profile = chooseDeepProfile(header, options.profile ?? null)
  const kernelBytes =
    FIXED_BYTES +
    rowBytes(header) +
    rasterBytes +
    (resize === null ? 0 : priceResize(resize)) +
    (profile === null ? 0 : priceDeepTables(profile))
  const priceBytes = roundToPages(kernelBytes) + headerBytes(header)
  if (priceBytes > Math.min(maxBytes, MEMORY_LIMIT_BYTES))
    throw new PixelError('too-large', 'The PNG needs too much memory')
  return { header, resize, profile, priceBytes }
}

/** 8 bits lose nothing when they are converted after the resize, where there are fewer pixels. */
function chooseDeepProfile(
  { bitDepth, colourType }: PngHeader,
  profile: ColourProfile | null,
): DeepProfile | null {
  if (bitDepth !== 16 || profile === null) return null
  const isGrey = colourType === 0 || colourType === 4
  if (isGrey) return profile.kind === 'grey' ? profile : null
  return profile.kind === 'matrix' || profile.kind === 'rgb-lut' ? profile : null
}

/** Null when the picture keeps its pixels. */
function planRows(header: PngHeader, resize: PngResize): ResizePlan | null {
  const { width, height, hasAlpha } = header
  const same = resize.outWidth === width && resize.outHeight === height && (resize.orientation ?? 1) === 1
  if (same && resize.window === undefined && !resize.isWatched) return null
  return planResize({ ...resize, kind: hasAlpha ? 'alpha' : 'opaque', width, height })
}

/** Four rows of the file's own pixels, and one of RGBA. */
function rowBytes(header: PngHeader): number {
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[header.colourType]
  return 4 * Math.ceil((header.width * header.bitDepth * samples) / 8) + 4 * header.width
}

function headerBytes(header: PngHeader): number {
  return (
    (header.iccProfile?.compressed.length ?? 0) +
    (header.exif?.length ?? 0) +
    (header.xmp?.packet.length ?? 0)
  )
}

function roundToPages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
}

export interface DecodedPng {
  readonly raster: KernelRaster
  readonly truncated: boolean
  readonly hasBadChecksum: boolean
}

/**
 * Decode a picture as it arrives, resizing it on the way if the plan says so. Reading stops with the last row that is
 * needed; what follows it is never asked for.
 * @param chunks the file from its first byte, in pieces of any size
 * @param plan   made from this file's header
 * @returns the raster; `truncated` when the file ended early: rows it lacks are transparent black (or, of an interlaced
 *   picture, coarse); `hasBadChecksum` when a part that was used, or dropped for it, is not what its checksum says
 * @throws PixelError `corrupt` or `unsupported`; `truncated` when not even one row is there
 */
export async function decodePng(
  kernel: Kernel,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  plan: PngDecodePlan,
): Promise<DecodedPng> {
  const decoder = new PngDecoder(kernel, plan)
  for await (const chunk of chunks) {
    decoder.push(chunk)
    if (decoder.complete) break
  }
  return decoder.finish()
}

/**
 * Decode image data that was taken out of its chunks: a frame of an animation. As {@link decodePng} otherwise; chunks' own
 * checksums are the caller's.
 * @param pieces the zlib stream; nothing of it is asked for after the last row
 * @param plan   made from a header with the frame's size
 */
export async function decodePngImageData(
  kernel: Kernel,
  pieces: AsyncIterable<Uint8Array>,
  plan: PngDecodePlan,
): Promise<DecodedPng> {
  const decoder = new PngDecoder(kernel, plan, plan.header)
  for await (const piece of pieces) {
    decoder.pushImageData(piece)
    if (decoder.complete) break
  }
  return decoder.finish()
}

/** One decode: feeds the kernel from the chunks of the file. */
class PngDecoder {
  readonly #kernel: Kernel
  readonly #exports: KernelExports
  readonly #plan: PngDecodePlan
  readonly #header: { add(type: string, body: Uint8Array): void; build(): PngHeader }
  readonly #reader: PngChunkReader
  #raster: KernelRaster | null = null
  /** Where the kernel takes its input; 0 until the image data begins. */
  #input = 0
  #crc = crcOfType('IDAT')
  #streamEnded = false
  #hasBadChecksum = false
  complete = false

  /** @param known the header, where no chunks come that say it */
  constructor(kernel: Kernel, plan: PngDecodePlan, known?: PngHeader) {
    this.#header = known === undefined ? new PngHeaderBuilder() : { add: () => {}, build: () => known }
    this.#kernel = kernel
    this.#exports = kernel.exports
    this.#plan = plan
    this.#reader = new PngChunkReader({
      headerChunk: (type, body) => {
        if (this.#input === 0) this.#header.add(type, body)
      },
      imageData: (piece) => this.#takeImageData(piece),
      badChecksum: () => {
        if (this.#input === 0) this.#hasBadChecksum = true
      },
      imageDataEnd: (crc) => this.#endImageData(crc),
      afterImageData: () => this.#afterImageData(),
    })
  }

  push(chunk: Uint8Array): void {
    guardTraps(() => this.#reader.push(chunk))
    if (this.#reader.ended && !this.complete) this.#afterImageData()
  }

  pushImageData(piece: Uint8Array): void {
    guardTraps(() => this.#takeImageData(piece))
    if (this.#streamEnded) this.complete = true
  }

  finish(): DecodedPng {
    if (this.#raster === null || this.#exports.pngRows() === 0) {
      throw new PixelError('truncated', 'The PNG ends before its first row')
    }
    guardTraps(() => this.#exports.pngEnd())
    const hasBadChecksum = this.#hasBadChecksum || this.#exports.inflateChecksumFailed() !== 0
    return { raster: this.#raster, truncated: this.#exports.pngFinished() === 0, hasBadChecksum }
  }

  #takeImageData(piece: Uint8Array): void {
    if (this.#input === 0) this.#begin()
    for (let at = 0; at < piece.length && !this.complete; at += PIECE_BYTES) {
      const part = piece.subarray(at, at + PIECE_BYTES)
      this.#kernel.bytes(this.#input, part.length).set(part)
      this.#crc = this.#exports.crc32(this.#crc, this.#input, part.length)
      // Once the stream has ended the rest of its chunk only matters to the CRC.
      const answer = this.#streamEnded ? 1 : this.#exports.pngPush(part.length)
      if (answer === 2) throw new PixelError('corrupt', 'The image data of the PNG is damaged')
      this.#streamEnded = answer === 1
      if (answer === 3) this.#complete()
    }
  }

  #begin(): void {
    const header = this.#header.build()
    const planned = this.#plan.header
    const { width, height, bitDepth, colourType, interlaced } = header
    const same =
      width === planned.width &&
      height === planned.height &&
      bitDepth === planned.bitDepth &&
      colourType === planned.colourType &&
      interlaced === planned.interlaced
    if (!same) throw new PixelError('internal', 'The PNG is not the one that was planned')
    if (colourType === 3 && header.palette === null)
      throw new PixelError('corrupt', 'The PNG lacks its palette')
    this.#raster = this.#createSink()
    this.#input = this.#exports.pngCreate(width, height, bitDepth, colourType, interlaced)
    this.#setColours(header)
    this.#setProfile()
  }

  #createSink(): KernelRaster {
    const { header, resize } = this.#plan
    const { width, height, interlaced } = header
    const whole = resize === null || interlaced ? this.#exports.pngToRaster(width, height) : 0
    if (resize === null) return { kernel: this.#kernel, pointer: whole, width, height }
    const resizer = createResizer(this.#kernel, resize)
    this.#exports.pngToResizer(resizer.pointer, interlaced)
    return resizer.raster
  }

  #setProfile(): void {
    const { profile } = this.#plan
    if (profile === null) return
    const tables = createDeepTables(this.#kernel, profile)
    if (tables.kind === 'matrix') this.#exports.pngMatrix(tables.columns, tables.encode)
    else {
      const [x = 0, y = 0, z = 0] = tables.strides
      this.#exports.pngLut(tables.positions, tables.grid, x, y, z)
    }
  }

  #setColours(header: PngHeader): void {
    const { palette, transparency } = header
    const key = transparentColour(header)
    if (key !== null) this.#exports.pngKey(key[0] ?? 0, key[1] ?? 0, key[2] ?? 0)
    if (palette === null) return
    const entries = this.#kernel.bytes(this.#exports.pngPalette(), 1024)
    for (let entry = 0; entry < palette.length / 3; entry++) {
      entries.set(palette.subarray(entry * 3, entry * 3 + 3), entry * 4)
      entries[entry * 4 + 3] = transparency?.[entry] ?? 255
    }
  }

  #endImageData(crc: number): void {
    if (this.#crc >>> 0 !== crc) this.#hasBadChecksum = true
    this.#crc = crcOfType('IDAT')
    if (this.#streamEnded) this.#complete()
  }

  /** All image data was there: it is a whole picture now or never. */
  #afterImageData(): void {
    if (this.#input === 0 || this.#exports.pngFinished() === 0) {
      throw new PixelError('corrupt', 'The PNG holds too little image data')
    }
    this.#complete()
  }

  #complete(): void {
    this.complete = true
    this.#reader.stop()
  }
}
