import { readAscii } from './byte-feed.ts'

/** Thrown by a `BoxReader` when a field lies beyond its box; whoever knows the picture's format translates it. */
export class BoxEnd extends Error {}

/** Reads the fields of one ISO media box (or a part of it) in order, big-endian, never beyond its end. */
export class BoxReader {
  readonly #view: DataView
  #offset = 0

  constructor(view: DataView) {
    this.#view = view
  }

  get left(): number {
    return this.#view.byteLength - this.#offset
  }

  /** An unsigned integer of 0 to 8 bytes; 0 bytes give 0. Above 2^53 it is not exact, and no file reaches there. */
  uint(sizeBytes: number): number {
    const at = this.#advance(sizeBytes)
    let value = 0
    for (let i = 0; i < sizeBytes; i++) value = value * 256 + this.#view.getUint8(at + i)
    return value
  }

  /** A signed integer of 4 bytes. */
  int32(): number {
    return this.uint(4) | 0
  }

  ascii(sizeBytes: number): string {
    return readAscii(this.#view, this.#advance(sizeBytes), sizeBytes)
  }

  /** The next `sizeBytes` bytes, in place. */
  bytes(sizeBytes: number): Uint8Array {
    const at = this.#advance(sizeBytes)
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, sizeBytes)
  }

  /** The next `sizeBytes` bytes as a reader of their own. */
  part(sizeBytes: number): BoxReader {
    const at = this.#advance(sizeBytes)
    return new BoxReader(new DataView(this.#view.buffer, this.#view.byteOffset + at, sizeBytes))
  }

  /** The same bytes from the first on, for another reading. */
  again(): BoxReader {
    return new BoxReader(this.#view)
  }

  /** The next box: size (32 bits, with itself; 1 for 64 bits after the type; 0 for "the rest"), type, payload. */
  box(): { type: string; payload: BoxReader } {
    const size32 = this.uint(4)
    const type = this.ascii(4)
    if (size32 === 0) return { type, payload: this.part(this.left) }
    return { type, payload: this.part(size32 === 1 ? this.uint(8) - 16 : size32 - 8) }
  }

  /** All boxes that follow, in their order. */
  list(): { type: string; payload: BoxReader }[] {
    const found: { type: string; payload: BoxReader }[] = []
    while (this.left >= 8) found.push(this.box())
    return found
  }

  /** Payloads of the boxes that follow, by type; of several with one type, the first. */
  boxes(): Map<string, BoxReader> {
    const found = new Map<string, BoxReader>()
    for (const { type, payload } of this.list()) if (!found.has(type)) found.set(type, payload)
    return found
  }

  /** Version (8 bits) and flags (24 bits) that open a "full" box. */
  versionAndFlags(): { version: number; flags: number } {
    return { version: this.uint(1), flags: this.uint(3) }
  }

  #advance(sizeBytes: number): number {
    if (!(sizeBytes >= 0) || sizeBytes > this.left) throw new BoxEnd('a box is cut short')
    const at = this.#offset
    this.#offset += sizeBytes
    return at
  }
}
