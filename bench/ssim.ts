/** Decoded pixels: RGBA, 8 bits, straight alpha, row-major, tightly packed. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** One value per pixel, 0–255. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly data: Float64Array
}

const RADIUS = 5
const SIGMA = 1.5
const RANGE = 255
/** Keep a quotient of two flat windows from being 0 / 0. */
const C1 = (0.01 * RANGE) ** 2
const C2 = (0.03 * RANGE) ** 2

/** Weights of one line of the window, which add up to 1. */
const WEIGHTS = normalise(
  Array.from({ length: 2 * RADIUS + 1 }, (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2))),
)

function normalise(values: number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0)
  return values.map((value) => value / sum)
}

/** Luma by the weights of BT.601, of colour on black where a pixel is not opaque. */
export function lumaOf({ width, height, data }: Pixels): Plane {
  const luma = new Float64Array(width * height)
  for (let i = 0, at = 0; i < luma.length; i++, at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4)
    luma[i] = ((0.299 * red + 0.587 * green + 0.114 * blue) * alpha) / 255
  }
  return { width, height, data: luma }
}

/**
 * Structural similarity of two pictures of one size: the mean over all places of an 11x11 Gaussian window that lies
 * inside of them.
 * @returns 1 for equal pictures, less the more they differ, below 0 for opposites
 * @throws RangeError when the sizes differ, or a side is under 11 px
 * Rule: Z. Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", 2004, with its
 *   constants (sigma 1.5, K1 0.01, K2 0.03); no scaling down beforehand.
 */
export function ssim(a: Plane, b: Plane): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`Pictures differ in size: ${a.width}x${a.height} and ${b.width}x${b.height}`)
  }
  if (Math.min(a.width, a.height) <= 2 * RADIUS) throw new RangeError('Pictures are too small for a window')
  const meanA = blur(a)
  const meanB = blur(b)
  const squareA = blur(multiply(a, a))
  const squareB = blur(multiply(b, b))
  const product = blur(multiply(a, b))
  let sum = 0
  for (let i = 0; i < meanA.length; i++) {
    const ma = meanA[i] as number
    const mb = meanB[i] as number
    const varianceA = (squareA[i] as number) - ma * ma
    const varianceB = (squareB[i] as number) - mb * mb
    const covariance = (product[i] as number) - ma * mb
    const likeness = (2 * ma * mb + C1) * (2 * covariance + C2)
    sum += likeness / ((ma * ma + mb * mb + C1) * (varianceA + varianceB + C2))
  }
  return sum / meanA.length
}

const multiply = (a: Plane, b: Plane): Plane => ({
  ...a,
  data: a.data.map((value, i) => value * (b.data[i] as number)),
})

/** Weighted means of all windows inside the plane, along lines and then along columns. */
function blur({ width, height, data }: Plane): Float64Array {
  const narrow = width - 2 * RADIUS
  const low = height - 2 * RADIUS
  const lines = weigh(data, narrow * height, (i) => Math.floor(i / narrow) * width + (i % narrow), 1)
  return weigh(lines, narrow * low, (i) => i, narrow)
}

/** `count` sums of weighted samples that lie `stride` apart, the first of sum `i` at `startOf(i)`. */
function weigh(
  data: Float64Array,
  count: number,
  startOf: (i: number) => number,
  stride: number,
): Float64Array {
  const sums = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const start = startOf(i)
    let sum = 0
    for (let tap = 0; tap < WEIGHTS.length; tap++) {
      sum += (WEIGHTS[tap] as number) * (data[start + tap * stride] as number)
    }
    sums[i] = sum
  }
  return sums
}
