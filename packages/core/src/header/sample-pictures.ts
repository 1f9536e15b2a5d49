import type { Orientation } from '../orientation.ts'
import { crc32 } from './crc32.ts'

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

export const box = (type: string, ...payload: readonly Part[]): Uint8Array => {
  const body = bytesOf(...payload)
  return bytesOf(uint(body.length + 8, 4), type, body)
}

/** A temporal delimiter and the sequence header of an AV1 still of 8 bits. */
export function av1Start(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bits = (value: number, count: number): string => value.toString(2).padStart(count, '0')
  const header = [
    ...[bits(0, 3), '1', '1', bits(8, 5)], // profile, still picture, reduced header, level
    ...[bits(15, 4), bits(15, 4), bits(width - 1, 16), bits(height - 1, 16)],
    ...['000', '000', '0', '0', '0', '1'], // tools; 8 bits, colours, whose meaning is not told; full range
  ].join('')
  const bytes = header.padEnd(64, '0').match(/.{8}/g) ?? []
  return bytesOf([0x12, 0, 0x0a, bytes.length], new Uint8Array(bytes.map((byte) => Number.parseInt(byte, 2))))
}

export type SampleProperty = readonly [type: string, ...payload: readonly Part[]]

export interface SampleItem {
  id: number
  type?: string
  /** Boxes by type and payload; a type that begins with `!` is essential. */
  properties?: readonly SampleProperty[]
  data?: Uint8Array
  /** Lies in `idat`, inside the description. */
  inMeta?: boolean
  /** Offset from the first pixel, and length, of each part that it claims; default: where its data are. */
  parts?: readonly (readonly [number, number])[]
}

export const ispe = (width: number, height: number): SampleProperty => [
  'ispe',
  uint(0, 4),
  uint(width, 4),
  uint(height, 4),
]
export const AV1C: SampleProperty = ['!av1C', [0x81, 0, 0, 0]]
export const auxC = (kind = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha'): SampleProperty => [
  'auxC',
  uint(0, 4),
  `${kind}\0`,
]

export interface SampleHeif {
  brands?: string
  items: readonly SampleItem[]
  /** Relation, item, the items that it refers to. */
  references?: readonly (readonly [string, number, readonly number[]])[]
  isMetaLast?: boolean
  /** Bytes of padding inside `meta`. */
  padding?: number
  /** Versions of `infe` (2, 3), `iloc` (0, 1, 2) and `ipma` (0, 1). */
  versions?: { infe?: number; iloc?: number; ipma?: number }
  /** One `ipma` box for each item. */
  splitAssociations?: boolean
  /** Cut each item's bytes in two, and store them in turn. */
  splitData?: boolean
}

/** A HEIF file of items, the first of which is the picture. */
export function sampleHeif(of: SampleHeif): Uint8Array<ArrayBuffer> {
  const { brands = 'avifmif1miaf', items, references = [], padding = 0, versions = {} } = of
  const { infe = 2, iloc = 0, ipma = 0 } = versions
  const wide = iloc === 2 || infe === 3 || ipma === 1
  const idBytes = (isWide: boolean) => (isWide ? 4 : 2)
  const pieces = items.map(({ data = new Uint8Array(30) }) =>
    of.splitData ? [data.subarray(0, data.length >> 1), data.subarray(data.length >> 1)] : [data],
  )
  const inMeta = items.map((item) => item.inMeta === true)
  const stored = [0, 1].flatMap((part) => items.flatMap((_, i) => (pieces[i]?.[part] ? [{ i, part }] : [])))

  const properties = items.flatMap((item) => item.properties ?? [])
  const associate = (item: SampleItem) => [
    ...uint(item.id, idBytes(ipma === 1)),
    item.properties?.length ?? 0,
    ...(item.properties ?? []).map((one) => properties.indexOf(one) + 1 + (one[0].startsWith('!') ? 128 : 0)),
  ]
  const associations = of.splitAssociations ? items.map((item) => [item]) : [items]

  const meta = (mdatAt: number): Uint8Array => {
    const offsetOf = (i: number, part: number): number => {
      let at = inMeta[i] ? 0 : mdatAt + 8
      for (const before of stored) {
        if (before.i === i && before.part === part) return at
        if (inMeta[before.i] === inMeta[i]) at += pieces[before.i]?.[before.part]?.length ?? 0
      }
      return at
    }
    const locations = items.map((item, i) => [
      ...uint(item.id, idBytes(iloc === 2)),
      ...(iloc > 0 ? uint(inMeta[i] ? 1 : 0, 2) : []),
      ...uint(0, 2),
      ...uint(item.parts?.length ?? pieces[i]?.length ?? 0, 2),
      ...(item.parts?.flatMap(([at, length]) => [
        ...uint((inMeta[i] ? 0 : mdatAt + 8) + at, 4),
        ...uint(length, 4),
      ]) ??
        (pieces[i] ?? []).flatMap((piece, part) => [
          ...uint(offsetOf(i, part), 4),
          ...uint(piece.length, 4),
        ])),
    ])
    const idat = stored.filter(({ i }) => inMeta[i]).map(({ i, part }) => pieces[i]?.[part] ?? [])
    return box(
      'meta',
      ...[uint(0, 4), box('hdlr', uint(0, 8), 'pict', new Uint8Array(13))],
      box('pitm', [wide ? 1 : 0, 0, 0, 0], uint(items[0]?.id ?? 0, idBytes(wide))),
      box('iloc', iloc, [0, 0, 0], [0x44, 0], uint(items.length, idBytes(iloc === 2)), ...locations),
      box(
        'iinf',
        ...[uint(0, 4), uint(items.length, 2)],
        ...items.map(({ id, type = 'av01' }) =>
          box('infe', infe, [0, 0, 0], uint(id, idBytes(infe === 3)), uint(0, 2), type, 0),
        ),
      ),
      references.length === 0
        ? []
        : box(
            'iref',
            uint(0, 4),
            ...references.map(([type, from, to]) =>
              box(
                type,
                uint(from, 2),
                uint(to.length, 2),
                to.flatMap((id) => uint(id, 2)),
              ),
            ),
          ),
      box(
        'iprp',
        box('ipco', ...properties.map(([type, ...payload]) => box(type.replace('!', ''), ...payload))),
        ...associations.map((group) =>
          box('ipma', ipma, [0, 0, 0], uint(group.length, 4), ...group.map(associate)),
        ),
      ),
      idat.length === 0 ? [] : box('idat', ...idat),
      box('free', new Uint8Array(padding)),
    )
  }
  const ftyp = box('ftyp', brands.slice(0, 4), [0, 0, 0, 0], brands)
  const pixels = box(
    'mdat',
    ...stored.filter(({ i }) => !inMeta[i]).map(({ i, part }) => pieces[i]?.[part] ?? []),
  )
  if (of.isMetaLast) return bytesOf(ftyp, pixels, meta(ftyp.length))
  return bytesOf(ftyp, meta(ftyp.length + meta(0).length), pixels)
}

export interface SampleAvif extends Omit<SampleHeif, 'items'> {
  width?: number
  height?: number
  /** `irot`, `imir` and other properties, in their order. */
  operations?: readonly SampleProperty[]
  hasAlpha?: boolean
}

/** A still picture of one item (7), beside which another (3) lies that has nothing to do with it. */
export function sampleAvif(of: SampleAvif = {}): Uint8Array<ArrayBuffer> {
  const { width = 20, height = 10, operations = [], hasAlpha = false, ...more } = of
  const data = bytesOf(av1Start(width, height), new Uint8Array(18))
  const picture = { id: 7, properties: [ispe(width, height), AV1C, ...operations], data }
  const alpha = { id: 8, properties: [ispe(width, height), AV1C, auxC()] }
  const other = { id: 3, type: 'Exif', properties: [ispe(999, 999)] }
  return sampleHeif({
    items: hasAlpha ? [picture, alpha, other] : [picture, other],
    references: hasAlpha ? [['auxl', 8, [7]]] : [],
    ...more,
  })
}

/** A frame of an animated WebP: a place on the canvas, even px; flags: 2 does not blend, 1 disposes; then its chunks. */
export function anmf(of: {
  at: readonly [left: number, top: number, width: number, height: number]
  delayMs?: number
  flags?: number
  chunks?: readonly Uint8Array[]
}): Uint8Array {
  const [left, top, width, height] = of.at
  const numbers = [left / 2, top / 2, width - 1, height - 1, of.delayMs ?? 0]
  const head = numbers.map((value) => uint(value, 3, 'little'))
  return webpChunk('ANMF', ...head, of.flags ?? 0, ...(of.chunks ?? [vp8Frame(width, height)]))
}

export interface SampleGif {
  width?: number
  height?: number
  frames?: number
  isTransparent?: boolean
  /** Place and size of every frame; default: the screen's. */
  at?: readonly [left: number, top: number, width: number, height: number]
  disposal?: number
}

export function sampleGif(of: SampleGif = {}): Uint8Array<ArrayBuffer> {
  const { width = 20, height = 10, frames = 1, isTransparent = false, disposal = 0 } = of
  const at = of.at ?? [0, 0, width, height]
  const size = [...uint(width, 2, 'little'), ...uint(height, 2, 'little')]
  const frame = bytesOf(
    [0x21, 0xf9, 4, (disposal << 2) | (isTransparent ? 1 : 0), 10, 0, 0, 0],
    [0x2c, ...at.flatMap((value) => uint(value, 2, 'little')), 0x80],
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
  heic: ({ width = 20, height = 10 } = {}) =>
    sampleHeif({
      brands: 'heicmif1',
      items: [{ id: 1, type: 'hvc1', properties: [ispe(width, height), ['!hvcC', [1]]] }],
    }),
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
