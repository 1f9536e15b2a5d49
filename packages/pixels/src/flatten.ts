import { guardTraps, type KernelRaster } from './kernel.ts'

/** A colour: red, green, blue and alpha, 0..255 each. */
export interface Rgba {
  readonly r: number
  readonly g: number
  readonly b: number
  readonly a: number
}

interface FlattenExports {
  flattenRow(row: number, count: number, colour: number): void
}

/** A colour as the kernel takes it: 0xAABBGGRR. */
export const packRgba = ({ r, g, b, a }: Rgba): number => ((a << 24) | (b << 16) | (g << 8) | r) >>> 0

/** Lay a raster over an opaque colour (0..255 each), in place and without memory; every pixel becomes opaque. */
export function flatten(raster: KernelRaster, r: number, g: number, b: number): void {
  const exports = raster.kernel.exports as unknown as FlattenExports
  const colour = packRgba({ r, g, b, a: 0 })
  guardTraps(() => {
    for (let y = 0; y < raster.height; y++) {
      exports.flattenRow(raster.pointer + y * raster.width * 4, raster.width, colour)
    }
  })
}
