import createDecoder from '@jsquash/webp/codec/dec/webp_dec.js'
import type { WebPModule } from '@jsquash/webp/codec/enc/webp_enc.js'
import createEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.js'
import { defaultOptions } from '@jsquash/webp/meta.js'
import decoderCode from '../../build/webp_dec.wasm?module'
import encoderCode from '../../build/webp_enc_simd.wasm?module'
import type { MemoryMeter } from '../memory-meter.ts'
import { type Instance, type Library, openInstance, withInstance } from './emscripten.ts'
import { libraryMemories } from './library-memories.ts'
import type { DecodedPicture } from './whole-source.ts'

const DECODER: Library = { factory: createDecoder, compiled: decoderCode, initialPages: 4 }
const ENCODER: Library = { factory: createEncoder, compiled: encoderCode, initialPages: 4 }

export interface Decoder {
  decode(bytes: Uint8Array): DecodedPicture | null
}

/**
 * Method 2 takes two fifths of the time of 4, libwebp's default, for 3 % larger files, and keeps no tokens: 14 bytes a
 * pixel where 4 may take 42. docs/decisions/0019-encoder-settings.md
 */
const METHOD = 2

/** One decoder for the frames of an animation, each a file of its own. */
export const openWebpDecoder = (heapBytes: number, meter: MemoryMeter): Promise<Instance<Decoder>> =>
  openInstance<Decoder>(DECODER, heapBytes, meter, libraryMemories)

/** One encoder for the frames of an animation. */
export const openWebpEncoder = (heapBytes: number, meter: MemoryMeter): Promise<Instance<WebPModule>> =>
  openInstance<WebPModule>(ENCODER, heapBytes, meter, libraryMemories)

/** @throws Error when the library makes nothing of it */
export function decodeWebpWith(decoder: Decoder, file: Uint8Array): DecodedPicture {
  const picture = decoder.decode(file)
  if (picture === null) throw new Error('no pixels')
  return picture
}

/**
 * Quality 100 is lossless, with the effort that the library's own quality of 75 means there.
 * @throws Error when the library makes nothing of it
 */
export function encodeWebpWith(
  encoder: WebPModule,
  quality: number,
  pixels: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const encoded = encoder.encode(pixels as Uint8Array<ArrayBuffer>, width, height, {
    ...defaultOptions,
    method: METHOD,
    low_memory: 1,
    ...(quality === 100 ? { lossless: 1, quality: 75 } : { quality }),
  })
  if (encoded === null) throw new Error('no bytes')
  return encoded
}

export const decodeWebp = (
  file: Uint8Array,
  heapBytes: number,
  meter: MemoryMeter,
): Promise<DecodedPicture> =>
  withInstance(DECODER, heapBytes, meter, libraryMemories, (decoder: Decoder) =>
    decodeWebpWith(decoder, file),
  )

export const encodeWebp = (
  quality: number,
  pixels: Uint8Array,
  size: { readonly width: number; readonly height: number },
  heapBytes: number,
  meter: MemoryMeter,
): Promise<Uint8Array> =>
  withInstance(ENCODER, heapBytes, meter, libraryMemories, (encoder: WebPModule) =>
    encodeWebpWith(encoder, quality, pixels, size),
  )
