import { adjust, priceAdjust } from '@tintype/pixels'
import { inPlace, type PlanStep } from '../step.ts'

/** Brightness, contrast, gamma and saturation in one pass. */
export const planAdjust: PlanStep<'adjust'> = ({ op, ...factors }, canvas) =>
  inPlace(canvas, (raster) => adjust(raster, factors), priceAdjust(factors))
