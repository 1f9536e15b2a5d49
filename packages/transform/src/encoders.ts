import type { OutputFormat } from '@tintype/core'
import { stillEncoder } from './codec.ts'
import { avifCodec } from './codecs/avif.ts'
import { gifEncoder } from './codecs/gif.ts'
import { jpegCodec } from './codecs/jpeg.ts'
import { pngCodec } from './codecs/png.ts'
import { webpEncoder } from './codecs/webp-animation.ts'
import type { Encoder } from './encoder.ts'

/** One row per format that results are written in. */
export const ENCODERS = {
  jpeg: stillEncoder(jpegCodec),
  png: stillEncoder(pngCodec),
  webp: webpEncoder,
  avif: stillEncoder(avifCodec),
  gif: gifEncoder,
} as const satisfies Record<OutputFormat, Encoder>
