import { ApiError } from '@tintype/core'
import type { Decoder } from '../decoder.ts'

/** An SVG passes through as a document; it has no pixels yet. */
export const svgDecoder: Decoder = {
  readStart: async () => new Uint8Array(),
  plan() {
    throw new ApiError('notAnImage', 'SVG cannot be drawn yet')
  },
}
