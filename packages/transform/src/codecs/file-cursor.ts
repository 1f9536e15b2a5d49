import { createByteReader } from '@tintype/pixels'

/** Reads a file forward, chunk by chunk, each byte once. */
export interface FileCursor {
  /** The next bytes, exactly so many of them; null where the file ends before. The caller bounds `sizeBytes`. */
  take(sizeBytes: number): Promise<Uint8Array<ArrayBuffer> | null>
  /** The next bytes in pieces as they come, up to `sizeBytes`. */
  pieces(sizeBytes: number): AsyncGenerator<Uint8Array, void, undefined>
  /** Pass over bytes. */
  skip(sizeBytes: number): Promise<void>
  /** Unread bytes are let go. */
  close(): Promise<void>
}

export function createFileCursor(file: AsyncIterable<Uint8Array>): FileCursor {
  const reader = createByteReader(file)
  async function* pieces(sizeBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = sizeBytes; left > 0; ) {
      const piece = (await reader.peek(1)).subarray(0, left)
      if (piece.length === 0) return
      reader.advance(piece.length)
      left -= piece.length
      yield piece
    }
  }
  return {
    pieces,
    async take(sizeBytes) {
      const bytes = new Uint8Array(sizeBytes)
      let filled = 0
      for await (const piece of pieces(sizeBytes)) {
        bytes.set(piece, filled)
        filled += piece.length
      }
      return filled === sizeBytes ? bytes : null
    },
    async skip(sizeBytes) {
      for await (const _ of pieces(sizeBytes));
    },
    close: () => reader.close(),
  }
}
