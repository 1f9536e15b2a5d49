import createDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js'
import decoderCode from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?module'
import createEncoder, { type MozJPEGModule } from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js'
import encoderCode from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm?module'
import { ApiError } from '@tintype/core'
import type { Codec } from '../codec.ts'
import { decodeWholeAndResize } from '../decode-whole.ts'
import { insertExif } from '../exif.ts'
import type { Raster } from '../raster.ts'
import { withInstance } from './emscripten.ts'

interface Decoder {
  decode(bytes: Uint8Array, turnsUpright: boolean): Raster | null
}

/** From this quality on, colours keep their full resolution. */
const FULL_CHROMA_QUALITY = 90
const YCBCR = 3
const SHARED_OPTIONS = {
  arithmetic: false,
  optimize_coding: true,
  smoothing: 0,
  color_space: YCBCR,
  /** ImageMagick's tables, the usual choice of mozjpeg. */
  quant_table: 3,
  trellis_multipass: false,
  trellis_opt_zero: false,
  trellis_opt_table: false,
  trellis_loops: 1,
  auto_subsample: false,
  separate_chroma_quality: false,
} as const

/**
 * Progressive, but for sizes where that costs more than it gives.
 * Rule: spec transforms §5.1 (under 50x50, over 3000x3000).
 */
export const isProgressive = ({ width, height }: { width: number; height: number }): boolean =>
  !(width < 50 && height < 50) && !(width > 3000 && height > 3000)

/** JPEG through mozjpeg. Alpha must be gone already: the encoder drops it. */
export const jpegCodec: Codec = {
  decodeAndResize: (body, source, plan, limit) =>
    decodeWholeAndResize(body, source, plan, (bytes) =>
      withInstance(createDecoder, decoderCode, limit.heapBytes, (decoder: Decoder) => {
        const picture = decoder.decode(bytes, false)
        if (picture === null) throw new Error('no pixels')
        return picture
      }),
    ),

  async encode(raster, { quality, exif }, limit) {
    const progressive = isProgressive(raster)
    const encoded = await withInstance(
      createEncoder,
      encoderCode,
      limit.heapBytes,
      (encoder: MozJPEGModule) =>
        encoder.encode(raster.data, raster.width, raster.height, {
          ...SHARED_OPTIONS,
          quality,
          chroma_quality: quality,
          chroma_subsample: quality >= FULL_CHROMA_QUALITY ? 1 : 2,
          progressive,
          baseline: !progressive,
        }),
    ).catch((cause) => {
      throw new ApiError('encodingFailed', undefined, { cause })
    })
    return exif === null ? encoded : insertExif(encoded, exif)
  },
}
