import { damagedPicture } from '../picture-limits.ts'
import type { BoxReader } from './box-reader.ts'

export type HeifFormat = 'avif' | 'heic'

export interface Property {
  readonly type: string
  /** Its bytes, unread. Several items may have one property, so each reader takes them `again()`. */
  readonly payload: BoxReader
  /** Whoever does not know it must not show the item. */
  readonly essential: boolean
}

/** The first property of a type, unread. */
export const findProperty = (properties: readonly Property[], type: string): BoxReader | undefined =>
  properties.find((one) => one.type === type)?.payload.again()

/** A run of bytes: of the file, or of the `idat` box. */
export interface Extent {
  readonly offset: number
  /** Bytes; 0 means all that follow. */
  readonly length: number
}

export interface Item {
  readonly id: number
  /** `av01`, `hvc1`, `grid`, `Exif`…, and for `mime` the media type; empty where the file does not say. */
  readonly type: string
  /** In the order in which they apply. */
  readonly properties: readonly Property[]
  /** Where the bytes lie; `elsewhere` is another file, or another item. */
  readonly source: 'file' | 'idat' | 'elsewhere'
  readonly extents: readonly Extent[]
}

/** `iref`: item `from` refers to others: `auxl` (is auxiliary to), `dimg` (is made of), `prem` (is multiplied by). */
export interface Reference {
  readonly type: string
  readonly from: number
  readonly to: readonly number[]
}

/** All that a `meta` box says, and nothing made of it yet. */
export interface ItemTable {
  readonly primaryId: number
  readonly items: ReadonlyMap<number, Item>
  readonly references: readonly Reference[]
  /** Bytes that items of source `idat` lie in. */
  readonly idat: BoxReader | null
  /** Where the last byte of any item in the file stands, +1, counted from the file's beginning. */
  readonly end: number
}

/**
 * The items of a `meta` box (ISO 14496-12, 8.11) and their properties (ISO 23008-12, 9.3).
 * @param boxes children of `meta`, unread
 * @throws PictureRefusal when a box is missing or contradicts itself; BoxEnd when one is cut short
 */
export function readItemTable(meta: BoxReader, format: HeifFormat): ItemTable {
  const boxes = meta.boxes()
  const pitm = need(boxes, 'pitm', format)
  const primaryId = pitm.uint(pitm.versionAndFlags().version === 0 ? 2 : 4)
  const iprp = need(boxes, 'iprp', format)
  const properties = readProperties(iprp, format)
  const locations = readLocations(need(boxes, 'iloc', format), format)
  const types = readTypes(need(boxes, 'iinf', format))

  const items = new Map<number, Item>()
  for (const [id, type] of types) {
    const location = locations.get(id)
    items.set(id, {
      id,
      type,
      properties: properties.get(id) ?? [],
      source: location?.source ?? 'file',
      extents: location?.extents ?? [],
    })
  }
  let end = 0
  for (const { source, extents } of locations.values()) {
    if (source !== 'file') continue
    for (const { offset, length } of extents) end = Math.max(end, offset + Math.max(length, 1))
  }
  return {
    primaryId,
    items,
    references: readReferences(boxes.get('iref')),
    idat: boxes.get('idat') ?? null,
    end,
  }
}

function need(boxes: ReadonlyMap<string, BoxReader>, type: string, format: HeifFormat): BoxReader {
  const box = boxes.get(type)
  if (box === undefined) throw damagedPicture(format, `its ${type} box is missing`)
  return box
}

/**
 * iinf: entry count (16 bits, 32 from version 1 on), then `infe` boxes: in versions 2 and 3 an id (16 bits, 32 in
 * version 3), a protection index (16) and the type. Versions 0 and 1 have no type: no coded picture is told by one.
 */
function readTypes(iinf: BoxReader): Map<number, string> {
  const types = new Map<number, string>()
  iinf.uint(iinf.versionAndFlags().version === 0 ? 2 : 4)
  for (const { type, payload } of iinf.list()) {
    if (type !== 'infe') continue
    const { version } = payload.versionAndFlags()
    const id = payload.uint(version < 3 ? 2 : 4)
    if (version >= 2) payload.uint(2)
    if (!types.has(id)) types.set(id, version >= 2 ? readType(payload) : '')
  }
  return types
}

/** Behind the type stands a name, and behind that of `mime` a media type, both ending in a zero. */
function readType(infe: BoxReader): string {
  const type = infe.ascii(4)
  if (type !== 'mime') return type
  const [, mediaType = ''] = infe.ascii(Math.min(infe.left, MAX_NAMES_BYTES)).split('\0')
  return mediaType
}

/** Of an item's name and media type; others are not known. */
const MAX_NAMES_BYTES = 256

/**
 * iprp: `ipco`, a list of properties, and `ipma` boxes, in which an item is found once. ipma: entry count (32 bits);
 * per entry an item id (16 bits, 32 from version 1 on) and a count (8 bits) of associations: 1 bit "essential", then a
 * 1-based index of 7 bits (15 if flag 1 is set).
 */
function readProperties(iprp: BoxReader, format: HeifFormat): Map<number, Property[]> {
  const boxes = iprp.list()
  const ipco = boxes.find(({ type }) => type === 'ipco')?.payload
  if (ipco === undefined) throw damagedPicture(format, 'its ipco box is missing')
  const all = ipco.list()
  const associations = boxes.filter(({ type }) => type === 'ipma')
  if (associations.length === 0) throw damagedPicture(format, 'its ipma box is missing')

  const found = new Map<number, Property[]>()
  for (const { payload: ipma } of associations) {
    const { version, flags } = ipma.versionAndFlags()
    const indexBits = flags & 1 ? 15 : 7
    for (let entries = ipma.uint(4); entries > 0; entries--) {
      const id = ipma.uint(version === 0 ? 2 : 4)
      const properties: Property[] = []
      for (let count = ipma.uint(1); count > 0; count--) {
        const association = ipma.uint((indexBits + 1) / 8)
        const property = all[(association & (2 ** indexBits - 1)) - 1]
        if (property !== undefined)
          properties.push({ ...property, essential: association >> indexBits === 1 })
      }
      if (!found.has(id)) found.set(id, properties)
    }
  }
  return found
}

/** iref: boxes whose type is the relation: an id, a count (16 bits), ids; 16 bits each, 32 from version 1 on. */
function readReferences(iref: BoxReader | undefined): Reference[] {
  if (iref === undefined) return []
  const idBytes = iref.versionAndFlags().version === 0 ? 2 : 4
  return iref.list().map(({ type, payload }) => {
    const from = payload.uint(idBytes)
    const to: number[] = []
    for (let count = payload.uint(2); count > 0; count--) to.push(payload.uint(idBytes))
    return { type, from, to }
  })
}

/**
 *     sizes of: offset, length (4 bits each), base offset, index (4 bits each)
 *     item count (16 bits; 32 in version 2)
 *     per item: id (16; 32 in version 2), construction method (16, from version 1), data reference (16), base
 *               offset, extent count (16); per extent: index (from version 1), offset, length
 *
 * @throws PictureRefusal for counts that no box can hold; BoxEnd when it is cut short
 */
function readLocations(iloc: BoxReader, format: HeifFormat): Map<number, Pick<Item, 'source' | 'extents'>> {
  const { version } = iloc.versionAndFlags()
  const sizes = iloc.uint(2)
  const [offsetBytes = 0, lengthBytes = 0, baseBytes = 0, indexBytes = 0] = [12, 8, 4, 0].map(
    (at) => (sizes >> at) & 15,
  )
  const extentBytes = offsetBytes + lengthBytes + (version > 0 ? indexBytes : 0)
  const locations = new Map<number, Pick<Item, 'source' | 'extents'>>()
  for (let items = iloc.uint(version < 2 ? 2 : 4); items > 0; items--) {
    const id = iloc.uint(version < 2 ? 2 : 4)
    const method = version === 0 ? 0 : iloc.uint(2) & 15
    const isElsewhere = iloc.uint(2) !== 0 || method > 1
    const base = iloc.uint(baseBytes)
    let count = iloc.uint(2)
    if (count * extentBytes > iloc.left || (count > 1 && extentBytes === 0)) {
      throw damagedPicture(format, 'an item has more parts than are listed') // no bytes each: a loop without an end
    }
    const extents: Extent[] = []
    for (; count > 0; count--) {
      if (version > 0) iloc.uint(indexBytes)
      const offset = base + iloc.uint(offsetBytes)
      extents.push({ offset, length: iloc.uint(lengthBytes) })
    }
    const source = isElsewhere ? 'elsewhere' : method === 1 ? 'idat' : 'file'
    if (!locations.has(id)) locations.set(id, { source, extents })
  }
  return locations
}
