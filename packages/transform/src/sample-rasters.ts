import type { SourceFacts } from '@tintype/core'

/* For tests only: pictures drawn by code. */

/** RGBA, 8 bits, straight alpha, row-major, tightly packed. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

export type Colour = readonly [red: number, green: number, blue: number, alpha: number]

export function drawRaster(width: number, height: number, at: (x: number, y: number) => Colour): Raster {
  const raster = { width, height, data: new Uint8ClampedArray(width * height * 4) }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) raster.data.set(at(x, y), (y * width + x) * 4)
  }
  return raster
}

export const pixel = ({ data, width }: Raster, x: number, y: number): Colour => {
  const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray((y * width + x) * 4)
  return [red, green, blue, alpha]
}

/** Smooth in both directions, so that lossy codecs and filters reproduce it closely. */
export const gradient = (width: number, height: number): Raster =>
  drawRaster(width, height, (x, y) => [(x * 255) / width, (y * 255) / height, 128, 255])

/** Red, green, blue and white quarters, from the left top in reading order. */
export const QUARTERS = {
  red: [255, 0, 0, 255],
  green: [0, 255, 0, 255],
  blue: [0, 0, 255, 255],
  white: [255, 255, 255, 255],
} as const
export const quarters = (width: number, height: number): Raster =>
  drawRaster(width, height, (x, y) =>
    y < height / 2
      ? x < width / 2
        ? QUARTERS.red
        : QUARTERS.green
      : x < width / 2
        ? QUARTERS.blue
        : QUARTERS.white,
  )

/** Largest difference of a channel. */
export function maxDifference(one: Raster, other: Raster): number {
  if (one.width !== other.width || one.height !== other.height) return Number.POSITIVE_INFINITY
  return one.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (other.data[i] as number))), 0)
}

export const factsOf = (
  format: SourceFacts['format'],
  bytes: Uint8Array,
  { width, height }: { width: number; height: number },
  more: Partial<SourceFacts> = {},
): SourceFacts => ({
  format,
  sizeBytes: bytes.length,
  width,
  height,
  orientation: 1,
  hasAlpha: false,
  animated: false,
  ...more,
})

/** Bytes as a stream of chunks of at most `chunkBytes`. */
export function streamOf(bytes: Uint8Array, chunkBytes = 1000): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + chunkBytes))
      at += chunkBytes
    },
  })
}
