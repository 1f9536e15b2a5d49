import {
  ApiError,
  avifDescriptionEnd,
  type HeifPicture,
  MAX_META_BYTES,
  readAvifPicture,
  type SourceFacts,
} from '@tintype/core'
import type { ByteReader } from '@tintype/pixels'
import type { StillCodec } from '../codec.ts'
import type { NeedBytes } from '../decoder.ts'
import { once } from '../once.ts'
import {
  type AvifColours,
  decodeAvifFile,
  priceAvifPixels,
  readAvifColours,
  readWholePicture,
} from './avif-decode.ts'
import { planAvifEncode } from './avif-encode.ts'
import { av1Kind, MUX_HEAD_BYTES } from './avif-mux.ts'
import { readAvifTold } from './avif-told.ts'
import { readFirst } from './library.ts'
import { BASE_HEAP_BYTES } from './library-prices.ts'
import { planWholeSource } from './whole-source.ts'

const load = once(() => import('./avif-library.ts'))

/** Most descriptions, and the first bytes of the pixels, which may tell their colours. */
const START_BYTES = 16 << 10
/** The largest description that an upload may have, what stands before it, and the first bytes of the pixels. */
const MOST_START_BYTES = MAX_META_BYTES + START_BYTES
/** Coefficients of a noisy picture take several times what they take in the file. */
const BYTES_PER_FILE_BYTE = 16
/** AV1 data begin with a header that may tell colours. */
const SEQUENCE_BYTES = 1024

/**
 * AVIF through libavif, which gets each tile in a container of our own: `avif-mux.ts`. What surrounds the pixels (crop,
 * turn, colours, transparency's place) we read ourselves. Prices were measured: `docs/decisions/0018-engine-prices.md`.
 */
export const avifCodec: StillCodec = {
  async readStart(reader: ByteReader, need: NeedBytes) {
    const wanted = (avifDescriptionEnd(await reader.peek(START_BYTES)) ?? 0) + SEQUENCE_BYTES
    if (wanted <= START_BYTES) return readFirst(START_BYTES)(reader)
    const largest = Math.min(wanted, MOST_START_BYTES)
    await need(2 * largest)
    return readFirst(largest)(reader)
  },

  planDecode(source, start, geometry) {
    const picture = readDescription(start)
    const colours = picture === null ? null : readAvifColours(picture, start)
    return planWholeSource(source, geometry, {
      ...priceDecoder(source, picture, colours),
      profile: colours === null ? 'late' : colours.profile,
      readTold: picture === null || picture.exif !== null || picture.xmp !== null ? readAvifTold : null,
      async decode(file, heapBytes, meter) {
        const whole = readWholePicture(file)
        const { withAvifDecoder } = await load()
        const decoded = await withAvifDecoder(heapBytes, meter, (decode) =>
          decodeAvifFile(file, whole.picture, whole.colours, decode, meter),
        )
        return { ...decoded, profile: whole.colours.profile }
      },
    })
  },

  planEncode: planAvifEncode,
}

function readDescription(start: Uint8Array): HeifPicture | null {
  try {
    return readAvifPicture(start)
  } catch (cause) {
    throw new ApiError('decodingFailed', 'the file is damaged', { cause }) // an upload would have been refused
  }
}

/** @param colours null where they are told after the pixels: then the picture is priced as the dearest of its size */
function priceDecoder(
  { sizeBytes, width, height, hasAlpha }: SourceFacts,
  picture: HeifPicture | null,
  colours: AvifColours | null,
): { heapBytes: number; workBytes: number } {
  const still = picture?.colour.tiles[0] ?? null
  const codedDepth = still === null ? 12 : av1Kind(still).bitDepth
  const perPixel = codedDepth > 8 ? { opaque: 24.5, alpha: 46 } : { opaque: 21, alpha: 30 }
  const bytesPerPixel = hasAlpha ? perPixel.alpha : perPixel.opaque
  const pixels = still === null ? width * height : still.width * still.height
  const pixelBytes = picture === null ? pixels * 8 : priceAvifPixels(picture, colours?.bitDepth ?? codedDepth)
  return {
    heapBytes: Math.ceil(
      BASE_HEAP_BYTES.avifDecoder + BYTES_PER_FILE_BYTE * sizeBytes + bytesPerPixel * pixels,
    ),
    workBytes: sizeBytes + MUX_HEAD_BYTES + pixelBytes,
  }
}
