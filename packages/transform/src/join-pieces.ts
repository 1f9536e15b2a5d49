import type { MemoryMeter } from './memory-meter.ts'

/** A document that comes in pieces, as one; it is counted, the pieces only until then. */
export async function joinPieces(
  pieces: AsyncIterable<Uint8Array>,
  meter: MemoryMeter,
): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of pieces) {
    all.push(piece)
    sizeBytes += piece.length
    meter.hold(piece.length)
  }
  const document = new Uint8Array(sizeBytes)
  meter.hold(sizeBytes)
  let at = 0
  for (const piece of all) {
    document.set(piece, at)
    at += piece.length
  }
  meter.release(sizeBytes)
  return document
}
