/** Chroma resolution: halved in both directions, or full. */
export type JpegSampling = '4:2:0' | '4:4:4'

/** One component's grid of blocks; only blocks that hold samples count. */
export interface JpegPlane {
  readonly blocksAcross: number
  readonly blocksDown: number
}

/** Geometry of an encode. */
export interface JpegGrid {
  /** Luma samples for each chroma sample, in each direction. */
  readonly factor: 1 | 2
  readonly mcuRows: number
  readonly planes: readonly JpegPlane[]
}

/** Where rows of packed blocks go: at `offset` bytes into the raster, or into the extra area. */
export interface JpegPlacement {
  readonly component: number
  readonly row: number
  readonly inRaster: boolean
  readonly offset: number
}

/** Head and 64 coefficients: the most a packed block takes (`assembly/jpeg-encode-block.ts`). */
const PACKED_BLOCK_BYTES = 8 + 64 * 2
const RGBA_BYTES = 4

/** Plan the grid of a picture, px; grey pictures have a single plane. */
export function planJpegGrid(width: number, height: number, sampling: JpegSampling, grey: boolean): JpegGrid {
  const factor = sampling === '4:2:0' && !grey ? 2 : 1
  const plane = (divisor: number) => ({
    blocksAcross: Math.ceil(Math.ceil(width / divisor) / 8),
    blocksDown: Math.ceil(Math.ceil(height / divisor) / 8),
  })
  const chroma = plane(factor)
  return {
    factor,
    mcuRows: Math.ceil(height / (8 * factor)),
    planes: grey ? [plane(1)] : [plane(1), chroma, chroma],
  }
}

/**
 * Find a place for every row of packed blocks. A row of MCUs is read whole before its blocks are stored, so blocks may
 * take the place of pixels already read; what does not fit there goes into the extra area.
 * Places depend on the geometry alone, never on the content: that is what makes the price exact.
 * @param reuseRaster false to leave the raster's pixels alone
 */
export function* placeJpegBlocks(
  grid: JpegGrid,
  width: number,
  height: number,
  reuseRaster: boolean,
): Generator<JpegPlacement> {
  const extra = { inRaster: false, used: 0, free: Number.POSITIVE_INFINITY }
  const raster = { inRaster: true, used: 0, free: 0 }
  for (let mcuRow = 0; mcuRow < grid.mcuRows; mcuRow++) {
    const linesRead = Math.min(height, (mcuRow + 1) * 8 * grid.factor)
    raster.free = reuseRaster ? linesRead * width * RGBA_BYTES : 0
    for (const [component, plane] of grid.planes.entries()) {
      const rows = component === 0 ? grid.factor : 1
      const bytes = plane.blocksAcross * PACKED_BLOCK_BYTES
      for (let row = mcuRow * rows; row < Math.min((mcuRow + 1) * rows, plane.blocksDown); row++) {
        const area = raster.used + bytes <= raster.free ? raster : extra
        yield { component, row, inRaster: area.inRaster, offset: area.used }
        area.used += bytes
      }
    }
  }
}

/** Bytes of the extra area that {@link placeJpegBlocks} asks for. */
export function jpegExtraBytes(grid: JpegGrid, width: number, height: number, reuseRaster: boolean): number {
  let bytes = 0
  for (const { component, inRaster, offset } of placeJpegBlocks(grid, width, height, reuseRaster)) {
    const across = grid.planes[component]?.blocksAcross ?? 0
    if (!inRaster) bytes = Math.max(bytes, offset + across * PACKED_BLOCK_BYTES)
  }
  return bytes
}
