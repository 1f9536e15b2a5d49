import type { Rect, Size } from '@tintype/core'
import { planResize, priceResize, resizeRaster } from '@tintype/pixels'
import type { PlannedStep } from '../step.ts'

/** What a raster becomes: a part of it, at another size. */
export interface Resampling {
  /** What is kept of the raster, px of it. */
  readonly crop: Rect
  /** Size at which `crop` is drawn. */
  readonly scaled: Size
}

/** Cut and scale a raster that is already there, through the resizer that decoders push their rows into. */
export function planResampling(
  { width, height }: Size,
  hasAlpha: boolean,
  { crop, scaled }: Resampling,
): PlannedStep {
  const plan = planResize({
    kind: 'alpha',
    width,
    height,
    window: crop,
    outWidth: scaled.width,
    outHeight: scaled.height,
  })
  return {
    size: scaled,
    hasAlpha,
    priceBytes: priceResize(plan),
    run: (raster) => resizeRaster(raster, plan),
  }
}
