import { ApiError, DEFAULT_QUALITY, type Size, type SourceFacts, toOrientation } from '@tintype/core'
import {
  type ByteSource,
  decodeJpeg,
  encodeJpegChunks,
  JPEG_QUALITY,
  type JpegHeader,
  type JpegQuality,
  planJpegDecode,
  priceJpegEncode,
  readJpegHeader,
} from '@tintype/pixels'
import type { EncodeSettings, StillCodec, StillDecodePlan, StillEncodePlan, StillGeometry } from '../codec.ts'
import { collectPieces, priceCollect } from '../collect-pieces.ts'
import { type ColourSpace, chooseProfile } from '../colour.ts'
import { formatExifSegment } from '../exif.ts'
import { readInto } from '../read-whole.ts'
import { NOTHING_TOLD, type ToldSource, toldAtOnce } from '../told.ts'
import { formatXmpSegment } from '../xmp.ts'
import { readJpegStart } from './jpeg-start.ts'

/** From this quality on, colours keep their full resolution: halved ones would be what is seen first. */
const FULL_CHROMA_QUALITY = 90
/**
 * Headers and tables, and then a bound on what a pixel takes. Black and white noise of full strength takes 0.92 bytes at
 * quality 89, and 3.22 at 100.
 */
const HEADER_BYTES = 4096
const MOST_BYTES_PER_PIXEL = { '4:2:0': 1.1, '4:4:4': 3.7 } as const

/** Of two segments: markers, lengths and names. */
const SEGMENT_NAMES_BYTES = 64

function segmentsOf(told: ToldSource | null): Uint8Array[] {
  const { exif, xmp } = told?.read() ?? NOTHING_TOLD
  return [
    ...(exif === null ? [] : [formatExifSegment(exif)]),
    ...(xmp === null ? [] : [formatXmpSegment(xmp)]),
  ]
}

/** Pixels of whole blocks: a picture one px wide is coded as one of eight, or of sixteen where colours are halved. */
function codedPx({ width, height }: Size, sampling: keyof typeof MOST_BYTES_PER_PIXEL): number {
  const blockPx = sampling === '4:2:0' ? 16 : 8
  const whole = (px: number) => Math.ceil(px / blockPx) * blockPx
  return whole(width) * whole(height)
}

/**
 * Whether a JPEG may be progressive: not where that costs more than it gives.
 * Rule: docs/parity.md#formats-and-geometry (under 50x50, over 3000x3000).
 */
export const isProgressive = ({ width, height }: Size): boolean =>
  !(width < 50 && height < 50) && !(width > 3000 && height > 3000)

const spaceOf = ({ colour }: JpegHeader): ColourSpace =>
  colour === 'grey' ? 'grey' : colour === 'cmyk' || colour === 'ycck' ? 'cmyk' : 'rgb'

/** From this many source pixels per output pixel and axis on, speed counts for more; see docs/decisions/0017. */
const LARGE_RATIO = 6
const chooseQuality = (from: Size, to: Size): JpegQuality =>
  Math.min(from.width / to.width, from.height / to.height) >= LARGE_RATIO
    ? JPEG_QUALITY.fast
    : JPEG_QUALITY.balanced

/** JPEG through the kernel: memory follows the result's size, whatever the source's. */
export const jpegCodec: StillCodec = {
  readStart: readJpegStart,

  planDecode(source: SourceFacts, start: Uint8Array, geometry: StillGeometry): StillDecodePlan {
    const { crop, scaled, within, isWatched = false } = geometry
    const header = readJpegHeader(start)
    if (header.width !== source.width || header.height !== source.height) {
      throw new ApiError('decodingFailed', 'its pixels contradict its header')
    }
    const profile = chooseProfile(header.icc, spaceOf(header))
    const plan = planJpegDecode(header, {
      window: crop,
      ...(within === undefined ? {} : { within }),
      isWatched,
      outWidth: scaled.width,
      outHeight: scaled.height,
      orientation: toOrientation(source.orientation),
      keepInks: profile?.kind === 'cmyk-lut',
      quality: chooseQuality(crop, scaled),
    })
    const heldBytes = profile === null ? 0 : (header.icc?.length ?? 0)
    return {
      // Several passes go over the same bytes, so they stay in memory; else they pass by once.
      price: {
        kernelBytes: plan.priceBytes,
        heapBytes: heldBytes,
        bufferBytes: plan.isMultiPass ? source.sizeBytes : 0,
      },
      heldBytes,
      profile,
      told: toldAtOnce(header),
      async run(kernel, file, meter) {
        let input: ByteSource = file
        if (plan.isMultiPass) {
          const bytes = new Uint8Array(source.sizeBytes)
          meter.hold(bytes.length)
          input = bytes.subarray(0, await readInto(bytes, file))
        }
        const decoded = await decodeJpeg(kernel, input, plan)
        if (input instanceof Uint8Array) {
          meter.release(source.sizeBytes)
          ;(input.buffer as ArrayBuffer).transfer(0)
        }
        return decoded
      },
    }
  },

  /** Alpha must be gone already: the encoder ignores it. */
  planEncode(size: Size, { told, jpeg, effort, ...settings }: EncodeSettings): StillEncodePlan {
    const quality = settings.quality ?? DEFAULT_QUALITY
    const progressive = jpeg === 'progressive' && effort === 'normal' && isProgressive(size)
    const sampling = quality >= FULL_CHROMA_QUALITY ? '4:4:4' : '4:2:0'
    const pixelBytes = Math.ceil(MOST_BYTES_PER_PIXEL[sampling] * codedPx(size, sampling))
    const largestBytes =
      HEADER_BYTES + (told === null ? 0 : told.mostBytes + SEGMENT_NAMES_BYTES) + pixelBytes
    return {
      price: {
        kernelBytes: priceJpegEncode(size.width, size.height, { sampling }),
        heapBytes: 0,
        bufferBytes: priceCollect(largestBytes),
      },
      run: async (raster, meter) =>
        collectPieces(
          encodeJpegChunks(raster, { quality, sampling, progressive, metadata: segmentsOf(told) }),
          largestBytes,
          meter,
        ),
    }
  },
}
