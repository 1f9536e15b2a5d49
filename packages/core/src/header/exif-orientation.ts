import { type Orientation, toOrientation } from '../orientation.ts'
import type { ByteFeed, Parsing } from './byte-feed.ts'

const TAG_ORIENTATION = 0x0112
const TYPE_SHORT = 3
const EX = 0x4578
const INTEL = 0x4949
const MOTOROLA = 0x4d4d

/**
 * Read the orientation out of an EXIF block (a TIFF file), passing over exactly `sizeBytes` bytes.
 * Broken EXIF never refuses a picture: it means 1. Some WebP writers leave JPEG's `Exif\0\0` in front.
 *
 *     0  byte order: 'II' little-endian, 'MM' big-endian
 *     2  42
 *     4  offset of the first directory, 32 bits
 *     …  entry count, 16 bits; then entries of 12 bytes: tag, type, count (32 bits), value (32 bits)
 */
export function* readExifOrientation(feed: ByteFeed, sizeBytes: number): Parsing<Orientation> {
  const end = feed.position + sizeBytes
  const orientation = yield* findOrientation(feed, end)
  yield* feed.skip(end - feed.position)
  return orientation
}

function* findOrientation(feed: ByteFeed, end: number): Parsing<Orientation> {
  if (end - feed.position < 6 + 8) return 1
  let start = feed.position
  let order = (yield* feed.take(2)).getUint16(0)
  if (order === EX) {
    yield* feed.skip(4)
    start = feed.position
    order = (yield* feed.take(2)).getUint16(0)
  }
  if (order !== INTEL && order !== MOTOROLA) return 1
  const littleEndian = order === INTEL
  const header = yield* feed.take(6)
  const directory = start + header.getUint32(2, littleEndian)
  if (header.getUint16(0, littleEndian) !== 42 || directory < feed.position || directory + 2 > end) return 1

  yield* feed.skip(directory - feed.position)
  const entries = (yield* feed.take(2)).getUint16(0, littleEndian)
  for (let i = 0; i < entries && feed.position + 12 <= end; i++) {
    const entry = yield* feed.take(12)
    if (entry.getUint16(0, littleEndian) !== TAG_ORIENTATION) continue
    const isOneShort =
      entry.getUint16(2, littleEndian) === TYPE_SHORT && entry.getUint32(4, littleEndian) === 1
    return isOneShort ? toOrientation(entry.getUint16(8, littleEndian)) : 1
  }
  return 1
}
