// Where decoded rows go: a raster of the whole picture, or the streaming resizer. An interlaced picture that is resized
// needs both: its rows are only complete with the last pass.
import { allocate } from './memory'
import { Resizer, resizerEndRow, resizerFirstRow, resizerPush, resizerSkip } from './resize'

/** Vectors that end a row may run over it by up to this. */
const OVERSHOOT: usize = 16

let raster: usize = 0
let rasterStride: usize = 0
let resizer: usize = 0

/** Rows fill a raster of `width` × `height` RGBA pixels. @returns its first byte */
export function pngToRaster(width: u32, height: u32): usize {
  resizer = 0
  rasterStride = usize(width) << 2
  raster = allocate(rasterStride * height + OVERSHOOT)
  return raster
}

/** Rows go to a resizer: from the raster of `pngToRaster` once that is complete, or else as they come. */
export function pngToResizer(handle: usize, isFromRaster: bool): void {
  resizer = handle
  if (!isFromRaster) raster = 0
}

/** The place of row `y` when rows go to a raster, else 0. */
export function sinkRasterRow(y: u32): usize {
  return raster == 0 ? 0 : raster + rasterStride * y
}

/** Whether the resizer has a use for row `y`; if not it is told to step over it. */
export function sinkWantsRow(y: u32): bool {
  const target = changetype<Resizer>(resizer)
  if (i32(y) >= resizerFirstRow(target)) return true
  resizerSkip(target, 1)
  return false
}

/** Give the resizer its next row. @returns whether later rows are still needed */
export function sinkPush(rgba: usize): bool {
  return resizerPush(changetype<Resizer>(resizer), rgba)
}

/** Pass a complete raster on to the resizer, where there is one. */
export function sinkRaster(): void {
  if (resizer == 0) return
  let row = raster
  while (sinkPush(row)) row += rasterStride
}
