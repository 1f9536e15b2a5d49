import { flattenOnto } from '@tintype/pixels'
import type { PlanStep } from '../step.ts'

/** Lay a colour under whatever is transparent, in place. */
export const planBackground: PlanStep<'background'> = ({ colour }, { size, hasAlpha }) => ({
  size,
  hasAlpha: hasAlpha && colour.a < 255,
  priceBytes: 0,
  run(raster) {
    flattenOnto(raster, colour)
    return raster
  },
})
