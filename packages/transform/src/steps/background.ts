import { flattenOnto } from '@tintype/pixels'
import { inPlace, type PlanStep } from '../step.ts'

/** Lay a colour under whatever is transparent. */
export const planBackground: PlanStep<'background'> = ({ colour }, { size, hasAlpha }) =>
  inPlace({ size, hasAlpha: hasAlpha && colour.a < 255 }, (raster) => flattenOnto(raster, colour))
