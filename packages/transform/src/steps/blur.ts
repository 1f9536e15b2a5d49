import { blur, priceBlur } from '@tintype/pixels'
import type { PlanStep } from '../step.ts'

/** Gaussian blur in place; the option's radius is its standard deviation. Rule: docs/parity.md#options. */
export const planBlur: PlanStep<'blur'> = ({ radius }, { size, hasAlpha }) => ({
  size,
  hasAlpha,
  priceBytes: priceBlur(size.width, size.height, radius),
  run(raster) {
    blur(raster, radius)
    return raster
  },
})
