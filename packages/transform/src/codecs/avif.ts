import createDecoder from '@jsquash/avif/codec/dec/avif_dec.js'
import decoderCode from '@jsquash/avif/codec/dec/avif_dec.wasm?module'
import createEncoder, { type AVIFModule } from '@jsquash/avif/codec/enc/avif_enc.js'
import encoderCode from '@jsquash/avif/codec/enc/avif_enc.wasm?module'
import { defaultOptions } from '@jsquash/avif/meta.js'
import { ApiError } from '@tintype/core'
import type { Codec } from '../codec.ts'
import { decodeWholeAndResize } from '../decode-whole.ts'
import type { Raster } from '../raster.ts'
import { withInstance } from './emscripten.ts'

interface Decoder {
  decode(bytes: Uint8Array, bitDepth: 8): Raster | null
}

/**
 * Four times as fast as 6, the library's default, at no larger files: 0.33 against 1.26 s, 73 against 76 kB for a
 * photo of 1200x900.
 */
const SPEED = 8
/** AVIF reaches the look of a JPEG at a lower number: 85 there is about 64 here. */
const QUALITY_RATIO = 0.75

/** AVIF through libavif. It leaves `irot` and `imir` to its caller, so orientation is ours to apply. */
export const avifCodec: Codec = {
  decodeAndResize: (body, source, plan, limit) =>
    decodeWholeAndResize(body, source, plan, (bytes) =>
      withInstance(createDecoder, decoderCode, limit.heapBytes, (decoder: Decoder) => {
        const picture = decoder.decode(bytes, 8)
        if (picture === null) throw new Error('no pixels')
        return picture
      }),
    ),

  encode: (raster, { quality }, limit) =>
    withInstance(createEncoder, encoderCode, limit.heapBytes, (encoder: AVIFModule) => {
      const encoded = encoder.encode(raster.data, raster.width, raster.height, {
        ...defaultOptions,
        speed: SPEED,
        quality: quality === 100 ? 100 : Math.round(quality * QUALITY_RATIO),
      })
      if (encoded === null) throw new Error('no bytes')
      return encoded
    }).catch((cause) => {
      throw new ApiError('encodingFailed', undefined, { cause })
    }),
}
