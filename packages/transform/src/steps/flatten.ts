import { WHITE } from '@tintype/core'
import { flattenOnto } from '@tintype/pixels'
import { type Canvas, inPlace, type PlannedStep } from '../step.ts'

/** Lay what is still transparent over white, for a result that has no place for it. */
export const planFlatten = ({ size }: Canvas): PlannedStep =>
  inPlace({ size, hasAlpha: false }, (raster) => flattenOnto(raster, WHITE))
