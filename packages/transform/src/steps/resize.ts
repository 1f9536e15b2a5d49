import { ApiError, isSought, nameSought, planTransform } from '@tintype/core'
import { type KernelRaster, planResize, priceResize, resizeRaster } from '@tintype/pixels'
import { type PlanStep, toRaster } from '../step.ts'
import { planPad } from './pad.ts'

/**
 * Fit a raster that is already there into a box. At the head of a program the decoder does it; this is for resizes that
 * come later, where nothing was looked at beforehand.
 */
export const planResizeStep: PlanStep<'resize'> = ({ gravity, ...op }, { size, hasAlpha }) => {
  if (isSought(gravity)) {
    throw new ApiError(
      'invalidOptions',
      `"gravity" can be "${nameSought(gravity)}" in the first resize of a picture only`,
    )
  }
  const geometry = planTransform(size, { ...op, gravity })
  const { crop, scaled } = geometry
  const plan = planResize({
    ...{ kind: 'alpha', ...size, window: crop },
    ...{ outWidth: scaled.width, outHeight: scaled.height },
  })
  const pad = planPad(geometry, op.fill, hasAlpha)
  const resize = (raster: KernelRaster) => resizeRaster(raster, plan)
  const resized = toRaster({ size: scaled, hasAlpha }, priceResize(plan), resize)
  if (pad === null) return resized
  const rasterBytes = resized.rasterBytes + pad.rasterBytes
  return { ...pad, rasterBytes, run: (raster, services) => pad.run(resize(raster), services) }
}
