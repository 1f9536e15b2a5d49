import type { Orientation } from '../orientation.ts'

/*
 * For tests only: the skeletons of pictures, drawn byte by byte. Their headers are true; there is nothing to decode.
 */

type Part = string | number | readonly number[] | Uint8Array

/** Bytes in order: text as ASCII, a number as one byte. */
export function bytesOf(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    parts.flatMap((part) =>
      typeof part === 'string'
        ? Array.from(part, (character) => character.charCodeAt(0))
        : typeof part === 'number'
          ? part
          : [...part],
    ),
  )
}

/** An unsigned integer, big-endian unless said otherwise. */
export function uint(value: number, sizeBytes: number, order: 'big' | 'little' = 'big'): number[] {
  const bytes = Array.from(
    { length: sizeBytes },
    (_, i) => Math.floor(value / 256 ** (sizeBytes - 1 - i)) % 256,
  )
  return order === 'big' ? bytes : bytes.reverse()
}

/** A TIFF block with a directory of two entries, the second of which is the orientation. */
export function exif(
  orientation: number,
  order: 'big' | 'little' = 'big',
  type = 3,
): Uint8Array<ArrayBuffer> {
  const value = type === 3 ? [...uint(orientation, 2, order), 0, 0] : uint(orientation, 4, order)
  return bytesOf(
    ...[
      order === 'big' ? 'MM' : 'II',
      uint(42, 2, order),
      uint(10, 4, order),
      [0xaa, 0xbb],
      uint(2, 2, order),
    ],
    ...[uint(0x0100, 2, order), uint(4, 2, order), uint(1, 4, order), uint(77, 4, order)],
    ...[uint(0x0112, 2, order), uint(type, 2, order), uint(1, 4, order), value],
    uint(0, 4, order),
  )
}

export const jpegSegment = (marker: number, ...payload: readonly Part[]): Uint8Array => {
  const body = bytesOf(...payload)
  return bytesOf(0xff, marker, uint(body.length + 2, 2), body)
}

export interface SampleJpeg {
  width?: number
  height?: number
  frameMarker?: number
  precision?: number
  components?: number
  /** Segments before the frame header. */
  before?: readonly Uint8Array[]
}

export function sampleJpeg(of: SampleJpeg = {}): Uint8Array<ArrayBuffer> {
  const { width = 20, height = 10, frameMarker = 0xc0, precision = 8, components = 3, before = [] } = of
  const planes = Array.from({ length: components }, (_, i) => [i + 1, 0x11, 0]).flat()
  return bytesOf(
    [0xff, 0xd8],
    jpegSegment(0xe0, 'JFIF\0', [1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...before,
    jpegSegment(0xdb, new Uint8Array(65)),
    jpegSegment(0xc4, new Uint8Array(17), 0x10, new Uint8Array(16)),
    jpegSegment(frameMarker, precision, uint(height, 2), uint(width, 2), components, planes),
    jpegSegment(0xda, 1, [1, 0], [0, 63, 0]),
    [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xff, 0xd1, 0x78], // stuffing, restart, fill and restart
    jpegSegment(0xc4, new Uint8Array(20)),
    jpegSegment(0xda, 1, [1, 0], [0, 63, 0]),
    [0x9a, 0xff, 0x00, 0xbc],
    [0xff, 0xd9],
  )
}

export function pngChunk(type: string, ...payload: readonly Part[]): Uint8Array {
  const body = bytesOf(...payload)
  return bytesOf(uint(body.length, 4), type, body, uint(crc32(bytesOf(type, body)), 4))
}

export interface SamplePng {
  width?: number
  height?: number
  colourType?: number
  depth?: number
  interlace?: number
  /** Chunks between IHDR and the pixels, and after the pixels. */
  before?: readonly Uint8Array[]
  after?: readonly Uint8Array[]
}

export function samplePng(of: SamplePng = {}): Uint8Array<ArrayBuffer> {
  const { width = 20, height = 10, colourType = 2, depth = 8, interlace = 0, before = [], after = [] } = of
  return bytesOf(
    '\x89PNG\r\n\x1a\n',
    pngChunk('IHDR', uint(width, 4), uint(height, 4), depth, colourType, 0, 0, interlace),
    ...before,
    pngChunk('IDAT', [1, 2, 3, 4, 5]),
    pngChunk('IDAT', [6, 7]),
    ...after,
    pngChunk('IEND'),
  )
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return ~crc >>> 0
}

export function webpChunk(type: string, ...payload: readonly Part[]): Uint8Array {
  const body = bytesOf(...payload)
  return bytesOf(type, uint(body.length, 4, 'little'), body, new Uint8Array(body.length & 1))
}

export const webpFile = (...chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const body = bytesOf('WEBP', ...chunks)
  return bytesOf('RIFF', uint(body.length, 4, 'little'), body)
}

export const vp8Frame = (width: number, height: number): Uint8Array =>
  webpChunk(
    'VP8 ',
    [0x10, 0, 0, 0x9d, 0x01, 0x2a],
    uint(width, 2, 'little'),
    uint(height, 2, 'little'),
    [1, 2, 3],
  )

export const vp8lFrame = (width: number, height: number, hasAlpha: boolean): Uint8Array =>
  webpChunk(
    'VP8L',
    0x2f,
    uint(width - 1 + (height - 1) * 2 ** 14 + (hasAlpha ? 2 ** 28 : 0), 4, 'little'),
    [1, 2],
  )

export const vp8x = (width: number, height: number, flags: number): Uint8Array =>
  webpChunk('VP8X', flags, [0, 0, 0], uint(width - 1, 3, 'little'), uint(height - 1, 3, 'little'))

const box = (type: string, ...payload: readonly Part[]): Uint8Array => {
  const body = bytesOf(...payload)
  return bytesOf(uint(body.length + 8, 4), type, body)
}

export interface SampleAvif {
  width?: number
  height?: number
  brands?: string
  /** `irot` and `imir` boxes, in their order. */
  operations?: readonly (readonly ['irot' | 'imir', number])[]
  hasAlpha?: boolean
  isMetaLast?: boolean
  /** Bytes of padding inside `meta`. */
  padding?: number
}

export function sampleAvif(of: SampleAvif = {}): Uint8Array<ArrayBuffer> {
  const {
    width = 20,
    height = 10,
    brands = 'avifmif1miaf',
    operations = [],
    hasAlpha = false,
    padding = 0,
  } = of
  const ftyp = box('ftyp', brands.slice(0, 4), [0, 0, 0, 0], brands)
  const pixels = box('mdat', new Uint8Array(30))
  const own = [1, 2, ...operations.map((_, i) => i + 3)]
  const meta = (mdatAt: number): Uint8Array =>
    box(
      'meta',
      ...[uint(0, 4), box('hdlr', new Uint8Array(25)), box('pitm', uint(0, 4), uint(7, 2))],
      box(
        'iloc',
        uint(0, 4),
        [0x44, 0],
        uint(1, 2),
        uint(7, 2),
        uint(0, 2),
        uint(1, 2),
        uint(mdatAt + 8, 4),
        uint(30, 4),
      ),
      box(
        'iprp',
        box(
          'ipco',
          box('av1C', [0x81, 0, 0, 0]),
          box('ispe', uint(0, 4), uint(width, 4), uint(height, 4)),
          ...operations.map(([type, value]) => box(type, value)),
          hasAlpha ? box('auxC', uint(0, 4), 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0') : [],
          box('ispe', uint(0, 4), uint(999, 4), uint(999, 4)),
        ),
        box('ipma', uint(0, 4), uint(2, 4), uint(3, 2), 1, own.length + 2, uint(7, 2), own.length, own),
      ),
      box('free', new Uint8Array(padding)),
    )
  if (of.isMetaLast) return bytesOf(ftyp, pixels, meta(ftyp.length))
  return bytesOf(ftyp, meta(ftyp.length + meta(0).length), pixels)
}

export interface SampleGif {
  width?: number
  height?: number
  frames?: number
  isTransparent?: boolean
}

export function sampleGif(of: SampleGif = {}): Uint8Array<ArrayBuffer> {
  const { width = 20, height = 10, frames = 1, isTransparent = false } = of
  const size = [...uint(width, 2, 'little'), ...uint(height, 2, 'little')]
  const frame = bytesOf(
    [0x21, 0xf9, 4, isTransparent ? 1 : 0, 10, 0, 0, 0],
    [0x2c, 0, 0, 0, 0, ...size, 0x80],
    new Uint8Array(6),
    [2, 3, 1, 2, 3, 2, 1, 2, 0],
  )
  const loop = bytesOf([0x21, 0xff, 11], 'NETSCAPE2.0', [3, 1, 0, 0, 0])
  const table = new Uint8Array(12)
  return bytesOf(
    'GIF89a',
    size,
    [0x81, 0, 0],
    table,
    loop,
    ...Array.from({ length: frames }, () => frame),
    0x3b,
  )
}

/** One still picture of each format that has a parser, 20x10 px unless `size` says otherwise. */
export const STILLS = {
  jpeg: (size: { width?: number; height?: number } = {}) => sampleJpeg(size),
  png: (size: { width?: number; height?: number } = {}) => samplePng(size),
  webp: ({ width = 20, height = 10 } = {}) => webpFile(vp8Frame(width, height)),
  avif: (size: { width?: number; height?: number } = {}) => sampleAvif(size),
  heic: (size: { width?: number; height?: number } = {}) => sampleAvif({ ...size, brands: 'heicmif1' }),
  gif: (size: { width?: number; height?: number } = {}) => sampleGif(size),
} as const

/** Numbers from 0 up to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8]
