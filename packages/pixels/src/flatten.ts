import { guardTraps, type KernelRaster } from './kernel.ts'

/** A colour: red, green, blue and alpha, 0..255 each. */
export interface Rgba {
  readonly r: number
  readonly g: number
  readonly b: number
  readonly a: number
}

/** A colour as the kernel takes it: 0xAABBGGRR. */
export const packRgba = ({ r, g, b, a }: Rgba): number => ((a << 24) | (b << 16) | (g << 8) | r) >>> 0

/**
 * Lay a raster over a colour that may be translucent, in place and without memory. Over alpha 255 every pixel becomes
 * opaque; over alpha 0 nothing changes.
 */
export function flattenOnto(raster: KernelRaster, background: Rgba): void {
  const { flattenRow, underlayRow } = raster.kernel.exports
  if (background.a === 0) return
  const layRow = background.a === 255 ? flattenRow : underlayRow
  const colour = packRgba(background)
  guardTraps(() => {
    for (let y = 0; y < raster.height; y++) {
      layRow(raster.pointer + y * raster.width * 4, raster.width, colour)
    }
  })
}

/** Lay a raster over an opaque colour (0..255 each), in place and without memory; every pixel becomes opaque. */
export const flatten = (raster: KernelRaster, r: number, g: number, b: number): void =>
  flattenOnto(raster, { r, g, b, a: 255 })
