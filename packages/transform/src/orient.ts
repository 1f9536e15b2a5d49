import { createRaster, type Raster } from './raster.ts'

/**
 * Turn stored rows upright.
 * @param orientation EXIF's, 1 to 8
 * @returns the raster itself for orientation 1, else a new one
 */
export function orientRaster(stored: Raster, orientation: number): Raster {
  if (orientation === 1) return stored
  const { width, height } = stored
  const upright = orientation >= 5 ? createRaster(height, width) : createRaster(width, height)
  const from = new Uint32Array(stored.data.buffer, stored.data.byteOffset, width * height)
  const to = new Uint32Array(upright.data.buffer)
  // Where stored pixel (0, 0) goes, and how far one step along the stored row or column leads there.
  const { origin, alongRow, alongColumn } = walk(orientation, upright.width, upright.height)
  for (let y = 0; y < height; y++) {
    let at = origin + y * alongColumn
    for (let x = 0; x < width; x++, at += alongRow) to[at] = from[y * width + x] as number
  }
  return upright
}

/** @param width of the upright raster, px, as is `height` */
function walk(orientation: number, width: number, height: number) {
  const lastRow = (height - 1) * width
  switch (orientation) {
    case 2:
      return { origin: width - 1, alongRow: -1, alongColumn: width }
    case 3:
      return { origin: lastRow + width - 1, alongRow: -1, alongColumn: -width }
    case 4:
      return { origin: lastRow, alongRow: 1, alongColumn: -width }
    case 5:
      return { origin: 0, alongRow: width, alongColumn: 1 }
    case 6:
      return { origin: width - 1, alongRow: width, alongColumn: -1 }
    case 7:
      return { origin: lastRow + width - 1, alongRow: -width, alongColumn: -1 }
    case 8:
      return { origin: lastRow, alongRow: -width, alongColumn: 1 }
    default:
      return { origin: 0, alongRow: 1, alongColumn: width }
  }
}
