import { concatenate } from '@tintype/core/containers'
import { createFileCursor } from './file-cursor.ts'
import {
  CHUNK_HEAD_BYTES,
  chunksOf,
  formatChunk,
  formatChunkHead,
  formatRiffHead,
  formatVp8x,
  RIFF_HEAD_BYTES,
  tellsAlpha,
  typeAt,
  VP8X_BYTES,
  WEBP_FLAGS,
  write24,
} from './webp-chunks.ts'

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

const FRAME_HEAD_BYTES = 16
const DISPOSE = 1
const DO_NOT_BLEND = 2

const u24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

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
    if ((await cursor.take(RIFF_HEAD_BYTES)) === null) return
    for (;;) {
      const head = await cursor.take(CHUNK_HEAD_BYTES)
      if (head === null) return
      const sizeBytes = viewOf(head).getUint32(4, true)
      const paddedBytes = sizeBytes + (sizeBytes & 1)
      if (typeAt(head, 0) !== 'ANMF') await cursor.skip(paddedBytes)
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

/** A frame as a WebP of its own. */
export function wrapWebpFrame({ chunks, ...size }: WebpFrame): Uint8Array {
  const flags = typeAt(chunks, 0) === 'VP8 ' ? 0 : WEBP_FLAGS.alpha
  return concatenate([formatRiffHead(VP8X_BYTES + chunks.length), formatVp8x(flags, size), chunks])
}

const PICTURE: ReadonlySet<string> = new Set(['ALPH', 'VP8 ', 'VP8L'])

/** The chunks of a still that a frame consists of: ALPH, VP8 and VP8L. */
export function imageChunks(file: Uint8Array): { readonly chunks: Uint8Array; readonly hasAlpha: boolean } {
  const kept = [...chunksOf(file)].filter(({ type }) => PICTURE.has(type))
  return { chunks: concatenate(kept.flatMap(formatChunk)), hasAlpha: kept.some(tellsAlpha) }
}

/** The largest head of a frame in the file, and the largest head of a file, bytes. */
export const WEBP_FRAME_HEAD_BYTES = CHUNK_HEAD_BYTES + FRAME_HEAD_BYTES
export const WEBP_FILE_HEAD_BYTES = RIFF_HEAD_BYTES + VP8X_BYTES + CHUNK_HEAD_BYTES + 6
const MAX_DELAY_MS = 2 ** 24 - 1

/** ANMF without the chunks: they follow. */
export function formatFrameHead(frame: Omit<WebpFrame, 'chunks'>, chunkBytes: number): Uint8Array {
  const head = new Uint8Array(WEBP_FRAME_HEAD_BYTES)
  head.set(formatChunkHead('ANMF', FRAME_HEAD_BYTES + chunkBytes))
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
  const anim = new Uint8Array(6) // the background stays 0: nobody shows it
  viewOf(anim).setUint16(4, Math.min(plays, 65_535), true)
  const flags = WEBP_FLAGS.animation | (hasAlpha ? WEBP_FLAGS.alpha : 0)
  return concatenate([
    formatRiffHead(WEBP_FILE_HEAD_BYTES - RIFF_HEAD_BYTES + bodyBytes),
    formatVp8x(flags, { width, height }),
    ...formatChunk({ type: 'ANIM', payload: anim }),
  ])
}
