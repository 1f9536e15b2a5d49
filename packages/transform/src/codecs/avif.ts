import type { Size } from '@tintype/core'
import type { StillCodec } from '../codec.ts'
import { chooseProfile } from '../colour.ts'
import { once } from '../once.ts'
import { findAvifProfile } from './avif-profile.ts'
import { planLibraryEncode, readFirst } from './library.ts'
import { EMPTY_HEAP_BYTES } from './library-prices.ts'
import { planWholeSource } from './whole-source.ts'

const load = once(() => import('./avif-library.ts'))

/** Properties, a profile among them, come before the pixels. */
const START_BYTES = 64 << 10

/**
 * AVIF through libavif. It leaves `irot` and `imir` to its caller, so orientation is ours to apply. Prices were measured:
 * `docs/decisions/0018-engine-prices.md`.
 */
export const avifCodec: StillCodec = {
  readStart: readFirst(START_BYTES),

  planDecode(source, start, geometry) {
    const { sizeBytes, width, height, hasAlpha } = source
    const perPixel = isHighBitDepth(start) ? { opaque: 32, alpha: 62 } : { opaque: 24, alpha: 36 }
    const bytesPerPixel = hasAlpha ? perPixel.alpha : perPixel.opaque
    return planWholeSource(source, geometry, {
      heapBytes: Math.ceil(EMPTY_HEAP_BYTES + 2 * sizeBytes + bytesPerPixel * width * height),
      profile: chooseProfile(findAvifProfile(start), 'rgb'),
      decode: async (...call) => (await load()).decodeAvif(...call),
    })
  },

  planEncode(size: Size, { quality }) {
    const bytesPerPixel = quality === 100 ? 36 : 27.6
    const heapBytes = Math.ceil(EMPTY_HEAP_BYTES + bytesPerPixel * size.width * size.height)
    return planLibraryEncode(size, heapBytes, async (...call) => (await load()).encodeAvif(quality, ...call))
  },
}

/** `av1C`, then version, profile and level, and a byte of flags of which the second says "more than 8 bits". */
function isHighBitDepth(start: Uint8Array): boolean {
  for (let at = 0; at + 6 < start.length; at++) {
    if (start[at] !== 0x61 || start[at + 1] !== 0x76 || start[at + 2] !== 0x31 || start[at + 3] !== 0x43)
      continue
    return ((start[at + 6] ?? 0) & 0x40) !== 0
  }
  return true
}
