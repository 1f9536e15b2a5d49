/** Decoded pixels: RGBA, 8 bits, straight alpha, sRGB, row-major, tightly packed (length = width × height × 4). */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

/** All bytes 0: transparent black. */
export const createRaster = (width: number, height: number): Raster => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4),
})

/** Give a raster's memory back at once instead of at the next collection. It must not be read afterwards. */
export function releaseRaster(raster: Raster): void {
  raster.data.buffer.transfer(0)
}
