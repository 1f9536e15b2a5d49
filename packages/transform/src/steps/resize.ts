import { planTransform } from '@tintype/core'
import type { PlanStep } from '../step.ts'
import { planPad } from './pad.ts'
import { planResampling } from './resample.ts'

/** Fit into a box. At the head of a program the decoder does it; this is for resizes that come later. */
export const planResizeStep: PlanStep<'resize'> = (op, { size, hasAlpha }) => {
  const geometry = planTransform(size, op)
  const resampled = planResampling(size, hasAlpha, geometry)
  const pad = planPad(geometry, op.fill, hasAlpha)
  if (pad === null) return resampled
  return {
    ...pad,
    priceBytes: resampled.priceBytes + pad.priceBytes,
    run: async (raster) => pad.run(await resampled.run(raster)),
  }
}
