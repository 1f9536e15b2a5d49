import type { FrameDisposal } from '@tintype/pixels'
import { createFileCursor } from './file-cursor.ts'

/** One frame of an animated PNG: its place on the canvas, px, how it is shown, and its image data. */
export interface ApngFrame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly delayMs: number
  readonly disposal: FrameDisposal
  /** Whether it is drawn over what is there, or instead of it. */
  readonly isBlended: boolean
  /** The zlib stream, in pieces; what is left of it when the next frame is asked for is passed over. */
  data(): AsyncGenerator<Uint8Array, void, undefined>
}

const SIGNATURE_BYTES = 8
const CHUNK_HEAD_BYTES = 8
const CRC_BYTES = 4
const SEQUENCE_BYTES = 4
const FCTL_BYTES = 26
const DISPOSALS = ['keep', 'clear', 'restore'] as const satisfies readonly FrameDisposal[]

interface Chunk {
  readonly type: string
  readonly sizeBytes: number
}

/**
 * The frames of an animated PNG, in order. The picture that other decoders show (IDAT) is a frame where a frame's control
 * (fcTL) stands before it. It ends at the end of the file, and before the first frame that makes no sense.
 */
export async function* readApngFrames(
  file: AsyncIterable<Uint8Array>,
): AsyncGenerator<ApngFrame, void, undefined> {
  const cursor = createFileCursor(file)
  let sequence = 0
  let chunk: Chunk | null = null
  /** Of the chunk whose data is being read. */
  let left = 0
  /** Whether the number before its data was read. */
  let isEntered = false

  async function nextChunk(): Promise<void> {
    const head = await cursor.take(CHUNK_HEAD_BYTES)
    chunk = head && {
      type: String.fromCharCode(...head.subarray(4)),
      sizeBytes: new DataView(head.buffer).getUint32(0),
    }
    left = chunk?.sizeBytes ?? 0
    isEntered = false
  }
  async function skipChunk(): Promise<void> {
    await cursor.skip(left + CRC_BYTES)
    await nextChunk()
  }
  /** A number that counts fcTL and fdAT chunks. */
  async function isInOrder(): Promise<boolean> {
    const number = left < SEQUENCE_BYTES ? null : await cursor.take(SEQUENCE_BYTES)
    left -= SEQUENCE_BYTES
    return number !== null && new DataView(number.buffer).getUint32(0) === sequence++
  }
  /** All chunks of one kind from the one at hand on. */
  async function* dataOf(type: string): AsyncGenerator<Uint8Array, void, undefined> {
    while (chunk?.type === type) {
      if (type === 'fdAT' && !isEntered && !(await isInOrder())) return
      isEntered = true
      for await (const piece of cursor.pieces(left)) {
        left -= piece.length
        yield piece
      }
      await skipChunk()
    }
  }

  try {
    await cursor.skip(SIGNATURE_BYTES)
    await nextChunk()
    let control: Omit<ApngFrame, 'data'> | null = null
    while (chunk !== null) {
      const { type, sizeBytes } = chunk as Chunk
      if (type === 'IEND') return
      if (type === 'fcTL') {
        if (sizeBytes !== FCTL_BYTES || !(await isInOrder())) return
        const body = await cursor.take(FCTL_BYTES - SEQUENCE_BYTES)
        left = 0
        if (body === null) return
        control = readControl(body)
        if (control === null) return
        await skipChunk()
      } else if (control !== null && (type === 'IDAT' || type === 'fdAT')) {
        yield { ...control, data: () => dataOf(type) }
        control = null
        for await (const _ of dataOf(type));
      } else if (type === 'fdAT') {
        if (!(await isInOrder())) return
        await skipChunk()
      } else await skipChunk()
    }
  } finally {
    await cursor.close()
  }
}

/** fcTL without its number: width, height, left, top (32 bits each), delay and its divisor (16), dispose, blend (8). */
function readControl(body: Uint8Array<ArrayBuffer>): Omit<ApngFrame, 'data'> | null {
  const view = new DataView(body.buffer)
  const disposal = DISPOSALS[view.getUint8(20)]
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  if (disposal === undefined || width === 0 || height === 0) return null
  return {
    ...{ width, height },
    left: view.getUint32(8),
    top: view.getUint32(12),
    delayMs: Math.round((1000 * view.getUint16(16)) / (view.getUint16(18) || 100)),
    disposal,
    isBlended: view.getUint8(21) === 1,
  }
}
