import { blur, priceBlur } from '@tintype/pixels'
import { inPlace, type PlanStep } from '../step.ts'

/** Gaussian blur; the option's radius is its standard deviation. Rule: docs/parity.md#options. */
export const planBlur: PlanStep<'blur'> = ({ radius }, canvas) => {
  const { width, height } = canvas.size
  return inPlace(canvas, (raster) => blur(raster, radius), priceBlur(width, height, radius))
}
