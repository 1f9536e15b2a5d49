import { ApiError } from '@tintype/core'
import type { ByteReader, KernelRaster } from '@tintype/pixels'
import type { StillEncodePlan } from '../codec.ts'
import type { MemoryMeter } from '../memory-meter.ts'

/** A library's encoder, called with pixels that it copies before it does anything else. */
type LibraryEncoder = (
  pixels: Uint8Array,
  size: { readonly width: number; readonly height: number },
  heapBytes: number,
  meter: MemoryMeter,
) => Promise<Uint8Array>

const RGBA_BYTES = 4

/**
 * Plan to encode with a library. It reads the raster in place: a copy would only come on top, since nothing says when a
 * dropped kernel is collected.
 * @param heapBytes what its heap is held to
 */
export function planLibraryEncode(
  { width, height }: { readonly width: number; readonly height: number },
  heapBytes: number,
  encode: LibraryEncoder,
): StillEncodePlan {
  return {
    price: { kernelBytes: 0, heapBytes, bufferBytes: largestResult(width, height) },
    async run(raster, meter) {
      const bytes = await encode(pixelsOf(raster), raster, heapBytes, meter).catch((cause) => {
        throw new ApiError('encodingFailed', undefined, { cause })
      })
      meter.hold(bytes.length)
      return bytes
    },
  }
}

/** What is coded at once, px: a narrower picture has blocks as well. */
const BLOCK_PX = 16
/** A result is never larger than the pixels of its blocks, but for the head of a tiny one. */
const largestResult = (width: number, height: number): number =>
  4096 + Math.max(width, BLOCK_PX) * Math.max(height, BLOCK_PX) * RGBA_BYTES

const pixelsOf = ({ kernel, pointer, width, height }: KernelRaster): Uint8Array =>
  kernel.bytes(pointer, width * height * RGBA_BYTES)

/** Bytes from the start for formats whose header is small. */
export const readFirst = (sizeBytes: number) => async (reader: ByteReader) => {
  const start = (await reader.peek(sizeBytes)).slice(0, sizeBytes)
  reader.advance(start.length)
  return start
}
