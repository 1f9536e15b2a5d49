import { concatenate } from '@tintype/core/containers'
import { readPieces } from './stream-pieces.ts'

/** A compressed picture: whole, as a stream that can be read once, or as one that can be opened again. */
export type ByteSource =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | { reopen(): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> }

/** Reads a {@link ByteSource} forward through a window; holds two chunks, or all of them where it must go back. */
export interface ByteReader {
  /** Offset in the file of the first byte of the next `peek`. */
  readonly position: number
  /** At least `count` unread bytes, or all that are left; more where they are at hand. Stays valid until the next call. */
  peek(count: number): Promise<Uint8Array>
  /** True when the bytes of the last `peek` are the file's last. */
  isLast(): boolean
  /** Drop `count` bytes of the last `peek`. */
  advance(count: number): void
  /** Go to an offset; backwards only where the source allows it. */
  seek(offset: number): Promise<void>
  /** Stop reading; a stream is released. */
  close(): Promise<void>
}

const NOTHING = new Uint8Array(0)
/** Bytes of the next chunk that are shown behind the rest of one: more than decoders leave unused. */
const SEAM_BYTES = 8192

/** @param keepsAll hold on to everything read, so that a stream that can be read once can be gone back in */
export function createByteReader(source: ByteSource, keepsAll = false): ByteReader {
  if (source instanceof Uint8Array) return createMemoryReader(source)
  return createStreamReader(source, keepsAll)
}

function createMemoryReader(bytes: Uint8Array): ByteReader {
  let position = 0
  return {
    get position() {
      return position
    },
    peek: async () => bytes.subarray(position),
    isLast: () => true,
    advance(count) {
      position = Math.min(bytes.length, position + count)
    },
    async seek(offset) {
      position = Math.min(bytes.length, offset)
    },
    async close() {},
  }
}

function createStreamReader(source: Exclude<ByteSource, Uint8Array>, keepsAll: boolean): ByteReader {
  let iterator: AsyncIterator<Uint8Array> | undefined
  let isDone = false
  let position = 0
  /** Unread bytes of a chunk, and the chunk after it, which is opened while the first is not used up yet. */
  let head: Uint8Array = NOTHING
  let tail: Uint8Array = NOTHING
  let isAllShown = false
  /** Chunks read so far, where all are kept, and how many of them were read again since the start. */
  const kept: Uint8Array[] = []
  let replayed = 0

  const open = async () => {
    const stream = 'reopen' in source ? await source.reopen() : source
    return stream instanceof ReadableStream ? readPieces(stream) : stream[Symbol.asyncIterator]()
  }
  const readChunk = async (): Promise<Uint8Array | undefined> => {
    if (replayed < kept.length) return kept[replayed++]
    iterator ??= await open()
    const result = await iterator.next()
    if (result.done) return undefined
    if (keepsAll) replayed = kept.push(result.value)
    return result.value
  }
  const pull = async () => {
    const next = await readChunk()
    if (next === undefined) isDone = true
    else if (head.length === 0) head = next
    else tail = tail.length === 0 ? next : concatenate([tail, next])
  }
  const release = async () => {
    if (!isDone) await iterator?.return?.()
    iterator = undefined
  }
  const rewind = async () => {
    if (!keepsAll) await release()
    isDone = false
    head = tail = NOTHING
    position = replayed = 0
  }
  const reader: ByteReader = {
    get position() {
      return position
    },
    async peek(count) {
      while (head.length + tail.length < count && !isDone) await pull()
      isAllShown = tail.length === 0
      if (isAllShown || head.length >= count) return head
      // Only the seam is copied: once `head` is used up, `tail` is read in place.
      const seam = tail.subarray(0, Math.max(count - head.length, SEAM_BYTES))
      isAllShown = seam.length === tail.length
      return concatenate([head, seam])
    },
    isLast: () => isDone && isAllShown,
    advance(count) {
      const used = Math.min(count, head.length + tail.length)
      position += used
      if (used < head.length) {
        head = head.subarray(used)
      } else {
        head = tail.subarray(used - head.length)
        tail = NOTHING
      }
    },
    async seek(offset) {
      if (offset < position) await rewind()
      while (position < offset && (head.length > 0 || !isDone)) {
        if (head.length === 0) await pull()
        reader.advance(offset - position)
      }
    },
    close: release,
  }
  return reader
}
