import type { KernelRaster } from '../../packages/pixels/src/index.ts'
import { newKernel } from './pixel-kernel.ts'

/** A raster in a kernel of its own, holding a copy of `rgba` (width × height × 4 bytes). */
export function kernelRaster(rgba: Uint8Array, width: number, height: number): KernelRaster {
  const kernel = newKernel()
  const pointer = kernel.exports.allocate(rgba.length)
  kernel.bytes(pointer, rgba.length).set(rgba)
  return { kernel, pointer, width, height }
}
