import { createFileCursor } from './file-cursor.ts'

/** One frame of an animated WebP: its place on the canvas, px, how it is shown, and its chunks. */
export interface WebpFrame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly delayMs: number
  /** Whether it is drawn over what is there, or instead of it. */
  readonly isBlended: boolean
  /** Whether its rectangle is cleared before the next frame. */
  readonly isCleared: boolean
  /** ALPH, then VP8 or VP8L; or others. */
  readonly chunks: Uint8Array<ArrayBuffer>
}

const FILE_HEAD_BYTES = 12
const CHUNK_HEAD_BYTES = 8
const FRAME_HEAD_BYTES = 16
const DISPOSE = 1
const DO_NOT_BLEND = 2

const u24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))

/**
 * The frames of an animated WebP, in order, one held at a time. It ends at the end of the file, however early.
 * @param maxBytes what the largest frame takes; a larger one is damage
 */
export async function* readWebpFrames(
  file: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<WebpFrame, void, undefined> {
  const cursor = createFileCursor(file)
  try {
    if ((await cursor.take(FILE_HEAD_BYTES)) === null) return
    for (;;) {
      const head = await cursor.take(CHUNK_HEAD_BYTES)
      if (head === null) return
      const sizeBytes = viewOf(head).getUint32(4, true)
      const paddedBytes = sizeBytes + (sizeBytes & 1)
      if (nameAt(head, 0) !== 'ANMF') await cursor.skip(paddedBytes)
      else {
        const body =
          sizeBytes < FRAME_HEAD_BYTES || sizeBytes > maxBytes ? null : await cursor.take(sizeBytes)
        if (body === null) return
        await cursor.skip(paddedBytes - sizeBytes)
        yield readFrame(body)
      }
    }
  } finally {
    await cursor.close()
  }
}

function readFrame(body: Uint8Array<ArrayBuffer>): WebpFrame {
  const view = viewOf(body)
  const flags = view.getUint8(15)
  return {
    left: 2 * u24(view, 0),
    top: 2 * u24(view, 3),
    width: 1 + u24(view, 6),
    height: 1 + u24(view, 9),
    delayMs: u24(view, 12),
    isBlended: (flags & DO_NOT_BLEND) === 0,
    isCleared: (flags & DISPOSE) !== 0,
    chunks: body.subarray(FRAME_HEAD_BYTES),
  }
}

const VP8X_BYTES = 18
const FLAG_ALPHA = 0x10
const FLAG_ANIMATION = 0x02

function write24(bytes: Uint8Array, at: number, value: number): void {
  bytes.set([value & 255, (value >> 8) & 255, (value >> 16) & 255], at)
}

function writeHead(bytes: Uint8Array, at: number, name: string, sizeBytes: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = name.charCodeAt(i)
  viewOf(bytes).setUint32(at + 4, sizeBytes, true)
}

/** VP8X with its head: flags (8 bits), reserved (24), width - 1 (24), height - 1 (24). */
function writeVp8x(bytes: Uint8Array, at: number, flags: number, width: number, height: number): void {
  writeHead(bytes, at, 'VP8X', 10)
  bytes[at + 8] = flags
  write24(bytes, at + 12, width - 1)
  write24(bytes, at + 15, height - 1)
}

/** A frame as a WebP of its own. */
export function wrapWebpFrame({ width, height, chunks }: WebpFrame): Uint8Array {
  const file = new Uint8Array(FILE_HEAD_BYTES + VP8X_BYTES + chunks.length)
  writeHead(file, 0, 'RIFF', file.length - CHUNK_HEAD_BYTES)
  file.set([0x57, 0x45, 0x42, 0x50], 8)
  writeVp8x(file, FILE_HEAD_BYTES, nameAt(chunks, 0) === 'VP8 ' ? 0 : FLAG_ALPHA, width, height)
  file.set(chunks, FILE_HEAD_BYTES + VP8X_BYTES)
  return file
}

/** The chunks of a still that a frame consists of: ALPH, VP8 and VP8L. */
export function imageChunks(file: Uint8Array): { readonly chunks: Uint8Array; readonly hasAlpha: boolean } {
  const kept: Uint8Array[] = []
  let hasAlpha = false
  const view = viewOf(file)
  for (let at = FILE_HEAD_BYTES; at + CHUNK_HEAD_BYTES <= file.length; ) {
    const name = nameAt(file, at)
    const sizeBytes = view.getUint32(at + 4, true)
    const end = Math.min(file.length, at + CHUNK_HEAD_BYTES + sizeBytes + (sizeBytes & 1))
    if (name === 'ALPH' || name === 'VP8 ' || name === 'VP8L') kept.push(file.subarray(at, end))
    // VP8L: signature, then sizes of 14 bits each, then whether it has alpha.
    hasAlpha ||= name === 'ALPH' || (name === 'VP8L' && ((file[at + CHUNK_HEAD_BYTES + 4] ?? 0) & 0x10) !== 0)
    at = end
  }
  const chunks = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of kept) {
    chunks.set(chunk, at)
    at += chunk.length
  }
  return { chunks, hasAlpha }
}

/** The largest head of a frame in the file, and the largest head of a file, bytes. */
export const WEBP_FRAME_HEAD_BYTES = CHUNK_HEAD_BYTES + FRAME_HEAD_BYTES
export const WEBP_FILE_HEAD_BYTES = FILE_HEAD_BYTES + VP8X_BYTES + CHUNK_HEAD_BYTES + 6
const MAX_DELAY_MS = 2 ** 24 - 1

/** ANMF without the chunks: they follow. */
export function formatFrameHead(frame: Omit<WebpFrame, 'chunks'>, chunkBytes: number): Uint8Array {
  const head = new Uint8Array(WEBP_FRAME_HEAD_BYTES)
  writeHead(head, 0, 'ANMF', FRAME_HEAD_BYTES + chunkBytes)
  const numbers = [frame.left / 2, frame.top / 2, frame.width - 1, frame.height - 1]
  for (const [i, value] of numbers.entries()) write24(head, CHUNK_HEAD_BYTES + 3 * i, value)
  write24(head, CHUNK_HEAD_BYTES + 12, Math.min(MAX_DELAY_MS, Math.round(frame.delayMs)))
  head[CHUNK_HEAD_BYTES + 15] = (frame.isBlended ? 0 : DO_NOT_BLEND) | (frame.isCleared ? DISPOSE : 0)
  return head
}

/** The start of an animated WebP, up to its first frame. @param bodyBytes of all frames, heads included */
export function formatAnimationHead(
  { width, height }: { readonly width: number; readonly height: number },
  plays: number,
  hasAlpha: boolean,
  bodyBytes: number,
): Uint8Array {
  const head = new Uint8Array(WEBP_FILE_HEAD_BYTES)
  writeHead(head, 0, 'RIFF', head.length - CHUNK_HEAD_BYTES + bodyBytes)
  head.set([0x57, 0x45, 0x42, 0x50], 8)
  writeVp8x(head, FILE_HEAD_BYTES, FLAG_ANIMATION | (hasAlpha ? FLAG_ALPHA : 0), width, height)
  const anim = FILE_HEAD_BYTES + VP8X_BYTES
  writeHead(head, anim, 'ANIM', 6) // the background stays 0: nobody shows it
  viewOf(head).setUint16(anim + CHUNK_HEAD_BYTES + 4, Math.min(plays, 65_535), true)
  return head
}
