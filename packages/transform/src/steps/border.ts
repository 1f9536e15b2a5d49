import { ApiError, describeExcess } from '@tintype/core'
import { extend, priceExtend } from '@tintype/pixels'
import { type PlanStep, toRaster } from '../step.ts'

/** Frame a picture; a result beyond the largest side or area is refused. */
export const planBorder: PlanStep<'border'> = ({ colour, top, right, bottom, left }, { size, hasAlpha }) => {
  const framed = { width: left + size.width + right, height: top + size.height + bottom }
  const excess = describeExcess(framed.width, framed.height)
  if (excess !== null) throw new ApiError('refusedDimensions', excess)
  const target = { ...framed, left, top }
  return toRaster({ size: framed, hasAlpha: hasAlpha || colour.a < 255 }, priceExtend(target), (raster) =>
    extend(raster, target, colour),
  )
}
