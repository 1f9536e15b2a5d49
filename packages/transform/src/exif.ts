import type { PictureOutput, Size } from '@tintype/core'
import { MARKER, SEGMENT_NAME } from '@tintype/core/containers'

const EXIF_NAME = Uint8Array.from(SEGMENT_NAME.exif, (letter) => letter.charCodeAt(0))
/** A segment's length field counts itself and has 16 bits. */
const MAX_EXIF_BYTES = 0xffff - 2 - EXIF_NAME.length

const TAG_WIDTH = 0x0100
const TAG_HEIGHT = 0x0101
const TAG_STRIP_OFFSETS = 0x0111
const TAG_ORIENTATION = 0x0112
const TAG_STRIP_BYTES = 0x0117
const TAG_THUMBNAIL_OFFSET = 0x0201
const TAG_THUMBNAIL_BYTES = 0x0202
const TAG_COPYRIGHT = 0x8298
const TAG_EXIF_DIRECTORY = 0x8769
const TAG_EXIF_WIDTH = 0xa002
const TAG_EXIF_HEIGHT = 0xa003
const TYPE_BYTE = 1
const TYPE_ASCII = 2
const TYPE_SHORT = 3
const TYPE_LONG = 4
const ENTRY_BYTES = 12

/**
 * What a metadata policy leaves of a TIFF block, now that the pixels stand upright and have another size.
 * `keep`: all but the orientation, which becomes 1, sizes, which become the new one, and the thumbnail, which shows what
 * was perhaps cut off.
 * @param size of the result, px
 * @returns null when nothing is left, or the block cannot be read
 * Rule: docs/parity.md#metadata.
 */
export function filterExif(
  tiff: Uint8Array,
  policy: PictureOutput['metadata'],
  size: Size,
): Uint8Array | null {
  if (policy === 'none') return null
  try {
    return policy === 'copyright' ? copyrightAlone(tiff) : withPixelFacts(tiff, size)
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

/** @throws RangeError when any of it lies outside the block */
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

/** Write a number where the directory has the tag, in the field's own type; a field of another type becomes a LONG. */
function setNumber({ view, littleEndian, entries }: Directory, tag: number, value: number): void {
  const entry = entries.get(tag)
  if (entry === undefined) return
  const type = view.getUint16(entry + 2, littleEndian)
  view.setUint32(entry + 4, 1, littleEndian)
  view.setUint32(entry + 8, 0)
  if (type === TYPE_BYTE && value < 256) view.setUint8(entry + 8, value)
  else if (type === TYPE_SHORT) view.setUint16(entry + 8, value, littleEndian)
  else {
    view.setUint16(entry + 2, TYPE_LONG, littleEndian)
    view.setUint32(entry + 8, value, littleEndian)
  }
}

/** Numbers of a field of type SHORT or LONG; none where the directory has no such field. */
function readNumbers({ view, littleEndian, entries }: Directory, tag: number): number[] {
  const entry = entries.get(tag)
  if (entry === undefined) return []
  const isShort = view.getUint16(entry + 2, littleEndian) === TYPE_SHORT
  const itemBytes = isShort ? 2 : 4
  const count = view.getUint32(entry + 4, littleEndian)
  const from = count * itemBytes <= 4 ? entry + 8 : view.getUint32(entry + 8, littleEndian)
  if (from + count * itemBytes > view.byteLength) throw new RangeError('a field lies outside the block')
  return Array.from({ length: count }, (_, i) =>
    isShort ? view.getUint16(from + i * 2, littleEndian) : view.getUint32(from + i * 4, littleEndian),
  )
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

function withPixelFacts(tiff: Uint8Array, { width, height }: Size): Uint8Array | null {
  const result = tiff.slice()
  const first = readDirectory(result, 4)
  setNumber(first, TAG_ORIENTATION, 1)
  setNumber(first, TAG_WIDTH, width)
  setNumber(first, TAG_HEIGHT, height)
  const exif = first.entries.get(TAG_EXIF_DIRECTORY)
  if (exif !== undefined) {
    const directory = readDirectory(result, exif + 8)
    setNumber(directory, TAG_EXIF_WIDTH, width)
    setNumber(directory, TAG_EXIF_HEIGHT, height)
  }
  if (first.view.getUint32(first.nextAt, first.littleEndian) !== 0) clearThumbnail(result, first)
  return result.length > MAX_EXIF_BYTES ? null : result
}

/** The second directory is the thumbnail's: a JPEG, or strips of pixels. Nothing refers to it any more, and it is zeros. */
function clearThumbnail(tiff: Uint8Array, { view, littleEndian, nextAt }: Directory): void {
  const directory = readDirectory(tiff, nextAt)
  for (const [offsetTag, lengthTag] of [
    [TAG_THUMBNAIL_OFFSET, TAG_THUMBNAIL_BYTES],
    [TAG_STRIP_OFFSETS, TAG_STRIP_BYTES],
  ] as const) {
    const lengths = readNumbers(directory, lengthTag)
    const offsets = readNumbers(directory, offsetTag)
    // Parts that overlap would cost more than the block has bytes.
    if (lengths.reduce((sum, length) => sum + length, 0) > tiff.length) throw new RangeError('it cannot fit')
    for (const [i, from] of offsets.entries()) tiff.fill(0, from, from + (lengths[i] ?? 0))
  }
  view.setUint32(nextAt, 0, littleEndian)
}

/** A TIFF block of at most 65,527 bytes as a JPEG's EXIF segment, marker and length included. */
export function formatExifSegment(tiff: Uint8Array): Uint8Array {
  const length = 2 + EXIF_NAME.length + tiff.length
  const segment = new Uint8Array(2 + length)
  segment.set([0xff, MARKER.app1, length >> 8, length & 0xff, ...EXIF_NAME])
  segment.set(tiff, 4 + EXIF_NAME.length)
  return segment
}
