import type { ImageHeader } from './header-parser.ts'

/**
 * A parser that is suspended whenever the bytes it asked for have not arrived yet. It yields `undefined` for "more
 * bytes, please", so it reads like straight code, and cannot tell how the file was cut into chunks.
 */
export type Parsing<T> = Generator<undefined, T, undefined>

const NOTHING = new Uint8Array(0)

/** A file that passes by once. Holds no more than the chunk at hand and the piece that is being asked for. */
export class ByteFeed {
  #chunk: Uint8Array = NOTHING
  #offset = 0
  #bytesBefore = 0
  /**
   * Set by a parser where the file may end: everything it needs has passed, if a decoder finds all pixels in it, and only
   * the mark of its end would follow.
   */
  endMayMiss = false
  /** Set by a parser that knows its header at the file's end only: what it would be if the file ended here. */
  provisional: ImageHeader | null = null

  /** Bytes consumed since the file's beginning. */
  get position(): number {
    return this.#bytesBefore + this.#offset
  }

  /** The next chunk. Only once the parser has asked for more: what is left of the last chunk is lost. */
  push(chunk: Uint8Array): void {
    this.#bytesBefore += this.#chunk.length
    this.#chunk = chunk
    this.#offset = 0
  }

  /** The next `sizeBytes` bytes, valid until the next request. The caller bounds `sizeBytes`: it may be allocated. */
  *take(sizeBytes: number): Parsing<DataView> {
    if (this.#chunk.length - this.#offset >= sizeBytes) {
      const view = new DataView(this.#chunk.buffer, this.#chunk.byteOffset + this.#offset, sizeBytes)
      this.#offset += sizeBytes
      return view
    }
    const whole = new Uint8Array(sizeBytes)
    for (let filled = 0; filled < sizeBytes; ) {
      while (this.#offset === this.#chunk.length) yield
      const piece = this.#chunk.subarray(this.#offset, this.#offset + sizeBytes - filled)
      whole.set(piece, filled)
      filled += piece.length
      this.#offset += piece.length
    }
    return new DataView(whole.buffer)
  }

  /** As {@link take}, as bytes. */
  *takeBytes(sizeBytes: number): Parsing<Uint8Array> {
    const { buffer, byteOffset, byteLength } = yield* this.take(sizeBytes)
    return new Uint8Array(buffer, byteOffset, byteLength)
  }

  /** Pass over `sizeBytes` bytes; nothing to do when that is 0 or less. */
  *skip(sizeBytes: number): Parsing<void> {
    for (let left = sizeBytes; left > 0; ) {
      while (this.#offset === this.#chunk.length) yield
      const step = Math.min(left, this.#chunk.length - this.#offset)
      this.#offset += step
      left -= step
    }
  }

  /** The next byte, or -1 while it has not arrived: the caller yields, and asks again. For loops over single bytes. */
  nextByte(): number {
    return this.#offset < this.#chunk.length ? (this.#chunk[this.#offset++] ?? -1) : -1
  }

  /** Pass over everything up to the next byte of this value, and over that byte; false while it has not arrived. */
  seekPast(byte: number): boolean {
    const found = this.#chunk.indexOf(byte, this.#offset)
    this.#offset = found < 0 ? this.#chunk.length : found + 1
    return found >= 0
  }
}

/**
 * Parse bytes that are all at hand.
 * @returns undefined when they end before the parser does
 */
export function parsePrefix<T>(bytes: Uint8Array, parse: (feed: ByteFeed) => Parsing<T>): T | undefined {
  const feed = new ByteFeed()
  feed.push(bytes)
  const { done, value } = parse(feed).next()
  return done ? value : undefined
}

/** Whether bytes begin with a name, such as `Exif\0\0`. */
export function startsWithAscii(bytes: Uint8Array, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[i] !== name.charCodeAt(i)) return false
  return true
}

/** `length` bytes as ASCII text: the four-letter names of chunks, boxes and brands. */
export function readAscii(view: DataView, offset: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCharCode(view.getUint8(offset + i))
  return text
}
