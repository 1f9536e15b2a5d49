import { checkSourceSize, damagedPicture, unsupportedPicture } from '../picture-limits.ts'
import { BoxEnd, BoxReader } from './box-reader.ts'
import { type ByteFeed, type Parsing, readAscii } from './byte-feed.ts'
import type { HeaderParser, ImageHeader } from './header-parser.ts'
import { readItemEnd, readPrimaryItem } from './item-boxes.ts'

type HeifFormat = 'avif' | 'heic'

/** What one picture may say about itself. An honest `meta` box has a few hundred bytes, with a profile some thousand. */
const MAX_META_BYTES = 256 * 1024
const MAX_FTYP_BYTES = 4096
/** Brands of files that hold an animation beside their still. */
const SEQUENCE_BRANDS: Record<HeifFormat, readonly string[]> = { avif: ['avis'], heic: ['hevc', 'hevx'] }

/** AVIF: still pictures, and the still that an animation carries. */
export const readAvifHeader: HeaderParser = (feed) => readHeifHeader(feed, 'avif')
/** HEIC: the same boxes around other pixels. */
export const readHeicHeader: HeaderParser = (feed) => readHeifHeader(feed, 'heic')

/**
 * An ISO media file: boxes (32-bit size, type, payload), of which `meta` tells all, whether it stands before the
 * pixels or after them. The picture's end is where the last of its items ends; what follows is somebody else's.
 */
function* readHeifHeader(
  feed: ByteFeed,
  format: HeifFormat,
): Generator<ImageHeader | undefined, void, undefined> {
  let animated = false
  for (;;) {
    const { type, sizeBytes } = yield* nextBox(feed, format)
    if (type === 'ftyp') {
      const brands = yield* readBrands(feed, Math.min(sizeBytes, MAX_FTYP_BYTES))
      animated = brands.some((brand) => SEQUENCE_BRANDS[format].includes(brand))
      yield* feed.skip(sizeBytes - Math.min(sizeBytes, MAX_FTYP_BYTES))
    } else if (type !== 'meta') {
      yield* feed.skip(sizeBytes)
    } else {
      if (sizeBytes > MAX_META_BYTES) {
        throw unsupportedPicture(format, `a description of more than ${MAX_META_BYTES / 1024} KiB`)
      }
      const meta = yield* feed.take(sizeBytes)
      const { header, end } = readMeta(new BoxReader(meta), format, animated)
      yield header
      yield* feed.skip(end - feed.position)
      return
    }
  }
}

/** The next top-level box. `sizeBytes` is its payload's; Infinity for a box that lasts to the end of the file. */
function* nextBox(feed: ByteFeed, format: HeifFormat): Parsing<{ type: string; sizeBytes: number }> {
  const header = yield* feed.take(8)
  const size32 = header.getUint32(0)
  const type = readAscii(header, 4, 4)
  if (size32 === 0) return { type, sizeBytes: Number.POSITIVE_INFINITY }
  const sizeBytes = size32 === 1 ? new BoxReader(yield* feed.take(8)).uint(8) - 16 : size32 - 8
  if (sizeBytes < 0) throw damagedPicture(format, 'a box is smaller than its header')
  return { type, sizeBytes }
}

function* readBrands(feed: ByteFeed, sizeBytes: number): Parsing<string[]> {
  const ftyp = new BoxReader(yield* feed.take(sizeBytes))
  const brands: string[] = []
  while (ftyp.left >= 4) brands.push(ftyp.ascii(4)) // the minor version among them is no brand's name
  return brands
}

function readMeta(
  meta: BoxReader,
  format: HeifFormat,
  animated: boolean,
): { header: ImageHeader; end: number } {
  try {
    meta.versionAndFlags()
    const boxes = meta.boxes()
    const { width, height, orientation, hasAlpha } = readPrimaryItem(boxes, format)
    checkSourceSize(format, width, height)
    const header = { format, width, height, orientation, hasAlpha, animated }
    return { header, end: readItemEnd(boxes.get('iloc'), format) }
  } catch (error) {
    if (error instanceof BoxEnd) throw damagedPicture(format, error.message)
    throw error
  }
}
