import { FORMATS, type OutputFormat } from '@tintype/core'
import type { Codec } from './codec.ts'
import { avifCodec } from './codecs/avif.ts'
import { jpegCodec } from './codecs/jpeg.ts'
import { pngCodec } from './codecs/png.ts'
import { webpCodec } from './codecs/webp.ts'

export interface CodecRow {
  readonly mime: string
  /** Whether the format can be transparent; where it cannot, pixels are flattened before it gets them. */
  readonly alpha: boolean
  /** First bytes of a file in hexadecimal, `??` for any. */
  readonly magic: string
  /** Longest side we write, px. */
  readonly maxSidePx: number
  /** Plans at once; libraries are loaded by the first job that needs them. */
  readonly codec: Codec
}

/**
 * One row per format that is decoded and encoded. Sides: spec transforms §5.3; AVIF's is that of `format=auto`,
 * for encoding takes 0.2 s a megapixel.
 */
export const CODECS = {
  jpeg: { mime: FORMATS.jpeg.mime, alpha: false, magic: 'ff d8 ff', maxSidePx: 12_000, codec: jpegCodec },
  png: {
    mime: FORMATS.png.mime,
    alpha: true,
    magic: '89 50 4e 47 0d 0a 1a 0a',
    maxSidePx: 12_000,
    codec: pngCodec,
  },
  webp: {
    mime: FORMATS.webp.mime,
    alpha: true,
    magic: '52 49 46 46 ?? ?? ?? ?? 57 45 42 50',
    maxSidePx: 16_383,
    codec: webpCodec,
  },
  avif: {
    mime: FORMATS.avif.mime,
    alpha: true,
    magic: '?? ?? ?? ?? 66 74 79 70',
    maxSidePx: 1200,
    codec: avifCodec,
  },
} as const satisfies Record<OutputFormat, CodecRow>

/** Bytes that {@link hasMagic} looks at, at most. */
export const MAGIC_BYTES = 12

/** Whether a file begins as its format does. What an upload's header claims was checked when it came; bytes may rot. */
export function hasMagic(format: OutputFormat, start: Uint8Array): boolean {
  return CODECS[format].magic
    .split(' ')
    .every((byte, i) => byte === '??' || start[i] === Number.parseInt(byte, 16))
}
