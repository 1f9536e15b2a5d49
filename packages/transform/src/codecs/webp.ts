import createDecoder from '@jsquash/webp/codec/dec/webp_dec.js'
import decoderCode from '@jsquash/webp/codec/dec/webp_dec.wasm?module'
import type { WebPModule } from '@jsquash/webp/codec/enc/webp_enc.js'
import createEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.js'
import encoderCode from '@jsquash/webp/codec/enc/webp_enc_simd.wasm?module'
import { defaultOptions } from '@jsquash/webp/meta.js'
import { ApiError } from '@tintype/core'
import type { Codec } from '../codec.ts'
import { decodeWholeAndResize } from '../decode-whole.ts'
import type { Raster } from '../raster.ts'
import { withInstance } from './emscripten.ts'

interface Decoder {
  decode(bytes: Uint8Array): Raster | null
}

/** WebP stills through libwebp. It reads no EXIF, so orientation is ours to apply; it cannot open animations. */
export const webpCodec: Codec = {
  decodeAndResize: (body, source, plan, limit) =>
    decodeWholeAndResize(body, source, plan, (bytes) =>
      withInstance(createDecoder, decoderCode, limit.heapBytes, (decoder: Decoder) => {
        const picture = decoder.decode(bytes)
        if (picture === null) throw new Error('no pixels')
        return picture
      }),
    ),

  /** Quality 100 is lossless. Rule: spec transforms §5.1. */
  encode: (raster, { quality }, limit) =>
    withInstance(createEncoder, encoderCode, limit.heapBytes, (encoder: WebPModule) => {
      const encoded = encoder.encode(raster.data, raster.width, raster.height, {
        ...defaultOptions,
        // Without it, the memory of an opaque picture grows with its detail: up to 42 bytes a pixel instead of 14.
        low_memory: 1,
        ...(quality === 100 ? { lossless: 1, method: 2, quality: 75 } : { quality }),
      })
      if (encoded === null) throw new Error('no bytes')
      return encoded
    }).catch((cause) => {
      throw new ApiError('encodingFailed', undefined, { cause })
    }),
}
