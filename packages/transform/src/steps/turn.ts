import { priceTurn, turn } from '@tintype/pixels'
import type { PlanStep } from '../step.ts'

/** Turn and mirror. At the head of a program the decoder does it, so this is for turns that come later. */
export const planTurn: PlanStep<'turn'> = ({ orientation }, { size, hasAlpha }) => {
  const { width, height } = size
  return {
    size: orientation >= 5 ? { width: height, height: width } : size,
    hasAlpha,
    priceBytes: priceTurn(width, height, orientation),
    run: (raster) => turn(raster, orientation),
  }
}
