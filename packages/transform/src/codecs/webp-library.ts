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
 * Ways to encode. `full` keeps all tokens of the picture, up to 42 bytes a pixel; `low` computes them twice instead, with
 * a method less, which takes a third longer for 1 % larger files: docs/decisions/0016-encoder-settings.md
 */
export type WebpMode = 'lossless' | 'full' | 'low'

const MODES = {
  lossless: { lossless: 1, method: 2, quality: 75, low_memory: 1 },
  full: { method: 4 },
  low: { method: 3, low_memory: 1 },
} as const satisfies Record<WebpMode, object>

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

export const encodeWebp = (
  { quality, mode }: { readonly quality: number; readonly mode: WebpMode },
  pixels: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  heapBytes: number,
  meter: MemoryMeter,
): Promise<Uint8Array> =>
  withInstance(createEncoder, encoderCode, heapBytes, meter, (encoder: WebPModule) => {
    const settings = { ...defaultOptions, quality, ...MODES[mode] }
    const encoded = encoder.encode(pixels as Uint8Array<ArrayBuffer>, width, height, settings)
    if (encoded === null) throw new Error('no bytes')
    return encoded
  })
