import createDecoder from '@jsquash/webp/codec/dec/webp_dec.js'
import decoderCode from '@jsquash/webp/codec/dec/webp_dec.wasm?module'
import type { WebPModule } from '@jsquash/webp/codec/enc/webp_enc.js'
import createEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.js'
import encoderCode from '@jsquash/webp/codec/enc/webp_enc_simd.wasm?module'
import { defaultOptions } from '@jsquash/webp/meta.js'
import type { MemoryMeter } from '../memory-meter.ts'
import { withInstance } from './emscripten.ts'
import type { DecodedPicture } from './whole-source.ts'

interface Decoder {
  decode(bytes: Uint8Array): DecodedPicture | null
}

/**
 * Method 2 takes two fifths of the time of 4, libwebp's default, for 3 % larger files, and keeps no tokens: 14 bytes a
 * pixel where 4 may take 42. docs/decisions/0019-encoder-settings.md
 */
const METHOD = 2

export const decodeWebp = (
  file: Uint8Array,
  heapBytes: number,
  meter: MemoryMeter,
): Promise<DecodedPicture> =>
  withInstance(createDecoder, decoderCode, heapBytes, meter, (decoder: Decoder) => {
    const picture = decoder.decode(file)
    if (picture === null) throw new Error('no pixels')
    return picture
  })

/** Quality 100 is lossless, with the effort that the library's own quality of 75 means there. */
export const encodeWebp = (
  quality: number,
  pixels: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  heapBytes: number,
  meter: MemoryMeter,
): Promise<Uint8Array> =>
  withInstance(createEncoder, encoderCode, heapBytes, meter, (encoder: WebPModule) => {
    const encoded = encoder.encode(pixels as Uint8Array<ArrayBuffer>, width, height, {
      ...defaultOptions,
      method: METHOD,
      low_memory: 1,
      ...(quality === 100 ? { lossless: 1, quality: 75 } : { quality }),
    })
    if (encoded === null) throw new Error('no bytes')
    return encoded
  })
