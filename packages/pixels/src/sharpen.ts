import { guardTraps, type KernelRaster } from './kernel.ts'

const REACH = 3
const SPARE_BYTES = 16
const SAMPLE_BYTES = 8

/** Kernel bytes that {@link sharpen} takes beside the raster, exactly up to alignment: seven rows of 16-bit samples, and one. */
export function priceSharpen(width: number): number {
  const align16 = (size: number): number => Math.ceil(size / 16) * 16
  const ring = (2 * REACH + 1) * (align16(width * SAMPLE_BYTES) + SPARE_BYTES)
  return ring + align16((width + 2 * REACH) * SAMPLE_BYTES) + 2 * SPARE_BYTES
}

/**
 * Unsharp mask in place: a colour is moved away from that of its surroundings, a Gaussian of one pixel over premultiplied
 * colours, by `amount` times their distance. Alpha is left as it is, so that edges of transparency keep their shape and get
 * no halo.
 * @param amount 0–10
 * Rule: docs/parity.md#options.
 */
export function sharpen(raster: KernelRaster, amount: number): void {
  const { kernel, pointer, width, height } = raster
  const { allocate, isOpaque, sharpenRaster, sharpenScratch } = kernel.exports
  guardTraps(() => {
    const scratch = allocate(sharpenScratch(width))
    sharpenRaster(pointer, width, height, amount, isOpaque(pointer, width * height), scratch)
  })
}
