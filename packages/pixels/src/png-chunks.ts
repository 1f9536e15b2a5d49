import { crc32 } from '@tintype/core/containers'
import { PixelError } from './pixel-error.ts'

/** Chunks kept whole for the header, with the most bytes each may have; larger ones are skipped. */
const KEPT_CHUNKS: ReadonlyMap<string, number> = new Map([
  ['IHDR', 13],
  ['PLTE', 768],
  ['tRNS', 256],
  ['gAMA', 4],
  ['cHRM', 32],
  ['sRGB', 1],
  ['iCCP', 1 << 20],
  ['eXIf', 1 << 16],
  ['iTXt', 1 << 16],
  ['zTXt', 1 << 16],
])

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const MAX_CHUNK_BYTES = 0x7fffffff

/** Receives a PNG file in order. */
export interface PngChunkHandler {
  /** A chunk that matters to the header. Ancillary ones with a wrong checksum never arrive. */
  headerChunk(type: string, body: Uint8Array): void
  /** The next bytes of image data; a view that is only valid during the call. */
  imageData(piece: Uint8Array): void
  /** An IDAT chunk ended; `crc` is the one stored in the file, over `IDAT` and the chunk's pieces. */
  imageDataEnd(crc: number): void
  /** A chunk that matters to the header has a wrong checksum: an ancillary one is dropped, the palette is used. */
  badChecksum(): void
  /** A chunk other than IDAT follows image data, so no more image data may come. */
  afterImageData(): void
}

/**
 * Takes a PNG file apart while it arrives, in pieces of any size. Buffers only the chunks that the header needs.
 *
 *   signature | length, type | body … | CRC | length, type | …
 */
export class PngChunkReader {
  readonly #handler: PngChunkHandler
  #expected: 'signature' | 'chunk' | 'kept' | 'pieces' | 'skipped' | 'crc' | 'end' = 'signature'
  #pending: Uint8Array = new Uint8Array(8)
  #filled = 0
  #bodyLeft = 0
  #type = ''
  #body: Uint8Array | null = null
  #chunksSeen = 0
  #inImageData = false
  #isStopped = false

  constructor(handler: PngChunkHandler) {
    this.#handler = handler
  }

  /** True once IEND was read; everything after it is ignored. */
  get ended(): boolean {
    return this.#expected === 'end'
  }

  /** Take no more bytes: the handler has all it needs. */
  stop(): void {
    this.#isStopped = true
  }

  /** @throws PixelError `corrupt` when the structure is broken, `unsupported` for an unknown critical chunk */
  push(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0 && this.#expected !== 'end' && !this.#isStopped) {
      rest = this.#bodyLeft > 0 ? this.#passBody(rest) : this.#collect(rest)
    }
  }

  #passBody(bytes: Uint8Array): Uint8Array {
    const piece = bytes.subarray(0, this.#bodyLeft)
    if (this.#expected === 'pieces') this.#handler.imageData(piece)
    this.#bodyLeft -= piece.length
    if (this.#bodyLeft === 0) this.#expect('crc', 4)
    return bytes.subarray(piece.length)
  }

  #collect(bytes: Uint8Array): Uint8Array {
    const piece = bytes.subarray(0, this.#pending.length - this.#filled)
    this.#pending.set(piece, this.#filled)
    this.#filled += piece.length
    if (this.#filled === this.#pending.length) this.#takePending(this.#pending)
    return bytes.subarray(piece.length)
  }

  #expect(what: 'chunk' | 'kept' | 'crc', length: number): void {
    this.#expected = what
    this.#pending = new Uint8Array(length)
    this.#filled = 0
  }

  #takePending(bytes: Uint8Array): void {
    if (this.#expected === 'signature') {
      if (SIGNATURE.some((byte, at) => bytes[at] !== byte))
        throw new PixelError('corrupt', 'The picture is not a PNG')
      this.#expect('chunk', 8)
    } else if (this.#expected === 'chunk') {
      this.#beginChunk(bytes)
    } else if (this.#expected === 'kept') {
      this.#body = bytes
      this.#expect('crc', 4)
    } else {
      this.#endChunk(readUint32(bytes, 0))
    }
  }

  #beginChunk(head: Uint8Array): void {
    const length = readUint32(head, 0)
    const type = String.fromCharCode(...head.subarray(4))
    if (length > MAX_CHUNK_BYTES || !/^[A-Za-z]{4}$/.test(type)) throw broken()
    if (this.#chunksSeen++ === 0 && type !== 'IHDR') throw broken()
    this.#type = type
    this.#body = null
    this.#bodyLeft = 0
    if (type !== 'IDAT' && this.#inImageData) this.#handler.afterImageData()
    this.#inImageData = type === 'IDAT'
    if (type === 'IEND') this.#expected = 'end'
    else if (type === 'IDAT') this.#beginBody('pieces', length)
    else if (length > 0 && length <= (KEPT_CHUNKS.get(type) ?? 0)) this.#expect('kept', length)
    else if (KEPT_CHUNKS.has(type) || isAncillary(type)) this.#beginBody('skipped', length)
    else throw new PixelError('unsupported', 'The PNG needs an extension that is not supported')
  }

  #beginBody(what: 'pieces' | 'skipped', length: number): void {
    this.#bodyLeft = length
    if (length === 0) this.#expect('crc', 4)
    else this.#expected = what
  }

  #endChunk(crc: number): void {
    const body = this.#body
    if (this.#type === 'IDAT') this.#handler.imageDataEnd(crc)
    else if (body === null) {
      // Skipped: either of no interest, or longer than its kind can be.
      if (KEPT_CHUNKS.has(this.#type) && !isAncillary(this.#type)) throw broken()
    } else this.#endHeaderChunk(body, crc)
    this.#expect('chunk', 8)
  }

  /** Everything rests on IHDR. Of other chunks, what is needed is used and what is not is dropped, as libpng has it. */
  #endHeaderChunk(body: Uint8Array, crc: number): void {
    const isSound = crc32(body, crc32(typeBytes(this.#type))) === crc
    if (!isSound && this.#type === 'IHDR') throw broken()
    if (!isSound) this.#handler.badChecksum()
    if (isSound || !isAncillary(this.#type)) this.#handler.headerChunk(this.#type, body)
  }
}

/** The CRC that a chunk's body continues from. */
export function crcOfType(type: string): number {
  return crc32(typeBytes(type))
}

function typeBytes(type: string): Uint8Array {
  return Uint8Array.from(type, (letter) => letter.charCodeAt(0))
}

/** Bit 5 of the first letter: a decoder may ignore the chunk. */
function isAncillary(type: string): boolean {
  return type.charCodeAt(0) >= 0x61
}

/** Big-endian, as everywhere in PNG. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at)
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint16(at)
}

function broken(): PixelError {
  return new PixelError('corrupt', 'The structure of the PNG is damaged')
}
