import type { Plan, Rgba } from '@tintype/core'
import { extend, priceExtend } from '@tintype/pixels'
import { type PlannedStep, toRaster } from '../step.ts'

/** Put a scaled picture on the canvas of its plan; the picture keeps its own transparency. Null where it fills the canvas. */
export function planPad({ scaled, canvas, offset }: Plan, fill: Rgba, hasAlpha: boolean): PlannedStep | null {
  if (scaled.width === canvas.width && scaled.height === canvas.height) return null
  const target = { ...canvas, left: offset.x, top: offset.y }
  return toRaster({ size: canvas, hasAlpha: hasAlpha || fill.a < 255 }, priceExtend(target), (raster) =>
    extend(raster, target, fill),
  )
}
