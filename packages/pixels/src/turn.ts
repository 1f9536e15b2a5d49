import type { KernelRaster } from './kernel.ts'
import { type Orientation, planResize, priceResize, type ResizePlan } from './resize.ts'
import { resizeRaster } from './resize-raster.ts'

const planTurn = (width: number, height: number, orientation: Orientation): ResizePlan =>
  planResize({ kind: 'opaque', width, height, outWidth: width, outHeight: height, orientation })

/** Kernel bytes that {@link turn} takes beside the raster, exactly up to alignment. */
export const priceTurn = (width: number, height: number, orientation: Orientation): number =>
  orientation === 1 ? 0 : priceResize(planTurn(width, height, orientation))

/**
 * Turn or mirror a raster by an EXIF orientation: 6 is a quarter clockwise, 3 a half, 8 a quarter counter-clockwise.
 * @returns a new raster in the same kernel, or the same one for 1; the old one's memory stays taken
 */
export const turn = (raster: KernelRaster, orientation: Orientation): KernelRaster =>
  orientation === 1 ? raster : resizeRaster(raster, planTurn(raster.width, raster.height, orientation))
