import { ApiError } from '@tintype/core'
import type { MemoryMeter } from './memory-meter.ts'

/** Bytes that {@link collectPieces} holds at its worst: all pieces, and the file made of them. */
export const priceCollect = (largestBytes: number): number => 2 * largestBytes

/**
 * An encoder's output as one exactly packed file.
 * @param largestBytes what it was priced at
 * @throws ApiError `encodingFailed` beyond it
 */
export function collectPieces(
  pieces: Iterable<Uint8Array>,
  largestBytes: number,
  meter: MemoryMeter,
): Uint8Array<ArrayBuffer> {
  const all: Uint8Array[] = []
  let sizeBytes = 0
  for (const piece of pieces) {
    all.push(piece)
    sizeBytes += piece.length
    meter.hold(piece.length)
    if (sizeBytes > largestBytes) throw new ApiError('encodingFailed', 'the result is too large')
  }
  const file = new Uint8Array(sizeBytes)
  meter.hold(sizeBytes)
  let at = 0
  for (const piece of all) {
    file.set(piece, at)
    at += piece.length
  }
  meter.release(sizeBytes)
  return file
}
