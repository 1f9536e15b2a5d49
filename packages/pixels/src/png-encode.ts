import { concatenate, crc32 } from '@tintype/core/containers'
import type { KernelExports } from '../build/kernel-exports.d.ts'
import type { KernelRaster } from './kernel.ts'
import { guardTraps } from './kernel.ts'
import { crcOfType } from './png-chunks.ts'
import { PNG_XMP_KEYWORD } from './png-header.ts'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const PALETTE_TYPE = 3

/** Window, hash chains, tokens, one block of output, and the table of colours. */
const FIXED_BYTES = 540 * 1024

/** Histogram, colours and their index, for reducing a picture to a palette. */
const QUANTISE_BYTES = 1500 * 1024

export interface PngEncodeOptions {
  /**
   * 1 to 100. Below 100, pictures of more than 256 colours are reduced to a palette (PNG8) of as few colours as reach it, 256
   * at most, and dithered; unless that would show too much, or be larger. The error aimed at is about (100 - quality) / 12
   * grey levels, and the most that is taken 2 + (100 - quality) / 3. Greys stay exact.
   */
  readonly quality?: number
  /** A TIFF block to keep in the file. */
  readonly exif?: Uint8Array | null
  /** An XMP packet to keep in the file. */
  readonly xmp?: Uint8Array | null
}

/** Mean squared errors: what is aimed at, and what is too much. None where all colours are to stay. */
function errorsOf(quality: number | undefined): readonly [aim: number, most: number] {
  if (quality === undefined || quality >= 100) return [-1, 0]
  const loss = 100 - Math.max(1, quality)
  return [(loss / 12) ** 2, (2 + loss / 3) ** 2]
}

/**
 * Kernel bytes that encoding takes besides the raster. The pieces it gives, at most 100 kB each, are the caller's.
 * @param width px
 */
export function pricePngEncode(width: number, { quality }: PngEncodeOptions = {}): number {
  const lossless = FIXED_BYTES + 3 * (width * 4 + 64)
  return errorsOf(quality)[0] < 0 ? lossless : lossless + QUANTISE_BYTES + 2 * 16 * (width + 2)
}

/**
 * Encode a raster, without loss unless `quality` says otherwise, in the smallest colour type that holds it: grey, grey and
 * alpha, palette (1, 2, 4 or 8 bits), RGB or RGBA. Rows are filtered where a trial on some of them finds that worth it.
 * @returns the file in pieces of at most about 100 kB, made one at a time as they are asked for: the raster must not
 *   change until the last one
 * @throws PixelError `internal`
 */
export function* encodePng(
  raster: KernelRaster,
  { quality, exif = null, xmp = null }: PngEncodeOptions = {},
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { kernel, pointer, width, height } = raster
  const encoder = kernel.exports
  const [aim, most] = errorsOf(quality)
  guardTraps(() => encoder.pngEncodeCreate(pointer, width, height, aim, most))
  yield concatenate([
    SIGNATURE,
    imageHeader(encoder, width, height),
    ...palette(raster, encoder),
    ...(exif === null ? [] : [chunk('eXIf', exif)]),
    ...(xmp === null ? [] : [chunk('iTXt', xmpText(xmp))]),
  ])
  let more = true
  while (more) {
    more = guardTraps(() => encoder.pngEncodeRun() !== 0)
    yield imageData(raster, encoder)
  }
  yield chunk('IEND', new Uint8Array(0))
}

function imageHeader(encoder: KernelExports, width: number, height: number): Uint8Array {
  const body = new Uint8Array(13)
  const view = new DataView(body.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  body[8] = encoder.pngEncodeDepth()
  body[9] = encoder.pngEncodeType()
  return chunk('IHDR', body)
}

/** `PLTE`, and `tRNS` if some of its colours are not opaque. */
function palette({ kernel }: KernelRaster, encoder: KernelExports): Uint8Array[] {
  if (encoder.pngEncodeType() !== PALETTE_TYPE) return []
  const size = encoder.pngEncodePaletteSize()
  const colours = kernel.bytes(encoder.pngEncodePalette(), size * 4)
  const body = colours.filter((_, at) => at % 4 !== 3)
  const alphas = colours.filter((_, at) => at % 4 === 3).subarray(0, encoder.pngEncodeTransparent())
  return alphas.length === 0 ? [chunk('PLTE', body)] : [chunk('PLTE', body), chunk('tRNS', alphas)]
}

/** Keyword, a zero; not compressed, no method, no language, no translated keyword, which end in zeros; the packet. */
const xmpText = (xmp: Uint8Array): Uint8Array =>
  concatenate([new TextEncoder().encode(`${PNG_XMP_KEYWORD}\0\0\0\0\0`), xmp])

/** The kernel's current piece of output as a chunk: the only copy that leaves it. */
function imageData({ kernel }: KernelRaster, encoder: KernelExports): Uint8Array<ArrayBuffer> {
  const from = encoder.pngEncodeOutput()
  const length = encoder.pngEncodeOutputLength()
  const crc = encoder.crc32(crcOfType('IDAT'), from, length)
  return frame('IDAT', kernel.bytes(from, length), crc)
}

function chunk(type: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(type, body, crc32(body, crcOfType(type)))
}

/** Length, type, body, CRC. */
function frame(type: string, body: Uint8Array, crc: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, body.length)
  for (let at = 0; at < 4; at++) bytes[4 + at] = type.charCodeAt(at)
  bytes.set(body, 8)
  view.setUint32(8 + body.length, crc)
  return bytes
}
