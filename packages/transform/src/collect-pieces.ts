import { ApiError } from '@tintype/core'
import type { MemoryMeter } from './memory-meter.ts'

/** No animation that is written becomes larger than this; one that would is refused. */
export const MAX_ANIMATION_BYTES = 16 << 20

/** Bytes that a {@link Collector} holds at its worst: all pieces, and the file made of them. */
export const priceCollect = (largestBytes: number): number => 2 * largestBytes

/** A file in the making. */
export interface Collector {
  /** @throws ApiError `refusedDimensions` when the file becomes larger than it may be */
  add(pieces: Iterable<Uint8Array>): void
  /** @returns all that was added, exactly packed, behind a head that was not known before */
  end(head?: Uint8Array): Uint8Array<ArrayBuffer>
}

/** @param largestBytes what the file was priced at, and may come to */
export function createCollector(largestBytes: number, meter: MemoryMeter): Collector {
  const all: Uint8Array[] = []
  let sizeBytes = 0
  return {
    add(pieces) {
      for (const piece of pieces) {
        all.push(piece)
        sizeBytes += piece.length
        meter.hold(piece.length)
        if (sizeBytes > largestBytes) throw new ApiError('refusedDimensions', 'the result is too large')
      }
    },
    end(head) {
      if (head !== undefined) {
        all.unshift(head)
        sizeBytes += head.length
        meter.hold(head.length)
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
    },
  }
}

/** An encoder's output as one exactly packed file; see {@link createCollector}. */
export function collectPieces(
  pieces: Iterable<Uint8Array>,
  largestBytes: number,
  meter: MemoryMeter,
): Uint8Array<ArrayBuffer> {
  const file = createCollector(largestBytes, meter)
  file.add(pieces)
  return file.end()
}

/** A document as one. Whoever writes it bounds it. */
export async function joinPieces(
  pieces: AsyncIterable<Uint8Array>,
  meter: MemoryMeter,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = createCollector(Number.POSITIVE_INFINITY, meter)
  for await (const piece of pieces) file.add([piece])
  return file.end()
}
