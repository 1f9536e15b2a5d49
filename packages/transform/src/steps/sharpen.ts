import { priceSharpen, sharpen } from '@tintype/pixels'
import { inPlace, type PlanStep } from '../step.ts'

/** Unsharp mask. */
export const planSharpen: PlanStep<'sharpen'> = ({ amount }, canvas) =>
  inPlace(canvas, (raster) => sharpen(raster, amount), priceSharpen(canvas.size.width))
