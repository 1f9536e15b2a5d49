import { concatenate } from '@tintype/core/containers'

/** `RIFF`, length of what follows, `WEBP`. */
export const RIFF_HEAD_BYTES = 12
export const CHUNK_HEAD_BYTES = 8
/** `VP8X` with its head. */
export const VP8X_BYTES = CHUNK_HEAD_BYTES + 10
/** Flags of `VP8X`. */
export const WEBP_FLAGS = { animation: 0x02, xmp: 0x04, exif: 0x08, alpha: 0x10 } as const

/** A chunk of a WebP, in place. */
export interface WebpChunk {
  readonly type: string
  readonly payload: Uint8Array
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** The type that stands at a place. */
export const typeAt = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4))

/** The chunks of a whole file; a broken structure ends them early. */
export function* chunksOf(file: Uint8Array): Generator<WebpChunk> {
  for (let at = RIFF_HEAD_BYTES; at + CHUNK_HEAD_BYTES <= file.length; ) {
    const length = viewOf(file).getUint32(at + 4, true)
    const from = at + CHUNK_HEAD_BYTES
    if (from + length > file.length) return
    yield { type: typeAt(file, at), payload: file.subarray(from, from + length) }
    at = from + length + (length & 1)
  }
}

/** Whether a chunk says that the picture has transparency: ALPH does, and VP8L may, behind its signature and size. */
export const tellsAlpha = ({ type, payload }: WebpChunk): boolean =>
  type === 'ALPH' || (type === 'VP8L' && ((payload[4] ?? 0) & 0x10) !== 0)

/** A number of 24 bits. */
export function write24(bytes: Uint8Array, at: number, value: number): void {
  bytes.set([value & 255, (value >> 8) & 255, (value >> 16) & 255], at)
}

/** Type, and length of the payload. */
export function formatChunkHead(type: string, length: number): Uint8Array {
  const head = new Uint8Array(CHUNK_HEAD_BYTES)
  head.set(new TextEncoder().encode(type))
  viewOf(head).setUint32(4, length, true)
  return head
}

/** Head, payload, and a byte of padding behind an odd one. */
export const formatChunk = ({ type, payload }: WebpChunk): Uint8Array[] => [
  formatChunkHead(type, payload.length),
  payload,
  ...(payload.length & 1 ? [new Uint8Array(1)] : []),
]

/** `VP8X` with its head: flags (8 bits), reserved (24), width less one (24), height less one (24). */
export function formatVp8x(
  flags: number,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const chunk = new Uint8Array(VP8X_BYTES)
  chunk.set(formatChunkHead('VP8X', VP8X_BYTES - CHUNK_HEAD_BYTES))
  chunk[CHUNK_HEAD_BYTES] = flags
  write24(chunk, CHUNK_HEAD_BYTES + 4, width - 1)
  write24(chunk, CHUNK_HEAD_BYTES + 7, height - 1)
  return chunk
}

/** @param bodyBytes of all chunks */
export const formatRiffHead = (bodyBytes: number): Uint8Array =>
  concatenate([formatChunkHead('RIFF', 4 + bodyBytes), new TextEncoder().encode('WEBP')])
