import type { StagePrice } from './decoder.ts'
import type { PicturePlan } from './picture-plan.ts'

export const PAGE_BYTES = 65_536
/** Every allocation of the kernel starts at a multiple of 16; colour and steps make a few. */
const ALIGNMENT_BYTES = 256

/** All that a job does, each part with its price. */
export interface JobParts {
  /** Bytes of the originals that were read before the job was priced, and are kept until they are decoded. */
  readonly startBytes: number
  readonly picture: Pick<PicturePlan, 'decode' | 'kernelBytes' | 'besideBytes' | 'heapBytes'>
  readonly encode: StagePrice
}

/** What a job takes, bytes. */
export interface JobPrice {
  /** The memory of its kernel; a part of `peakBytes`. */
  readonly kernelBytes: number
  /** All memory at its worst moment. */
  readonly peakBytes: number
}

/**
 * Peak memory of a job, bytes, from headers alone. One kernel serves the whole job, so what its stages allocate adds up;
 * buffers of JavaScript last a stage. Heaps of libraries are garbage after their stage, but nothing says when it is
 * collected, so they are counted to the end.
 * How the numbers were found: docs/decisions/0018-engine-prices.md
 */
export function priceJob(parts: JobParts): JobPrice {
  const { startBytes, picture, encode } = parts
  const { price: decode } = picture.decode
  const allocated = picture.kernelBytes + encode.kernelBytes + ALIGNMENT_BYTES
  const kernelBytes = Math.ceil(allocated / PAGE_BYTES) * PAGE_BYTES
  const peakBytes =
    startBytes +
    kernelBytes +
    decode.heapBytes +
    picture.heapBytes +
    Math.max(decode.bufferBytes, picture.besideBytes, encode.heapBytes + encode.bufferBytes)
  return { kernelBytes, peakBytes }
}
