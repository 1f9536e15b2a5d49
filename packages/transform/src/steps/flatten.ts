import { WHITE } from '@tintype/core'
import { flattenOnto } from '@tintype/pixels'
import type { Canvas, PlannedStep } from '../step.ts'

/** Lay what is still transparent over white, for a result that has no place for it. */
export const planFlatten = ({ size }: Canvas): PlannedStep => ({
  size,
  hasAlpha: false,
  priceBytes: 0,
  run(raster) {
    flattenOnto(raster, WHITE)
    return raster
  },
})
