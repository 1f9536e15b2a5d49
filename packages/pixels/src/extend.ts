import { packRgba, type Rgba } from './flatten.ts'
import { guardTraps, type KernelRaster } from './kernel.ts'
import { PixelError } from './pixel-error.ts'

/** A canvas and where the picture lies on it, px; it must lie inside. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
}

/** Kernel bytes that {@link extend} takes beside the raster, exactly up to alignment. */
export const priceExtend = ({ width, height }: Canvas): number => width * height * 4

/**
 * Lay a raster on a larger canvas of one colour. The picture keeps its own alpha; flatten first to see the canvas
 * through it.
 * @returns a new raster in the same kernel; the old one's memory stays taken
 * @throws PixelError `internal` when the picture does not lie inside the canvas
 */
export function extend(raster: KernelRaster, canvas: Canvas, background: Rgba): KernelRaster {
  const { kernel } = raster
  const { width, height, left, top } = canvas
  if (left < 0 || top < 0 || left + raster.width > width || top + raster.height > height) {
    throw new PixelError('internal', 'The picture does not lie inside the canvas')
  }
  const exports = kernel.exports
  const colour = packRgba(background)
  return guardTraps(() => {
    const pointer = kernel.exports.allocate(priceExtend(canvas))
    const memory = new Uint8Array(kernel.exports.memory.buffer)
    for (let y = 0; y < height; y++) {
      const row = pointer + y * width * 4
      const inside = y >= top && y < top + raster.height
      const before = inside ? left : width
      exports.fillRow(row, before, colour)
      if (!inside) continue
      const from = raster.pointer + (y - top) * raster.width * 4
      memory.copyWithin(row + left * 4, from, from + raster.width * 4)
      exports.fillRow(row + (left + raster.width) * 4, width - left - raster.width, colour)
    }
    return { kernel, pointer, width, height }
  })
}
