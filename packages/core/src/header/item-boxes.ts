import { type Orientation, orientationOf } from '../orientation.ts'
import { damagedPicture } from '../picture-limits.ts'
import type { BoxReader } from './box-reader.ts'
import type { ImageHeader } from './header-parser.ts'

type HeifFormat = 'avif' | 'heic'
type Boxes = ReadonlyMap<string, BoxReader>
type Property = { readonly type: string; readonly payload: BoxReader }

const ALPHA_TYPES = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1']

/**
 * Size and orientation of the item that `pitm` names, through `iprp`: its list of properties (`ipco`) and the list
 * of which item has which (`ipma`). A grid has properties of its own, of the whole picture.
 * @param boxes children of `meta`, unread
 * @throws ApiError `unsupportedImage` when one of them is missing; BoxEnd when one is cut short
 */
export function readPrimaryItem(
  boxes: Boxes,
  format: HeifFormat,
): Pick<ImageHeader, 'width' | 'height' | 'orientation' | 'hasAlpha'> {
  const pitm = need(boxes, 'pitm', format)
  const { version } = pitm.versionAndFlags()
  const itemId = pitm.uint(version === 0 ? 2 : 4)
  const iprp = need(boxes, 'iprp', format).boxes()
  const all = readProperties(need(iprp, 'ipco', format))
  const properties = readAssociations(need(iprp, 'ipma', format), itemId).map((index) => all[index - 1])

  const size = properties.find((property) => property?.type === 'ispe')?.payload
  if (size === undefined) throw damagedPicture(format, 'it does not give its size')
  size.versionAndFlags()
  const width = size.uint(4)
  const height = size.uint(4)
  return { width, height, orientation: readOrientation(properties), hasAlpha: all.some(isAlpha) }
}

function need(boxes: Boxes, type: string, format: HeifFormat): BoxReader {
  const box = boxes.get(type)
  if (box === undefined) throw damagedPicture(format, `its ${type} box is missing`)
  return box
}

function readProperties(ipco: BoxReader): Property[] {
  const properties: Property[] = []
  while (ipco.left >= 8) properties.push(ipco.box())
  return properties
}

/**
 * ipma: entry count (32 bits); per entry an item id (16 bits, 32 from version 1 on) and a count (8 bits) of
 * associations: 1 bit "essential", then a 1-based index of 7 bits (15 if flag 1 is set).
 */
function readAssociations(ipma: BoxReader, itemId: number): number[] {
  const { version, flags } = ipma.versionAndFlags()
  const indexBytes = flags & 1 ? 2 : 1
  const indices: number[] = []
  for (let entries = ipma.uint(4); entries > 0; entries--) {
    const isWanted = ipma.uint(version === 0 ? 2 : 4) === itemId
    for (let count = ipma.uint(1); count > 0; count--) {
      const index = ipma.uint(indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f)
      if (isWanted) indices.push(index)
    }
  }
  return indices
}

/** `irot` (quarter turns anticlockwise) and `imir` (0 swaps top and bottom, 1 left and right), in their order. */
function readOrientation(properties: readonly (Property | undefined)[]): Orientation {
  const operations: ('mirror' | 'turn')[] = []
  for (const property of properties) {
    if (property?.type === 'irot') {
      for (let turns = (4 - (property.payload.uint(1) & 3)) & 3; turns > 0; turns--) operations.push('turn')
    } else if (property?.type === 'imir') {
      const isLeftToRight = (property.payload.uint(1) & 1) === 1
      operations.push(...(isLeftToRight ? MIRROR : FLIP))
    }
  }
  return orientationOf(operations)
}

const MIRROR = ['mirror'] as const
const FLIP = ['mirror', 'turn', 'turn'] as const

/** auxC: version and flags (32 bits), then the kind of auxiliary picture as text that ends in 0. */
function isAlpha({ type, payload }: Property): boolean {
  if (type !== 'auxC') return false
  payload.versionAndFlags()
  const [kind = ''] = payload.ascii(payload.left).split('\0')
  return ALPHA_TYPES.includes(kind)
}

/**
 * Where the last byte of any item stands, +1, counted from the file's beginning; items inside `meta` don't count.
 *
 *     sizes of: offset, length (4 bits each), base offset, index (4 bits each)
 *     item count (16 bits; 32 in version 2)
 *     per item: id (16; 32 in version 2), construction method (16, from version 1), data reference (16), base
 *               offset, extent count (16); per extent: index (from version 1), offset, length
 *
 * @throws ApiError `unsupportedImage` when there is no `iloc`; BoxEnd when it is cut short
 */
export function readItemEnd(iloc: BoxReader | undefined, format: HeifFormat): number {
  if (iloc === undefined) throw damagedPicture(format, 'its iloc box is missing')
  const { version } = iloc.versionAndFlags()
  const sizes = iloc.uint(2)
  const [offsetBytes = 0, lengthBytes = 0, baseBytes = 0, indexBytes = 0] = [12, 8, 4, 0].map(
    (at) => (sizes >> at) & 15,
  )
  const extentBytes = offsetBytes + lengthBytes + (version > 0 ? indexBytes : 0)
  let end = 0
  for (let items = iloc.uint(version < 2 ? 2 : 4); items > 0; items--) {
    iloc.uint(version < 2 ? 2 : 4)
    const isInFile = version === 0 || (iloc.uint(2) & 15) === 0
    iloc.uint(2)
    const base = iloc.uint(baseBytes)
    let extents = iloc.uint(2)
    if (extents * extentBytes > iloc.left || (extents > 1 && extentBytes === 0)) {
      throw damagedPicture(format, 'an item has more parts than are listed') // no bytes each: a loop without an end
    }
    for (; extents > 0; extents--) {
      if (version > 0) iloc.uint(indexBytes)
      const offset = iloc.uint(offsetBytes)
      const length = iloc.uint(lengthBytes)
      if (isInFile) end = Math.max(end, base + offset + Math.max(length, 1))
    }
  }
  return end
}
