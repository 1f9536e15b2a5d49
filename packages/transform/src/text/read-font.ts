import { ApiError } from '@tintype/core'
import { readInto } from '../read-whole.ts'
import type { OpenedSource } from '../source.ts'
import { unpackWoff } from './unpack-woff.ts'

/** Rule: docs/parity.md#text. */
export const MAX_FONT_BYTES = 20e6

/** What a WOFF comes to, times its bytes; most come to two. */
export const MOST_UNPACKED = 4

/** First bytes of TrueType (two forms), OpenType with PostScript outlines, a collection, and WOFF2. */
const SIGNATURES = ['\0\x01\0\0', 'true', 'OTTO', 'ttcf', 'wOF2'] as const

/**
 * A font's file.
 * @throws ApiError `invalidOptions` for one of more than 20 MB, and for what is no TTF, OTF, WOFF or WOFF2
 */
export async function readFont({ body, sizeBytes }: OpenedSource): Promise<Uint8Array> {
  if (sizeBytes > MAX_FONT_BYTES) {
    await body.cancel()
    throw new ApiError('invalidOptions', `a font has at most ${MAX_FONT_BYTES / 1e6} MB`)
  }
  const whole = new Uint8Array(sizeBytes)
  const font = whole.subarray(0, await readInto(whole, body as unknown as AsyncIterable<Uint8Array>))
  const signature = String.fromCharCode(...font.subarray(0, 4))
  if (signature === 'wOFF') return unpackWoff(font, Math.min(MOST_UNPACKED * font.length, MAX_FONT_BYTES))
  if (!SIGNATURES.some((known) => known === signature)) {
    throw new ApiError('invalidOptions', 'the font is no TTF, OTF, WOFF or WOFF2 file')
  }
  return font
}
