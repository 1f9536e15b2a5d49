import { ApiError, FORMATS, type Format, type SourceFacts } from '@tintype/core'
import { stillDecoder } from './codec.ts'
import { pngDecoder } from './codecs/apng.ts'
import { avifCodec } from './codecs/avif.ts'
import { gifDecoder } from './codecs/gif.ts'
import { jpegCodec } from './codecs/jpeg.ts'
import { svgDecoder } from './codecs/svg.ts'
import { webpDecoder } from './codecs/webp-animation.ts'
import type { Decoder } from './decoder.ts'

/** One row per format that can be decoded. Rows plan at once; libraries are loaded by the first job that needs them. */
export const DECODERS = {
  jpeg: stillDecoder(jpegCodec),
  png: pngDecoder,
  webp: webpDecoder,
  avif: stillDecoder(avifCodec),
  gif: gifDecoder,
  svg: svgDecoder,
} as const satisfies Partial<Record<Format, Decoder>>

export type Decodable = keyof typeof DECODERS

const isDecodable = (format: Format): format is Decodable => Object.hasOwn(DECODERS, format)

/**
 * The decoder of a source.
 * @throws ApiError `notAnImage` for kinds that are not transformed
 */
export function decoderOf({ format, animated }: SourceFacts): Decoder {
  if (!isDecodable(format)) {
    throw new ApiError('notAnImage', `${FORMATS[format].name} images cannot be transformed yet`)
  }
  if (animated && FORMATS[format].animation === 'none') {
    throw new ApiError('notAnImage', `animated ${FORMATS[format].name} images cannot be transformed yet`)
  }
  return DECODERS[format]
}
