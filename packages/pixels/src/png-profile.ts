import { concatenate } from '@tintype/core/containers'
import type { Kernel } from './kernel.ts'
import { guardTraps } from './kernel.ts'
import { PixelError } from './pixel-error.ts'
import type { PngIccProfile } from './png-header.ts'

const PIECE_BYTES = 4096

/**
 * Decompress an `iCCP` profile. The kernel must not be in the middle of decoding a PNG.
 * @param maxBytes most bytes of the profile; default 4 MiB
 * @throws PixelError `corrupt`, or `too-large`; a caller may well go on without the profile
 */
export function inflatePngProfile(kernel: Kernel, profile: PngIccProfile, maxBytes = 4 << 20): Uint8Array {
  return guardTraps(() => collect(kernel, profile.compressed, maxBytes))
}

function collect(kernel: Kernel, compressed: Uint8Array, maxBytes: number): Uint8Array {
  const inflater = kernel.exports
  const input = kernel.exports.allocate(PIECE_BYTES)
  const parts: Uint8Array[] = []
  let size = 0
  inflater.inflateCreate()
  for (let at = 0; at < compressed.length; at += PIECE_BYTES) {
    const piece = compressed.subarray(at, at + PIECE_BYTES)
    kernel.bytes(input, piece.length).set(piece)
    inflater.inflateInput(input, piece.length)
    let answer = 1
    while (answer === 1) {
      answer = inflater.inflate()
      const part = kernel.bytes(inflater.inflateOutput(), inflater.inflateOutputLength()).slice()
      size += part.length
      if (size > maxBytes) throw new PixelError('too-large', 'The colour profile of the PNG is too large')
      parts.push(part)
    }
    if (answer === 2 && inflater.inflateChecksumFailed() === 0) return concatenate(parts)
    if (answer >= 2) break
  }
  throw new PixelError('corrupt', 'The colour profile of the PNG is damaged')
}
