import type { Rect, Size } from '@tintype/core'
import { createRaster, type Raster } from './raster.ts'

/** A separable filter: its value at a distance in px of the coarser grid, and where it ends. */
interface Filter {
  readonly radius: number
  at(distance: number): number
}

const LANCZOS3: Filter = {
  radius: 3,
  at(distance) {
    if (distance === 0) return 1
    const t = Math.PI * distance
    return (3 * Math.sin(t) * Math.sin(t / 3)) / (t * t)
  },
}

/** Catmull-Rom, the bicubic of spec transforms §2 `upscale=interpolate`. */
const CUBIC: Filter = {
  radius: 2,
  at(distance) {
    const t = Math.abs(distance)
    return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : ((-0.5 * t + 2.5) * t - 4) * t + 2
  },
}

/** For each target pixel of one axis: the first source pixel it is made of, and the weights of it and the next ones. */
interface Taps {
  readonly count: number
  readonly starts: Int32Array
  /** `count` weights per target pixel; their sum is 1. */
  readonly weights: Float32Array
}

/**
 * Weights that draw the stretch `from` … `from + length` of a source axis as `target` pixels. What the filter wants
 * from beyond the picture's edge it takes from the edge pixel, as libvips does; the stretch itself is no such edge.
 */
function planTaps(source: number, from: number, length: number, target: number): Taps {
  const scale = length / target
  const filter = scale > 1 ? LANCZOS3 : CUBIC
  const stretch = Math.max(scale, 1)
  const radius = filter.radius * stretch
  const count = Math.min(source, Math.ceil(radius * 2) + 1)
  const starts = new Int32Array(target)
  const weights = new Float32Array(target * count)
  for (let i = 0; i < target; i++) {
    const centre = from + (i + 0.5) * scale - 0.5
    const first = Math.ceil(centre - radius)
    const last = Math.floor(centre + radius)
    const start = Math.min(Math.max(first, 0), source - count)
    let sum = 0
    for (let j = first; j <= last; j++) sum += filter.at((j - centre) / stretch)
    starts[i] = start
    for (let j = first; j <= last; j++) {
      const slot = i * count + Math.min(Math.max(j, 0), source - 1) - start
      weights[slot] = (weights[slot] ?? 0) + filter.at((j - centre) / stretch) / sum
    }
  }
  return { count, starts, weights }
}

/** One row of pixels becomes one row of RGBA sums, 0–255, colours multiplied by alpha. */
type RowFilter = (row: Uint8ClampedArray, taps: Taps, result: Float32Array) => void

const filterOpaqueRow: RowFilter = (row, { count, starts, weights }, result) => {
  for (let x = 0, w = 0; x < starts.length; x++) {
    let red = 0
    let green = 0
    let blue = 0
    for (let p = (starts[x] as number) * 4, end = p + count * 4; p < end; p += 4, w++) {
      const weight = weights[w] as number
      red += weight * (row[p] as number)
      green += weight * (row[p + 1] as number)
      blue += weight * (row[p + 2] as number)
    }
    result[x * 4] = red
    result[x * 4 + 1] = green
    result[x * 4 + 2] = blue
    result[x * 4 + 3] = 255
  }
}

const filterAlphaRow: RowFilter = (row, { count, starts, weights }, result) => {
  for (let x = 0, w = 0; x < starts.length; x++) {
    let red = 0
    let green = 0
    let blue = 0
    let alpha = 0
    for (let p = (starts[x] as number) * 4, end = p + count * 4; p < end; p += 4, w++) {
      const weight = ((weights[w] as number) * (row[p + 3] as number)) / 255
      red += weight * (row[p] as number)
      green += weight * (row[p + 1] as number)
      blue += weight * (row[p + 2] as number)
      alpha += weight
    }
    result[x * 4] = red
    result[x * 4 + 1] = green
    result[x * 4 + 2] = blue
    result[x * 4 + 3] = alpha * 255
  }
}

/** Sums back to straight alpha. A ringing filter may leave the range; the clamped array keeps it in. */
function writeRow(sums: Float32Array, result: Uint8ClampedArray): void {
  for (let p = 0; p < sums.length; p += 4) {
    const alpha = Math.min(sums[p + 3] as number, 255)
    const factor = alpha <= 0 ? 0 : 255 / alpha
    result[p] = (sums[p] as number) * factor
    result[p + 1] = (sums[p + 1] as number) * factor
    result[p + 2] = (sums[p + 2] as number) * factor
    result[p + 3] = alpha
  }
}

function isOpaque({ data }: Raster): boolean {
  for (let p = 3; p < data.length; p += 4) if (data[p] !== 255) return false
  return true
}

const isWhole = (source: Size, crop: Rect): boolean =>
  crop.x === 0 && crop.y === 0 && crop.width === source.width && crop.height === source.height

/** Bytes that {@link resample} needs beside its source and its result: the filter window of rows, and weights. */
export function windowBytes(crop: Size, target: Size): number {
  const taps = (length: number, size: number) => Math.ceil(6 * Math.max(length / size, 1)) + 2
  const across = taps(crop.width, target.width)
  const down = taps(crop.height, target.height)
  return 4 * ((down + 1) * target.width * 4 + across * target.width + down * target.height)
}

/**
 * Draw a part of a picture at another size: Lanczos3 where it shrinks, bicubic where it grows, axis by axis, weighing
 * colours by alpha. Holds only the rows that the filter sees.
 * @param crop   what is drawn, source px, fractions allowed
 * @param target size of the result, whole px
 * @returns the source itself when nothing changes
 */
export function resample(source: Raster, crop: Rect, target: Size): Raster {
  if (isWhole(source, crop) && target.width === source.width && target.height === source.height) return source
  const across = planTaps(source.width, crop.x, crop.width, target.width)
  const down = planTaps(source.height, crop.y, crop.height, target.height)
  const filterRow = isOpaque(source) ? filterOpaqueRow : filterAlphaRow
  const rows = Array.from({ length: down.count }, () => new Float32Array(target.width * 4)) // row y is at y mod count
  const sums = new Float32Array(target.width * 4)
  const result = createRaster(target.width, target.height)

  let next = down.starts[0] as number
  for (let y = 0; y < target.height; y++) {
    const start = down.starts[y] as number
    for (next = Math.max(next, start); next < start + down.count; next++) {
      const at = next * source.width * 4
      const row = source.data.subarray(at, at + source.width * 4)
      filterRow(row, across, rows[next % down.count] as Float32Array)
    }
    sums.fill(0)
    for (let tap = 0; tap < down.count; tap++) {
      const weight = down.weights[y * down.count + tap] as number
      if (weight !== 0) addRow(sums, rows[(start + tap) % down.count] as Float32Array, weight)
    }
    writeRow(sums, result.data.subarray(y * target.width * 4, (y + 1) * target.width * 4))
  }
  return result
}

function addRow(sums: Float32Array, row: Float32Array, weight: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (row[i] as number) * weight
}
