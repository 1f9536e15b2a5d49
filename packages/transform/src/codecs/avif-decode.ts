import {
  ApiError,
  type CodedStill,
  checkCodedBytes,
  decodableCicp,
  type HeifPicture,
  readAv1Sequence,
  readAvifPicture,
} from '@tintype/core'
import {
  type ColourProfile,
  cicpProfile,
  createPixelConverter,
  type HdrProfile,
  type MatrixProfile,
} from '@tintype/pixels'
import { chooseProfile } from '../colour.ts'
import type { MemoryMeter } from '../memory-meter.ts'
import type { DecodedStill, StillDecoder } from './avif-library.ts'
import { av1Kind, muxAvif } from './avif-mux.ts'
import type { DecodedPicture } from './whole-source.ts'

/** How pixels have to be treated that come out of the decoder. */
export interface AvifColours {
  /** Bits of a sample that the decoder is asked for. */
  readonly bitDepth: 8 | 10 | 12
  /** What is converted at that depth, before pixels have 8 bits; null where the decoder gives 8 bits of `profile`. */
  readonly convert: MatrixProfile | HdrProfile | null
  /** What the 8 bits mean that are left, for the pipeline to convert; null for sRGB. */
  readonly profile: ColourProfile | null
}

/**
 * What a picture's numbers mean: its ICC profile, else its code points, else those inside its AV1 data.
 * @param file the file, or as much of it as is at hand
 * @returns null when it depends on data that is not at hand
 */
export function readAvifColours(picture: HeifPicture, file: Uint8Array): AvifColours | null {
  const still = picture.colour.tiles[0] as CodedStill
  const { bitDepth, isMonochrome } = av1Kind(still)
  let profile: ColourProfile | HdrProfile | null
  if (picture.icc !== null) {
    profile = chooseProfile(picture.icc, isMonochrome ? 'grey' : 'rgb') ?? chooseProfile(picture.icc, 'rgb')
  } else {
    const cicp = still.cicp ?? sequenceCicp(still, picture, file)
    if (cicp === undefined) return null
    profile = cicp === null ? null : cicpProfile(cicp, picture.peakNits)
  }
  // Profiles that spread dark levels out need all bits there are; light beyond white can't wait until it is cut off.
  if (profile?.kind === 'hdr') return { bitDepth, convert: profile, profile: null }
  if (profile?.kind === 'matrix' && bitDepth > 8) return { bitDepth, convert: profile, profile: null }
  return { bitDepth: 8, convert: null, profile }
}

/** Code points of the AV1 data: null where it tells none, undefined where it is not at hand. */
function sequenceCicp(still: CodedStill, picture: HeifPicture, file: Uint8Array) {
  const [first] = piecesOf(still, picture, file)
  const sequence = first === undefined ? null : readAv1Sequence(first)
  return sequence === null ? undefined : sequence.cicp
}

/** The bytes of a still, in place; only what `file` has of them. */
function piecesOf({ source, extents }: CodedStill, { idat }: HeifPicture, file: Uint8Array): Uint8Array[] {
  const box = idat?.again()
  const within = source === 'file' ? file : (box?.bytes(box.left) ?? new Uint8Array(0))
  return extents.map(({ offset, length }) =>
    within.subarray(offset, length === 0 ? within.length : offset + length),
  )
}

/**
 * Bytes of JavaScript that decoding takes for pixels, beside the picture that it gives: a single still is cut and
 * converted where it lies, a tile beside the picture that it becomes a part of.
 */
export function priceAvifPixels({ colour, crop }: HeifPicture, bitDepth: 8 | 10 | 12): number {
  const { width, height } = colour.tiles[0] as CodedStill
  const tileBytes = width * height * (bitDepth === 8 ? 4 : 8)
  return colour.tiles.length > 1 ? tileBytes : tileBytes - crop.width * crop.height * 4
}

/**
 * Decode a whole file, tile by tile, and cut out what is shown.
 * @param colours what {@link readAvifColours} said of the same file
 * @returns 8 bits, still to be converted by `colours.profile`
 */
export function decodeAvifFile(
  file: Uint8Array,
  picture: HeifPicture,
  colours: AvifColours,
  decode: StillDecoder,
  meter: MemoryMeter,
): DecodedPicture {
  const { colour, crop } = picture
  const { width, height } = crop
  const { bitDepth, convert } = colours
  const [first] = colour.tiles
  if (colour.tiles.length === 1 && first?.width === width && first.height === height && convert === null) {
    return decodeTile(0, file, picture, 8, decode, meter) as DecodedPicture
  }
  const isAlone = colour.tiles.length === 1
  const toRgba8 = createPixelConverter(bitDepth, convert)
  let data: Uint8ClampedArray | null = null
  for (const [i, { width: tileWidth, height: tileHeight }] of colour.tiles.entries()) {
    const left = (i % colour.columns) * tileWidth
    const top = Math.floor(i / colour.columns) * tileHeight
    const [fromX, endX] = [Math.max(crop.x, left), Math.min(crop.x + width, left + tileWidth)]
    const [fromY, endY] = [Math.max(crop.y, top), Math.min(crop.y + height, top + tileHeight)]
    if (fromX >= endX || fromY >= endY) continue
    const tile = decodeTile(i, file, picture, bitDepth, decode, meter)
    const tileBuffer = tile.data.buffer as ArrayBuffer
    if (data === null) {
      // Alone it becomes the picture where it lies: what is written never overtakes what is still to be read.
      data = isAlone
        ? new Uint8ClampedArray(tileBuffer, 0, width * height * 4)
        : new Uint8ClampedArray(width * height * 4)
      meter.hold(data.buffer.byteLength)
    }
    if (!isAlone) meter.hold(tileBuffer.byteLength)
    for (let y = fromY; y < endY; y++) {
      const from = (y - top) * tileWidth + (fromX - left)
      toRgba8(tile.data, from, endX - fromX, data, (y - crop.y) * width + (fromX - crop.x))
    }
    if (isAlone) continue
    meter.release(tileBuffer.byteLength)
    tileBuffer.transfer(0)
  }
  if (data === null) throw new ApiError('decodingFailed', 'it shows nothing')
  meter.release(data.buffer.byteLength) // whoever gets it counts it
  return { width, height, data }
}

function decodeTile(
  index: number,
  file: Uint8Array,
  picture: HeifPicture,
  bitDepth: 8 | 10 | 12,
  decode: StillDecoder,
  meter: MemoryMeter,
): DecodedStill {
  const { colour, alpha, isPremultiplied } = picture
  const coded = colour.tiles[index] as CodedStill
  const told = sequenceCicp(coded, picture, file) ?? null
  const still = { ...coded, cicp: decodableCicp('avif', coded, told) }
  const alphaStill = alpha?.tiles[index]
  const bytes = muxAvif({
    width: still.width,
    height: still.height,
    columns: 1,
    colour: [{ still, pieces: piecesOf(still, picture, file) }],
    alpha:
      alphaStill === undefined ? null : [{ still: alphaStill, pieces: piecesOf(alphaStill, picture, file) }],
    isPremultiplied,
  })
  meter.hold(bytes.length)
  const decoded = decode(bytes, bitDepth)
  meter.release(bytes.length)
  bytes.buffer.transfer(0)
  if (decoded.width !== still.width || decoded.height !== still.height) {
    throw new ApiError('decodingFailed', 'its pixels contradict its header')
  }
  return decoded
}

/**
 * The picture of a whole file.
 * @throws ApiError `decodingFailed` when it is not the one that was judged at upload; PictureRefusal when its parts do not
 *   fit into the file, before anything of them is copied
 */
export function readWholePicture(file: Uint8Array): { picture: HeifPicture; colours: AvifColours } {
  const picture = readAvifPicture(file)
  if (picture !== null) checkCodedBytes(picture, file.length, 'avif')
  const colours = picture === null ? null : readAvifColours(picture, file)
  if (picture === null || colours === null) {
    throw new ApiError('decodingFailed', 'its pixels are not AV1')
  }
  return { picture, colours }
}
