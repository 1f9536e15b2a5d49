import { type ColourProfile, priceColourProfile } from '@tintype/pixels'
import type { StagePrice } from './codec.ts'
import { pricePipeline, type StepPlan } from './pipeline.ts'

const PAGE_BYTES = 65_536
/** Every allocation of the kernel starts at a multiple of 16; colour and steps make a few. */
const ALIGNMENT_BYTES = 256

/** All that a job does, each stage with its price. */
export interface JobParts {
  /** Bytes of the original that were read before the job was priced, and are kept until they are decoded. */
  readonly startBytes: number
  readonly decode: StagePrice
  readonly profile: ColourProfile | null
  readonly plan: StepPlan
  readonly encode: StagePrice
}

/**
 * Peak memory of a job, bytes, from headers alone. One kernel serves the whole job, so what its stages allocate adds up;
 * buffers of JavaScript last a stage. Heaps of libraries are garbage after their stage, but nothing says when it is
 * collected, so they are counted to the end.
 * How the numbers were found: docs/decisions/0018-engine-prices.md
 */
export function priceJob({ startBytes, decode, profile, plan, encode }: JobParts): number {
  const colourBytes = profile === null ? 0 : priceColourProfile(profile)
  const kernelBytes =
    decode.kernelBytes + colourBytes + pricePipeline(plan) + encode.kernelBytes + ALIGNMENT_BYTES
  return (
    startBytes +
    Math.ceil(kernelBytes / PAGE_BYTES) * PAGE_BYTES +
    decode.heapBytes +
    Math.max(decode.bufferBytes, encode.heapBytes + encode.bufferBytes)
  )
}
