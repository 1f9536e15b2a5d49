import { ApiError } from '../errors.ts'
import { readAvifHeader, readHeicHeader } from './avif-header.ts'
import { ByteFeed } from './byte-feed.ts'
import { readGifHeader } from './gif-header.ts'
import type { HeaderParser, ImageHeader } from './header-parser.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { readPngHeader } from './png-header.ts'
import { SNIFF_BYTES, sniffFormat } from './sniff-format.ts'
import { FORMATS, type SourceFormat } from './source-format.ts'
import { readWebpHeader } from './webp-header.ts'

export type { HeaderParser, ImageHeader } from './header-parser.ts'
export { FORMATS, type SourceFormat } from './source-format.ts'

/** SVG has no row yet: it is recognised, and refused even when it is accepted. */
const PARSERS: Partial<Record<SourceFormat, HeaderParser>> = {
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
   * @throws ApiError `unsupportedImage` or `uploadTooLarge` as soon as the picture must be refused
   */
  push(chunk: Uint8Array): void
  /** The header once it is known, else null. It never changes afterwards. */
  readonly header: ImageHeader | null
  /**
   * All bytes were pushed.
   * @throws ApiError `unsupportedImage` when they were no picture, or stop before the picture's end
   */
  finish(): ImageHeader
}

/**
 * Holds a few kilobytes (for AVIF and HEIC up to 256 KiB), whatever the file claims or weighs.
 * @param accepted formats that may pass; any other is refused by its name
 */
export function createHeaderReader(accepted: ReadonlySet<SourceFormat>): HeaderReader {
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

  return {
    push(chunk) {
      if (refusal !== null) throw refusal
      try {
        parse(parser === null ? sniff(chunk) : chunk)
      } catch (error) {
        refusal = error
        throw error
      }
    },
    get header() {
      return header
    },
    finish() {
      if (refusal !== null) throw refusal
      if (prefixLength === 0) throw new ApiError('unsupportedImage', 'the file is empty')
      if (parser === null) throw new ApiError('unsupportedImage', NO_IMAGE)
      if (header === null || !isWhole) {
        throw new ApiError('unsupportedImage', 'the file ends before the image does')
      }
      return header
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

const EVERY_FORMAT: ReadonlySet<SourceFormat> = new Set(Object.keys(FORMATS) as SourceFormat[])
const NO_IMAGE = 'not an image we can read'

function parserFor(
  sniffed: NonNullable<ReturnType<typeof sniffFormat>>,
  accepted: ReadonlySet<SourceFormat>,
): HeaderParser {
  if (sniffed.format === null) {
    throw new ApiError(
      'unsupportedImage',
      sniffed.name === null ? NO_IMAGE : `${sniffed.name} files are not accepted`,
    )
  }
  const parser = PARSERS[sniffed.format]
  if (parser === undefined || !accepted.has(sniffed.format)) {
    throw new ApiError('unsupportedImage', `${FORMATS[sniffed.format].name} images are not accepted`)
  }
  return parser
}
