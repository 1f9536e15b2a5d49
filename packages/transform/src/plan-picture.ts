import { ApiError, type Op } from '@tintype/core'
import { priceColourProfile } from '@tintype/pixels'
import type { DecodePlan, View } from './decoder.ts'
import { planView } from './plan-view.ts'
import type { ProbedSource } from './source.ts'
import type { Canvas, PlannedStep } from './step.ts'
import { planStep } from './steps.ts'

/** A source and the operations on it, planned: how it is decoded, and what is then done to its pixels. */
export interface PicturePlan {
  readonly decode: DecodePlan
  readonly steps: readonly PlannedStep[]
  /** What comes out. */
  readonly canvas: Canvas
  /** Kernel bytes of all of it. */
  readonly kernelBytes: number
  readonly warnings: readonly string[]
}

/**
 * Plan what a program does to one source. Pure.
 * @throws ApiError `refusedDimensions` for a size that is too large; what the decoder's `plan` throws
 */
export function planPicture(ops: readonly Op[], source: ProbedSource, frames: View['frames']): PicturePlan {
  const { view, pad, rest, warnings } = planView(source.facts, ops, frames)
  const decode = source.decoder.plan(source.facts, source.start, view)
  const steps: PlannedStep[] = []
  let canvas: Canvas = { size: view.size, hasAlpha: source.facts.hasAlpha }
  const add = (step: PlannedStep): void => {
    steps.push(step)
    canvas = step
  }
  if (pad !== null) add(pad)
  for (const op of rest) {
    if (op.op === 'draw') throw new ApiError('invalidOptions', '"draw" is not built yet')
    add(planStep(op, canvas))
  }
  const profileBytes = decode.profile === null ? 0 : priceColourProfile(decode.profile)
  const stepBytes = steps.reduce((sum, { priceBytes }) => sum + priceBytes, 0)
  return {
    decode,
    steps,
    canvas: { size: canvas.size, hasAlpha: canvas.hasAlpha },
    kernelBytes: decode.price.kernelBytes + profileBytes + stepBytes,
    warnings,
  }
}
