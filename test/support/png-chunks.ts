import { crc32 } from 'node:zlib'

export interface Chunk {
  readonly type: string
  readonly body: Uint8Array
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** The chunks of a PNG whose structure is sound; stops where it is not. */
export function splitPng(file: Uint8Array): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at)
    if (at + 12 + length > file.length) break
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8))
    chunks.push({ type, body: file.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

/** A PNG of these chunks, with right lengths and CRCs. */
export function joinPng(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const parts = chunks.map(({ type, body }) => {
    const part = new Uint8Array(12 + body.length)
    const view = new DataView(part.buffer)
    view.setUint32(0, body.length)
    part.set(new TextEncoder().encode(type), 4)
    part.set(body, 8)
    view.setUint32(8 + body.length, crc32(part.subarray(4, 8 + body.length)))
    return part
  })
  return new Uint8Array(Buffer.concat([SIGNATURE, ...parts]))
}

/** The same picture without chunks of the given types: sharp applies profiles, the decoder does not. */
export function withoutChunks(file: Uint8Array, types: readonly string[]): Uint8Array<ArrayBuffer> {
  return joinPng(splitPng(file).filter(({ type }) => !types.includes(type)))
}
