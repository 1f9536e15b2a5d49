import { startsWithAscii } from '@tintype/core/containers'
import { PixelError } from './pixel-error.ts'
import { PngChunkReader, readUint16, readUint32 } from './png-chunks.ts'

/** Keyword of the text chunk that holds XMP. */
export const PNG_XMP_KEYWORD = 'XML:com.adobe.xmp'

/** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
export type PngColourType = 0 | 2 | 3 | 4 | 6
export type PngBitDepth = 1 | 2 | 4 | 8 | 16

/** An XMP packet: UTF-8, or a zlib stream of it. */
export interface PngXmp {
  readonly packet: Uint8Array
  readonly isCompressed: boolean
}

/** What stands before the image data. Colour information is passed on untouched: no row is ever converted by it here. */
export interface PngHeader {
  /** px, 1 to 2^31 - 1 */
  readonly width: number
  readonly height: number
  readonly bitDepth: PngBitDepth
  readonly colourType: PngColourType
  /** Adam7 */
  readonly interlaced: boolean
  /** An alpha channel, or colours made transparent by `tRNS`. */
  readonly hasAlpha: boolean
  /** RGB triples of colour type 3, at most 2^bitDepth of them. */
  readonly palette: Uint8Array | null
  /** Body of a valid `tRNS`: alpha per palette entry, or the one transparent colour, 16 bits per sample. */
  readonly transparency: Uint8Array | null
  /** `gAMA`: encoding exponent, such as 0.45455. sharp ignores it, and so does the decoder. */
  readonly gamma: number | null
  /** `cHRM`: x and y of white, red, green and blue. */
  readonly chromaticities: readonly number[] | null
  /** `sRGB`: rendering intent 0 to 3. Present means that the colours are sRGB. */
  readonly srgbIntent: number | null
  /** `iCCP`, still compressed: see `inflatePngProfile`. At most 1 MiB. */
  readonly iccProfile: PngIccProfile | null
  /** `eXIf`: a TIFF structure, at most 64 KiB; it may hold an orientation. */
  readonly exif: Uint8Array | null
  readonly xmp: PngXmp | null
}

export interface PngIccProfile {
  readonly name: string
  /** A zlib stream. */
  readonly compressed: Uint8Array
}

const DEPTHS_OF_TYPE: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
])

/**
 * The header from the first bytes of a file: all chunks before the image data, as far as the bytes reach.
 * @param bytes a prefix of the file, or all of it; 64 KiB hold the header of nearly every file
 * @returns the header, and whether the bytes reached the image data, so that nothing of it can be missing
 * @throws PixelError `truncated` when the bytes end before the size is known, `corrupt` or `unsupported`
 */
export function readPngHeader(bytes: Uint8Array): { header: PngHeader; complete: boolean } {
  const builder = new PngHeaderBuilder()
  let complete = false
  const reader = new PngChunkReader({
    headerChunk: (type, body) => {
      if (!complete) builder.add(type, body)
    },
    imageData: () => {
      complete = true
    },
    imageDataEnd: () => {
      complete = true
    },
    badChecksum: () => {},
    afterImageData: () => {},
  })
  for (let at = 0; at < bytes.length && !complete; at += 4096) reader.push(bytes.subarray(at, at + 4096))
  if (reader.ended && !complete) throw new PixelError('corrupt', 'The PNG holds no image data')
  return { header: builder.build(), complete }
}

/** Collects header chunks in file order, by libpng's rules for what is refused and what is merely ignored. */
export class PngHeaderBuilder {
  #header: { -readonly [K in keyof PngHeader]: PngHeader[K] } | null = null

  /** @throws PixelError `corrupt` when a chunk that is needed makes no sense */
  add(type: string, body: Uint8Array): void {
    if (type === 'IHDR') {
      if (this.#header !== null) throw new PixelError('corrupt', 'The PNG has two headers')
      this.#header = parseImageHeader(body)
      return
    }
    const header = this.#header
    if (header === null) return
    if (type === 'PLTE') header.palette = parsePalette(body, header)
    else if (type === 'tRNS') header.transparency = parseTransparency(body, header)
    else if (type === 'gAMA' && body.length === 4) header.gamma = readUint32(body, 0) / 100_000
    else if (type === 'cHRM' && body.length === 32) header.chromaticities = parseChromaticities(body)
    else if (type === 'sRGB' && body.length === 1) header.srgbIntent = body[0] as number
    else if (type === 'iCCP') header.iccProfile ??= parseIccProfile(body)
    else if (type === 'eXIf') header.exif ??= body
    else if (type === 'iTXt') header.xmp ??= parseXmp(body)
    else if (type === 'zTXt') header.xmp ??= parseCompressedXmp(body)
    header.hasAlpha = header.colourType >= 4 || header.transparency !== null
  }

  /** @throws PixelError `truncated` when there was no header at all */
  build(): PngHeader {
    if (this.#header === null) throw new PixelError('truncated', 'The PNG ends before its header')
    return { ...this.#header }
  }
}

function parseImageHeader(body: Uint8Array): PngHeader {
  const [bitDepth, colourType, compression, filter, interlace] = body.subarray(8)
  const width = body.length === 13 ? readUint32(body, 0) : 0
  const height = width > 0 ? readUint32(body, 4) : 0
  const sizeIsValid = width > 0 && height > 0 && width <= 0x7fffffff && height <= 0x7fffffff
  const kindIsValid = DEPTHS_OF_TYPE.get(colourType ?? -1)?.includes(bitDepth ?? 0) === true
  if (!sizeIsValid || !kindIsValid || compression !== 0 || filter !== 0 || (interlace ?? 2) > 1) {
    throw new PixelError('corrupt', 'The header of the PNG is damaged')
  }
  return {
    width,
    height,
    bitDepth: bitDepth as PngBitDepth,
    colourType: colourType as PngColourType,
    interlaced: interlace === 1,
    hasAlpha: (colourType as number) >= 4,
    palette: null,
    transparency: null,
    gamma: null,
    chromaticities: null,
    srgbIntent: null,
    iccProfile: null,
    exif: null,
    xmp: null,
  }
}

/** A palette of another colour type is only a suggestion, and ignored. */
function parsePalette(body: Uint8Array, header: PngHeader): Uint8Array | null {
  if (header.colourType !== 3) return null
  if (body.length % 3 !== 0 || header.palette !== null) {
    throw new PixelError('corrupt', 'The palette of the PNG is damaged')
  }
  return body.subarray(0, 3 << header.bitDepth)
}

function parseTransparency(body: Uint8Array, header: PngHeader): Uint8Array | null {
  const { colourType, palette, transparency } = header
  const valid =
    (colourType === 0 && body.length === 2) ||
    (colourType === 2 && body.length === 6) ||
    (colourType === 3 && palette !== null && body.length <= palette.length / 3)
  return valid && transparency === null ? body : transparency
}

function parseChromaticities(body: Uint8Array): number[] {
  return Array.from({ length: 8 }, (_, index) => readUint32(body, index * 4) / 100_000)
}

/** Name (Latin-1, 1 to 79 bytes), a zero, the method (0), then the zlib stream. */
function parseIccProfile(body: Uint8Array): PngIccProfile | null {
  const end = body.indexOf(0)
  if (end < 1 || end > 79 || body[end + 1] !== 0) return null
  return { name: String.fromCharCode(...body.subarray(0, end)), compressed: body.subarray(end + 2) }
}

const isXmp = (body: Uint8Array): boolean => startsWithAscii(body, `${PNG_XMP_KEYWORD}\0`)
/** Behind the keyword and its zero. */
const XMP_AT = PNG_XMP_KEYWORD.length + 1

/**
 * iTXt: keyword, a zero, whether it is compressed (8 bits), how (8 bits), language, a zero, translated keyword, a zero, text.
 * @returns null for a text that is not XMP
 */
function parseXmp(body: Uint8Array): PngXmp | null {
  if (!isXmp(body)) return null
  const languageEnd = body.indexOf(0, XMP_AT + 2)
  const keywordEnd = languageEnd < 0 ? -1 : body.indexOf(0, languageEnd + 1)
  if (keywordEnd < 0) return null
  return { packet: body.subarray(keywordEnd + 1), isCompressed: body[XMP_AT] !== 0 }
}

/** zTXt: keyword, a zero, how it is compressed (8 bits), a zlib stream. The text is Latin-1 by the standard, UTF-8 in fact. */
const parseCompressedXmp = (body: Uint8Array): PngXmp | null =>
  isXmp(body) ? { packet: body.subarray(XMP_AT + 1), isCompressed: true } : null

/** The transparent colour's samples, or null where `tRNS` means something else. */
export function transparentColour(header: PngHeader): readonly number[] | null {
  const { transparency, colourType } = header
  if (transparency === null || colourType === 3) return null
  return Array.from({ length: transparency.length / 2 }, (_, index) => readUint16(transparency, index * 2))
}
