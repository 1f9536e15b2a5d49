import module from '../build/pixels.wasm?module'
import { createKernel, type KernelRaster } from './kernel.ts'

/* For tests only. */

/** Red, green, blue and alpha, 0–255. */
export type SamplePixel = readonly number[]

/** A raster in a kernel of its own whose pixels are what `at` says of their place. */
export function drawRaster(
  width: number,
  height: number,
  at: (x: number, y: number) => SamplePixel,
): KernelRaster {
  const kernel = createKernel(module)
  const pointer = kernel.exports.allocate(width * height * 4)
  const bytes = kernel.bytes(pointer, width * height * 4)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) bytes.set(at(x, y), (y * width + x) * 4)
  return { kernel, pointer, width, height }
}

/** A copy of a raster's pixels. */
export const bytesOfRaster = ({ kernel, pointer, width, height }: KernelRaster): Uint8Array<ArrayBuffer> =>
  kernel.bytes(pointer, width * height * 4).slice()
