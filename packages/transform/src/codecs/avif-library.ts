import createDecoder from '@jsquash/avif/codec/dec/avif_dec.js'
import createEncoder, { type AVIFModule } from '@jsquash/avif/codec/enc/avif_enc.js'
import { defaultOptions } from '@jsquash/avif/meta.js'
import type { Size } from '@tintype/core'
import decoderCode from '../../build/avif_dec.wasm?module'
import encoderCode from '../../build/avif_enc.wasm?module'
import type { MemoryMeter } from '../memory-meter.ts'
import { type Library, withInstance } from './emscripten.ts'
import { libraryMemories } from './library-memories.ts'

const DECODER: Library = { factory: createDecoder, compiled: decoderCode, initialPages: 96 }
const ENCODER: Library = { factory: createEncoder, compiled: encoderCode, initialPages: 96 }

/** Pixels as libavif gives them: RGBA, straight alpha; numbers of the depth that was asked for. */
export interface DecodedStill {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray | Uint16Array
}

interface Decoder {
  decode(bytes: Uint8Array, bitDepth: 8 | 10 | 12): DecodedStill | null
}

/**
 * Against sharp's effort 2 at equal SSIM (beach at 720 px): 9 takes two fifths of the time for 3 % more bytes (8 % where
 * sharp halves colours too), 8 as long for 6 % fewer, 6 three times as long for 12 % fewer. The library has no SIMD build.
 * docs/decisions/0019-encoder-settings.md
 */
const SPEED = 9
/** AVIF reaches the look of a JPEG at a lower number: 85 there is about 64 here. */
const QUALITY_RATIO = 0.75

/** Decodes one file after the other; each call's pixels are its own copy. */
export type StillDecoder = (file: Uint8Array, bitDepth: 8 | 10 | 12) => DecodedStill

/** What the library calls 4:2:0 and 4:4:4. */
const HALVED = 1
const FULL = 3

/** How a still is coded. */
export interface StillSettings {
  /** 1–100, on the JPEG scale. */
  readonly quality: number
  /** Whether colours have half the resolution; else all of it. */
  readonly halvesColours: boolean
}

/** Encodes one picture after the other; reads pixels before it does anything else. */
export type StillEncoder = (pixels: Uint8Array, size: Size, settings: StillSettings) => Uint8Array

/** Run `work` with a decoder whose heap all of its files share. */
export const withAvifDecoder = <T>(
  heapBytes: number,
  meter: MemoryMeter,
  work: (decode: StillDecoder) => T,
): Promise<T> =>
  withInstance(DECODER, heapBytes, meter, libraryMemories, (decoder: Decoder) =>
    work((file, bitDepth) => {
      const still = decoder.decode(file, bitDepth)
      if (still === null) throw new Error('no pixels')
      return still
    }),
  )

/**
 * Run `work` with an encoder whose heap all of its pictures share.
 * @param work may wait between two pictures
 */
export const withAvifEncoder = <T>(
  heapBytes: number,
  meter: MemoryMeter,
  work: (encode: StillEncoder) => T | Promise<T>,
): Promise<T> =>
  withInstance(ENCODER, heapBytes, meter, libraryMemories, (encoder: AVIFModule) =>
    work((pixels, { width, height }, { quality, halvesColours }) => {
      const encoded = encoder.encode(pixels as Uint8Array<ArrayBuffer>, width, height, {
        ...defaultOptions,
        speed: SPEED,
        quality: quality === 100 ? 100 : Math.round(quality * QUALITY_RATIO),
        subsample: halvesColours ? HALVED : FULL,
      })
      if (encoded === null) throw new Error('no bytes')
      return encoded
    }),
  )
