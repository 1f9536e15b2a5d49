import { priceTurn, turn } from '@tintype/pixels'
import { type PlanStep, toRaster } from '../step.ts'

/** Turn and mirror. At the head of a program the decoder does it, so this is for turns that come later. */
export const planTurn: PlanStep<'turn'> = ({ orientation }, { size, hasAlpha }) => {
  const { width, height } = size
  const turned = orientation >= 5 ? { width: height, height: width } : size
  return toRaster({ size: turned, hasAlpha }, priceTurn(width, height, orientation), (raster) =>
    turn(raster, orientation),
  )
}
