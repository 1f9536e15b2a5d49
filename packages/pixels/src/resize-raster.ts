import type { KernelRaster } from './kernel.ts'
import { createResizer, type ResizePlan } from './resize.ts'

/**
 * Push a raster through a resizer.
 * @param into where the result is written; absent: into memory of its own
 */
export function resizeRaster(raster: KernelRaster, plan: ResizePlan, into?: number): KernelRaster {
  const { kernel, pointer, width } = raster
  const resizer = createResizer(kernel, plan, into)
  resizer.skip(resizer.firstRow)
  for (let y = resizer.firstRow; y < resizer.endRow; y++) resizer.push(pointer + y * width * 4)
  return resizer.raster
}
