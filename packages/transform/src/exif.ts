import type { Recipe } from '@tintype/core'

const MARKER_APP1 = 0xe1
const MARKER_SOS = 0xda
const EXIF_NAME = [0x45, 0x78, 0x69, 0x66, 0, 0] // "Exif", 0, 0
/** A segment's length field counts itself and has 16 bits. */
const MAX_EXIF_BYTES = 0xffff - 2 - EXIF_NAME.length

const TAG_ORIENTATION = 0x0112
const TAG_THUMBNAIL_OFFSET = 0x0201
const TAG_THUMBNAIL_BYTES = 0x0202
const TAG_COPYRIGHT = 0x8298
const TYPE_ASCII = 2
const ENTRY_BYTES = 12

/**
 * The TIFF block of a JPEG's EXIF segment.
 * @param start the file's first bytes; a block that reaches beyond them is not found
 * @returns a copy, or null
 */
export function findJpegExif(start: Uint8Array): Uint8Array | null {
  for (let at = 2; at + 4 <= start.length && start[at] === 0xff; ) {
    const marker = start[at + 1] as number
    const end = at + 2 + (((start[at + 2] as number) << 8) | (start[at + 3] as number))
    if (marker === MARKER_SOS || end > start.length) return null
    const payload = start.subarray(at + 4, end)
    if (marker === MARKER_APP1 && EXIF_NAME.every((byte, i) => payload[i] === byte)) {
      return payload.slice(EXIF_NAME.length)
    }
    at = end
  }
  return null
}

/**
 * What a metadata policy leaves of a TIFF block, now that the pixels stand upright and have another size.
 * `keep`: all but the orientation, which becomes 1, and the thumbnail, which shows what was perhaps cut off.
 * @returns null when nothing is left, or the block cannot be read
 * Rule: spec transforms §5.4.
 */
export function filterExif(tiff: Uint8Array, policy: Recipe['metadata']): Uint8Array | null {
  if (policy === 'none') return null
  try {
    return policy === 'copyright' ? copyrightAlone(tiff) : withoutPixelFacts(tiff)
  } catch (error) {
    if (error instanceof RangeError) return null // an offset leads out of the block: broken EXIF is dropped
    throw error
  }
}

interface Directory {
  readonly littleEndian: boolean
  readonly view: DataView
  /** Offset of each entry: tag (16 bits), type (16), count (32), value or its offset (32). */
  readonly entries: ReadonlyMap<number, number>
  /** Offset of the field that says where the next directory is. */
  readonly nextAt: number
}

function readDirectory(tiff: Uint8Array, offsetAt: number): Directory {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const littleEndian = view.getUint16(0) === 0x4949
  const at = view.getUint32(offsetAt, littleEndian)
  const count = view.getUint16(at, littleEndian)
  const entries = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const entry = at + 2 + i * ENTRY_BYTES
    entries.set(view.getUint16(entry, littleEndian), entry)
  }
  return { littleEndian, view, entries, nextAt: at + 2 + count * ENTRY_BYTES }
}

function copyrightAlone(tiff: Uint8Array): Uint8Array | null {
  const { view, littleEndian, entries } = readDirectory(tiff, 4)
  const entry = entries.get(TAG_COPYRIGHT)
  if (entry === undefined || view.getUint16(entry + 2, littleEndian) !== TYPE_ASCII) return null
  const length = view.getUint32(entry + 4, littleEndian)
  const from = length <= 4 ? entry + 8 : view.getUint32(entry + 8, littleEndian)
  const text = tiff.subarray(from, from + length)
  if (text.length === 0 || text.length < length) return null

  // 0 'MM' 42, 4 offset 8; 8 one entry: tag, type, count, value; 22 no next directory; 26 the text
  const result = new Uint8Array(26 + Math.max(length, 4))
  const out = new DataView(result.buffer)
  out.setUint32(0, 0x4d4d002a)
  out.setUint32(4, 8)
  out.setUint16(8, 1)
  out.setUint16(10, TAG_COPYRIGHT)
  out.setUint16(12, TYPE_ASCII)
  out.setUint32(14, length)
  if (length > 4) out.setUint32(18, 26)
  result.set(text, length > 4 ? 26 : 18)
  return result.length > MAX_EXIF_BYTES ? null : result
}

function withoutPixelFacts(tiff: Uint8Array): Uint8Array | null {
  const result = tiff.slice()
  const first = readDirectory(result, 4)
  const { view, littleEndian } = first
  const orientation = first.entries.get(TAG_ORIENTATION)
  if (orientation !== undefined) view.setUint16(orientation + 8, 1, littleEndian)
  if (view.getUint32(first.nextAt, littleEndian) !== 0) {
    const second = readDirectory(result, first.nextAt)
    const offset = second.entries.get(TAG_THUMBNAIL_OFFSET)
    const length = second.entries.get(TAG_THUMBNAIL_BYTES)
    if (offset !== undefined && length !== undefined) {
      const from = view.getUint32(offset + 8, littleEndian)
      result.fill(0, from, from + view.getUint32(length + 8, littleEndian))
    }
    view.setUint32(first.nextAt, 0, littleEndian)
  }
  return result.length > MAX_EXIF_BYTES ? null : result
}

/** A TIFF block of at most 65,527 bytes as a JPEG's EXIF segment, marker and length included. */
export function formatExifSegment(tiff: Uint8Array): Uint8Array {
  const length = 2 + EXIF_NAME.length + tiff.length
  const segment = new Uint8Array(2 + length)
  segment.set([0xff, MARKER_APP1, length >> 8, length & 0xff, ...EXIF_NAME])
  segment.set(tiff, 4 + EXIF_NAME.length)
  return segment
}
