// Finished rows are written where the picture's orientation wants them, so that turning it costs no second raster.

import { allocate } from './memory'
import { watchRow } from './watch'

// EXIF orientations, as the position (x, y) of a stored row's pixel in the shown picture; W × H is the stored size:
//   1 (x, y)   2 (W-1-x, y)   3 (W-1-x, H-1-y)   4 (x, H-1-y)   5 (y, x)   6 (H-1-y, x)   7 (H-1-y, W-1-x)   8 (y, W-1-x)
const MIRRORS_X: i32 = (1 << 2) | (1 << 3) | (1 << 7) | (1 << 8)
const MIRRORS_Y: i32 = (1 << 3) | (1 << 4) | (1 << 6) | (1 << 7)
const FIRST_TRANSPOSED: i32 = 5

// @ts-ignore: decorator
@unmanaged
export class Placement {
  /** Where the stored pixel (0, 0) lands; 0 where rows are only looked at, see `watch.ts`. */
  origin: usize
  /** Bytes from one pixel of a stored row to the next, and from one stored row to the next; may be negative. */
  stepX: i32
  stepY: i32
  width: i32
  pixelBytes: i32
}

/** @param width,height size of the picture in stored order; @param raster where the shown picture starts; 0 for none */
export function createPlacement(raster: usize, width: i32, height: i32, pixelBytes: i32, orientation: i32): Placement {
  const placement = changetype<Placement>(allocate(offsetof<Placement>()))
  const transposed = orientation >= FIRST_TRANSPOSED
  let stepX = transposed ? height * pixelBytes : pixelBytes
  let stepY = transposed ? pixelBytes : width * pixelBytes
  placement.origin = raster
  if ((MIRRORS_X >> orientation) & 1) {
    placement.origin += <usize>(width - 1) * <usize>stepX
    stepX = -stepX
  }
  if ((MIRRORS_Y >> orientation) & 1) {
    placement.origin += <usize>(height - 1) * <usize>stepY
    stepY = -stepY
  }
  placement.stepX = stepX
  placement.stepY = stepY
  placement.width = width
  placement.pixelBytes = pixelBytes
  return placement
}

/** Where stored row `y` may be written as it is, without `placeRow`; 0 where it has to be turned. */
export function straightPlace(placement: Placement, y: i32): usize {
  if (placement.stepX != placement.pixelBytes || placement.origin == 0) return 0
  return placement.origin + <usize>y * <usize>placement.stepY
}

/** Write stored row `y`. */
export function placeRow(placement: Placement, y: i32, row: usize): void {
  const width = placement.width, stepX = <usize>placement.stepX
  if (placement.origin == 0) return watchRow(row, width, y)
  let target = placement.origin + <usize>y * <usize>placement.stepY
  if (placement.stepX == placement.pixelBytes) {
    memory.copy(target, row, <usize>width * stepX)
  } else if (placement.pixelBytes == 1) {
    for (let x = 0; x < width; x++, target += stepX) store<u8>(target, load<u8>(row + <usize>x))
  } else {
    for (let x = 0; x < width; x++, target += stepX) store<u32>(target, load<u32>(row + (<usize>x << 2)))
  }
}
