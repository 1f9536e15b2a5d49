import { ApiError, trimWindow } from '@tintype/core'
import { planResize, priceResize, resizeRaster } from '@tintype/pixels'
import { type PlanStep, toRaster } from '../step.ts'

/** Cut a raster that is already there. At the head of a program the decoder does it, so this is for cuts that come later. */
export const planTrim: PlanStep<'trim'> = (op, { size, hasAlpha }) => {
  const window = trimWindow(size, op)
  const { width, height } = window
  const plan = planResize({ kind: 'alpha', ...size, window, outWidth: width, outHeight: height })
  return toRaster({ size: { width, height }, hasAlpha }, priceResize(plan), (raster) =>
    resizeRaster(raster, plan),
  )
}

/** Borders are looked for in the source. */
export const planTrimBorder: PlanStep<'trim-border'> = () => {
  throw new ApiError('invalidOptions', 'a border can be trimmed once, before the first resize of a picture')
}
