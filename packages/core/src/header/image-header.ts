import { ApiError, type ErrorKind } from '../errors.ts'
import { FORMAT_NAMES, FORMATS, type Format } from '../formats.ts'
import { type PictureFault, PictureRefusal } from '../picture-limits.ts'
import { readAvifHeader, readHeicHeader } from './avif-header.ts'
import { ByteFeed } from './byte-feed.ts'
import { readGifHeader } from './gif-header.ts'
import type { HeaderParser, ImageHeader } from './header-parser.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { readPngHeader } from './png-header.ts'
import { SNIFF_BYTES, sniffFormat } from './sniff-format.ts'
import { readSvgHeader } from './svg-header.ts'
import { readWebpHeader } from './webp-header.ts'

export type { HeaderParser, ImageHeader } from './header-parser.ts'

/** null: recognised, and refused even when it is accepted. */
const HEADER_PARSERS: { readonly [F in Format]: HeaderParser | null } = {
  svg: readSvgHeader,
  jpeg: readJpegHeader,
  png: readPngHeader,
  webp: readWebpHeader,
  avif: readAvifHeader,
  heic: readHeicHeader,
  gif: readGifHeader,
}

/** Reads a picture's header while its bytes pass by, and learns on the way whether all of them came. */
export interface HeaderReader {
  /**
   * Feed the next bytes, of any length; they are not kept. A reader that has refused refuses again.
   * @throws ApiError of the reader's {@link FaultKinds} as soon as the picture must be refused
   */
  push(chunk: Uint8Array): void
  /** The header once it is known, else null. It never changes afterwards. */
  readonly header: ImageHeader | null
  /**
   * All bytes were pushed.
   * @throws ApiError of the reader's {@link FaultKinds} when they were no picture, or stop before the picture's end
   */
  finish(): ImageHeader
  /**
   * As `finish`, but where the bytes stop at a place where only the mark of the end may be missing (JPEG, PNG, GIF),
   * `missesEnd` is true: whether all pixels are there, a decoder must say.
   */
  finishUnlessCut(): { readonly header: ImageHeader; readonly missesEnd: boolean }
  /**
   * As `finish`, of bytes that may stop anywhere: of an animation, what came whole of it.
   * @throws ApiError of the reader's {@link FaultKinds} when nothing could be shown of them
   */
  finishCut(): ImageHeader
}

/** What each fault of a picture is called by whoever asked for it. */
export type FaultKinds = Readonly<Record<PictureFault, ErrorKind>>

export const UPLOAD_FAULTS: FaultKinds = {
  damaged: 'unsupportedImage',
  unsupported: 'unsupportedImage',
  'too-large': 'uploadTooLarge',
}
export const DELIVERY_FAULTS: FaultKinds = {
  damaged: 'decodingFailed',
  unsupported: 'notAnImage',
  'too-large': 'refusedDimensions',
}

/**
 * Holds a few kilobytes (for AVIF and HEIC up to 256 KiB), whatever the file claims or weighs.
 * @param accepted formats that may pass; any other is refused by its name
 * @param kinds    what refusals are called
 */
export function createHeaderReader(
  accepted: ReadonlySet<Format>,
  kinds: FaultKinds = UPLOAD_FAULTS,
): HeaderReader {
  const feed = new ByteFeed()
  const prefix = new Uint8Array(SNIFF_BYTES)
  let prefixLength = 0
  let parser: ReturnType<HeaderParser> | null = null
  let header: ImageHeader | null = null
  let isWhole = false
  let refusal: unknown = null

  /** Decide the format; afterwards the parser starts with the prefix. Returns what of the chunk is still unread. */
  function sniff(chunk: Uint8Array): Uint8Array {
    const fresh = chunk.subarray(0, SNIFF_BYTES - prefixLength)
    prefix.set(fresh, prefixLength)
    prefixLength += fresh.length
    const start = prefix.subarray(0, prefixLength)
    const sniffed = sniffFormat(start)
    if (sniffed !== null) {
      parser = parserFor(sniffed, accepted)(feed)
      parse(start)
    }
    return chunk.subarray(fresh.length)
  }

  function parse(chunk: Uint8Array): void {
    if (parser === null || isWhole) return
    feed.push(chunk)
    for (;;) {
      const { done, value } = parser.next()
      if (done) isWhole = true
      if (done || value === undefined) return
      header = value
    }
  }

  const cut = () => new ApiError(kinds.damaged, 'the file ends before the image does')

  function finishUnlessCut(): { readonly header: ImageHeader; readonly missesEnd: boolean } {
    if (refusal !== null) throw refusal
    if (prefixLength === 0) throw new ApiError(kinds.damaged, 'the file is empty')
    if (parser === null) throw new ApiError(kinds.unsupported, NO_IMAGE)
    const known = header ?? feed.provisional
    if (known === null || !(isWhole || feed.endMayMiss)) throw cut()
    return { header: known, missesEnd: !isWhole }
  }

  return {
    push(chunk) {
      if (refusal !== null) throw refusal
      try {
        parse(parser === null ? sniff(chunk) : chunk)
      } catch (error) {
        refusal = error instanceof PictureRefusal ? new ApiError(kinds[error.fault], error.message) : error
        throw refusal
      }
    },
    get header() {
      return header
    },
    finish() {
      const { header, missesEnd } = finishUnlessCut()
      if (missesEnd) throw cut()
      return header
    },
    finishUnlessCut,
    finishCut() {
      if (refusal !== null) throw refusal
      return header ?? asCut(feed.provisional) ?? finishUnlessCut().header
    },
  }
}

/**
 * The header of a picture whose first bytes are at hand.
 * @param bytes a prefix of the file, or all of it
 * @returns null when more bytes could still decide it
 * @throws ApiError `unsupportedImage` or `uploadTooLarge` when no further bytes could save the picture
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const reader = createHeaderReader(EVERY_FORMAT)
  reader.push(bytes)
  return reader.header
}

/** What came whole of a picture that was cut. */
const asCut = (header: ImageHeader | null): ImageHeader | null =>
  header?.animation === undefined ? header : { ...header, animation: { ...header.animation, isCut: true } }

const EVERY_FORMAT: ReadonlySet<Format> = new Set(FORMAT_NAMES)
const NO_IMAGE = 'not an image we can read'

function parserFor(
  sniffed: NonNullable<ReturnType<typeof sniffFormat>>,
  accepted: ReadonlySet<Format>,
): HeaderParser {
  if (sniffed.format === null) {
    throw new PictureRefusal(
      'unsupported',
      sniffed.name === null ? NO_IMAGE : `${sniffed.name} files are not accepted`,
    )
  }
  const parser = HEADER_PARSERS[sniffed.format]
  if (parser === null || !accepted.has(sniffed.format)) {
    throw new PictureRefusal('unsupported', `${FORMATS[sniffed.format].name} images are not accepted`)
  }
  return parser
}
