import { checkSourceSize, damagedPicture, unsupportedPicture } from '../picture-limits.ts'
import { type Av1Sequence, readAv1Sequence } from './av1-sequence.ts'
import { BoxEnd, BoxReader } from './box-reader.ts'
import { ByteFeed, type Parsing, readAscii } from './byte-feed.ts'
import { checkCodedBytes } from './coded-bytes.ts'
import type { HeaderParser, ImageHeader } from './header-parser.ts'
import { decodableCicp } from './heif-colours.ts'
import { type CodedStill, type HeifPicture, readHeifPicture } from './heif-picture.ts'
import { type HeifFormat, readItemTable } from './item-boxes.ts'

/** What one picture may say about itself. An honest `meta` box has a few hundred bytes, with a profile some thousand. */
export const MAX_META_BYTES = 256 * 1024
const MAX_FTYP_BYTES = 4096
/** Brands of files that hold an animation beside their still. */
const SEQUENCE_BRANDS: Record<HeifFormat, readonly string[]> = { avif: ['avis'], heic: ['hevc', 'hevx'] }
/** An AV1 sequence header takes about 12 bytes; with all that it may say, some hundred. */
const SEQUENCE_HEADER_BYTES = 256

/** AVIF: still pictures, and the still that an animation carries. */
export const readAvifHeader: HeaderParser = (feed) => readHeifHeader(feed, 'avif')
/** HEIC: the same boxes around other pixels. */
export const readHeicHeader: HeaderParser = (feed) => readHeifHeader(feed, 'heic')

/** What a file's boxes say. `end` is where the last of its items ends; what follows is somebody else's. */
interface HeifFile {
  readonly picture: HeifPicture
  readonly animated: boolean
  readonly end: number
}

/**
 * Read an AVIF's container: the same code that judged its upload.
 * @param start the file, or its first bytes
 * @returns null when the description is not among them
 * @throws PictureRefusal as an upload would be refused
 */
export function readAvifPicture(start: Uint8Array): HeifPicture | null {
  const feed = new ByteFeed()
  feed.push(start)
  const { done, value } = readHeifFile(feed, 'avif').next()
  return done ? value.picture : null
}

/** How many first bytes of a file hold its description; null when that does not follow from these. */
export function avifDescriptionEnd(start: Uint8Array): number | null {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  for (let at = 0; at + 8 <= start.length; ) {
    const end = at + view.getUint32(at)
    if (readAscii(view, at + 4, 4) === 'meta') return end
    if (end < at + 8) return null // 64 bits, or to the end of the file: pixels that come first
    at = end
  }
  return null
}

function* readHeifHeader(
  feed: ByteFeed,
  format: HeifFormat,
): Generator<ImageHeader | undefined, void, undefined> {
  const { picture, animated, end } = yield* readHeifFile(feed, format)
  const { crop, orientation, alpha, colour } = picture
  yield { format, width: crop.width, height: crop.height, orientation, hasAlpha: alpha !== null, animated }
  if (format === 'avif' && !animated) yield* judgePixels(feed, colour.tiles[0] as CodedStill, picture)
  yield* feed.skip(end - feed.position)
  checkCodedBytes(picture, Math.max(end, feed.position), format)
}

/**
 * An ISO media file: boxes (32-bit size, type, payload), of which `meta` tells all, whether it stands before the
 * pixels or after them.
 */
function* readHeifFile(feed: ByteFeed, format: HeifFormat): Parsing<HeifFile> {
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
      const meta = new BoxReader(yield* feed.take(sizeBytes))
      return { animated, ...readMeta(meta, format) }
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

function readMeta(meta: BoxReader, format: HeifFormat): { picture: HeifPicture; end: number } {
  try {
    meta.versionAndFlags()
    const table = readItemTable(meta, format)
    const picture = readHeifPicture(table, format)
    checkSourceSize(format, picture.crop.width, picture.crop.height)
    return { picture, end: table.end }
  } catch (error) {
    if (error instanceof BoxEnd) throw damagedPicture(format, error.message)
    throw error
  }
}

/** Whether the pixels are AV1 of the size that the container gives, as far as they have not passed by already. */
function* judgePixels(feed: ByteFeed, still: CodedStill, { idat }: HeifPicture): Parsing<void> {
  const [first] = still.extents
  if (first === undefined) return
  if (still.source === 'idat') {
    const bytes = idat?.again()
    if (bytes === undefined || bytes.left <= first.offset)
      throw damagedPicture('avif', 'its pixels are missing')
    bytes.bytes(first.offset)
    const length = Math.min(first.length || bytes.left, bytes.left, SEQUENCE_HEADER_BYTES)
    checkSequence(still, readAv1Sequence(bytes.bytes(length)))
  } else if (first.offset >= feed.position && first.length > 0) {
    yield* feed.skip(first.offset - feed.position)
    const start = yield* feed.take(Math.min(first.length, SEQUENCE_HEADER_BYTES))
    checkSequence(still, readAv1Sequence(new Uint8Array(start.buffer, start.byteOffset, start.byteLength)))
  }
}

function checkSequence(still: CodedStill, sequence: Av1Sequence | null): void {
  if (sequence === null) throw damagedPicture('avif', 'its pixels are not AV1')
  if (sequence.width !== still.width || sequence.height !== still.height) {
    throw damagedPicture('avif', 'its pixels have another size than it says')
  }
  decodableCicp('avif', still, sequence.cicp)
}
