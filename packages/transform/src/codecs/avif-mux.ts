import type { CodedStill, Size } from '@tintype/core'
import { BOX_HEAD_BYTES, box, fullBox, joinParts, type Part, u16, u32 } from './iso-boxes.ts'

/** A coded still and its AV1 data, in one piece or several. */
export interface StillData {
  readonly still: CodedStill
  readonly pieces: readonly Uint8Array[]
}

/** A picture to write: one still, or tiles of one size, row by row, of which the last ones may reach beyond it. */
export interface MuxPicture extends Size {
  readonly columns: number
  readonly colour: readonly StillData[]
  /** Cut as the colours are; null for an opaque picture. */
  readonly alpha: readonly StillData[] | null
  readonly isPremultiplied: boolean
  /** A TIFF block. */
  readonly exif?: Uint8Array | null
  /** An XMP packet, UTF-8. */
  readonly xmp?: Uint8Array | null
}

type NewProperty = readonly [type: string, ...payload: Part[]]

interface NewItem {
  readonly type: string
  /** What its `infe` says behind the type: a name that ends in 0, and for `mime` a media type. */
  readonly names: string
  /** A part of another item, which nobody shows alone. */
  readonly isHidden: boolean
  readonly properties: readonly NewProperty[]
  readonly pieces: readonly Uint8Array[]
  /** Relations to other items, by their indices. */
  readonly references: readonly (readonly [type: string, to: readonly number[]])[]
}

/**
 * Most bytes that {@link muxAvif} takes for one still beyond the file that its data are from: what it writes around them
 * (two configurations of 8 KiB, and boxes in boxes, each of them copied), and small stills that share bytes of the file.
 */
export const MUX_HEAD_BYTES = 128 * 1024

/**
 * Most bytes that a picture of `tiles` tiles with transparency, encoded by our encoder, is larger than its data: some 80
 * a tile, and what a file says once.
 */
export const mostMuxBytes = (tiles: number): number => 2048 + 2 * tiles * 128

/**
 * The smallest AVIF around a picture and its transparency: a single still, or a grid of tiles (ISO 23008-12, 6.6.2.3).
 * Libraries see no container but this one when we decode, so they meet none of the forms that files in the world have;
 * and what we encode in several calls becomes one file by it.
 *
 * Turning, cropping and ICC profiles are left out: they are ours to apply.
 */
export function muxAvif(picture: MuxPicture): Uint8Array<ArrayBuffer> {
  const items = itemsOf(picture)
  const ftyp = box('ftyp', 'avif', u32(0), 'avifmif1miaf')
  const metaBytes = meta(items, 0).length
  const pixelsAt = ftyp.length + metaBytes + BOX_HEAD_BYTES
  const pieces = items.flatMap((item) => item.pieces)
  // As one list: a box of its own for the pixels would be copied once more into the file.
  return joinParts([ftyp, meta(items, pixelsAt), u32(BOX_HEAD_BYTES + lengthOf(pieces)), 'mdat', ...pieces])
}

/** The primary item first, its transparency next, then their tiles, then what is told about it. */
function itemsOf(picture: MuxPicture): NewItem[] {
  const { colour, alpha, isPremultiplied, exif = null, xmp = null } = picture
  const planes = alpha === null ? [colour] : [colour, alpha]
  const isGrid = colour.length > 1
  let next = planes.length
  const wholes = planes.map((stills, plane): NewItem => {
    const isAlpha = plane === 1
    const first = next
    if (isGrid) next += stills.length
    const tiles = isGrid ? stills.map((_, i) => first + i) : []
    const references: NewItem['references'] = [
      ...(isGrid ? [['dimg', tiles] as const] : []),
      ...(isAlpha ? [['auxl', [0]] as const] : []),
      ...(!isAlpha && isPremultiplied && alpha !== null ? [['prem', [1]] as const] : []),
    ]
    const still = stillItem(stills[0] as StillData, isAlpha, false)
    if (!isGrid) return { ...still, references }
    return {
      ...still,
      type: 'grid',
      pieces: [gridOf(picture)],
      properties: gridProperties(picture, still),
      references,
    }
  })
  const tiles = isGrid
    ? planes.flatMap((stills, plane) => stills.map((one) => stillItem(one, plane === 1, true)))
    : []
  return [...wholes, ...tiles, ...toldItems(exif, xmp)]
}

function stillItem({ still, pieces }: StillData, isAlpha: boolean, isHidden: boolean): NewItem {
  return {
    type: 'av01',
    names: '\0',
    isHidden,
    properties: propertiesOf(still, isAlpha),
    pieces,
    references: [],
  }
}

/** ImageGrid: version and flags (0: numbers of 16 bits), rows and columns less one, size of the picture. */
const gridOf = ({ width, height, columns, colour }: MuxPicture): Uint8Array =>
  Uint8Array.of(0, 0, Math.ceil(colour.length / columns) - 1, columns - 1, ...u16(width), ...u16(height))

/** What its tiles say, but for the decoder's configuration, and with the size of the whole. */
const gridProperties = ({ width, height }: MuxPicture, { properties }: NewItem): NewProperty[] =>
  properties
    .filter(([type]) => !OF_STILLS.has(type))
    .map((one): NewProperty => (one[0] === 'ispe' ? ['ispe', u32(0), u32(width), u32(height)] : one))

/** EXIF (ISO 23008-12, annex A.2: where the TIFF header begins, then the block) and XMP (A.3). */
function toldItems(exif: Uint8Array | null, xmp: Uint8Array | null): NewItem[] {
  const told = { isHidden: false, properties: [], references: [['cdsc', [0]] as const] }
  return [
    ...(exif === null
      ? []
      : [{ ...told, type: 'Exif', names: '\0', pieces: [Uint8Array.of(0, 0, 0, 0), exif] }]),
    ...(xmp === null ? [] : [{ ...told, type: 'mime', names: '\0application/rdf+xml\0', pieces: [xmp] }]),
  ]
}

const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, piece) => sum + piece.length, 0)

const idOf = (index: number): number => index + 1

function meta(items: readonly NewItem[], pixelsAt: number): Uint8Array {
  let at = pixelsAt
  const locations: Part[] = []
  const types: Part[] = []
  const references: Part[] = []
  for (const [i, item] of items.entries()) {
    const length = lengthOf(item.pieces)
    locations.push(u16(idOf(i)), u16(0), u16(1), u32(at), u32(length))
    types.push(fullBox('infe', 2, item.isHidden ? 1 : 0, u16(idOf(i)), u16(0), item.type, item.names))
    for (const [type, to] of item.references) {
      references.push(box(type, u16(idOf(i)), u16(to.length), ...to.map((index) => u16(idOf(index)))))
    }
    at += length
  }
  return fullBox(
    'meta',
    ...[0, 0],
    fullBox('hdlr', 0, 0, u32(0), 'pict', new Uint8Array(13)),
    fullBox('pitm', 0, 0, u16(idOf(0))),
    fullBox('iloc', 0, 0, [0x44, 0], u16(items.length), ...locations), // offsets and lengths of 4 bytes
    fullBox('iinf', 0, 0, u16(items.length), ...types),
    ...(references.length > 0 ? [fullBox('iref', 0, 0, ...references)] : []),
    itemProperties(items),
  )
}

/** Each property once, however many items have it. */
function itemProperties(items: readonly NewItem[]): Uint8Array {
  const known = new Map<string, number>()
  const boxes: Uint8Array[] = []
  const associations: Part[] = []
  let entries = 0
  for (const [i, { properties }] of items.entries()) {
    if (properties.length === 0) continue
    entries += 1
    associations.push(u16(idOf(i)), [properties.length])
    for (const [type, ...payload] of properties) {
      const bytes = box(type, ...payload)
      const key = bytes.join()
      const index = known.get(key) ?? known.size + 1
      if (!known.has(key)) boxes.push(bytes)
      known.set(key, index)
      associations.push([(ESSENTIAL.has(type) ? 0x80 : 0) | index])
    }
  }
  return box('iprp', box('ipco', ...boxes), fullBox('ipma', 0, 0, u32(entries), ...associations))
}

const ESSENTIAL: ReadonlySet<string> = new Set(['av1C', 'a1op', 'lsel'])
/** What tells how data are decoded, which a grid has none of. */
const OF_STILLS: ReadonlySet<string> = new Set(['av1C', 'a1op', 'lsel', 'a1lx'])

function propertiesOf(still: CodedStill, isAlpha: boolean): NewProperty[] {
  const { width, height, config, cicp, layers } = still
  const { bitDepth, isMonochrome } = av1Kind(still)
  const channels = isMonochrome ? 1 : 3
  const properties: NewProperty[] = [
    ['ispe', u32(0), u32(width), u32(height)],
    ['pixi', u32(0), [channels], new Array<number>(channels).fill(bitDepth)],
    ['av1C', config],
    ...layers.map(({ type, payload }): NewProperty => {
      const bytes = payload.again()
      return [type, bytes.bytes(bytes.left)]
    }),
  ]
  if (isAlpha) properties.push(['auxC', u32(0), 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0'])
  else if (cicp !== null) {
    const { primaries, transfer, matrix } = cicp
    const range = still.isFullRange ? 0x80 : 0
    properties.push(['colr', 'nclx', u16(primaries), u16(transfer), u16(matrix), [range]])
  }
  return properties
}

/** av1C: marker, profile, then tier (1 bit), more than 8 bits (1), 12 bits (1), monochrome (1) and four more. */
export function av1Kind({ config }: CodedStill): { bitDepth: 8 | 10 | 12; isMonochrome: boolean } {
  const flags = config[2] ?? 0
  const bitDepth = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12
  return { bitDepth, isMonochrome: (flags & 0x10) !== 0 }
}
