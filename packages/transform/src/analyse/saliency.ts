/** RGBA, 8 bits, straight alpha, row-major, tightly packed. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * How much each pixel stands out from what surrounds it: the distance in CIELAB between it (a little smoothed) and the mean
 * of the largest area around it that is symmetric within the picture ("maximum symmetric surround", Achanta and Süsstrunk,
 * ICIP 2010). Colour, lightness and texture alone. Transparent pixels stand out as far as they are seen.
 * @returns a value per pixel, 0 or more, row-major
 */
export function findSaliency(pixels: Pixels): Float32Array {
  const { width, height, data } = pixels
  const saliency = new Float32Array(width * height)
  for (const channel of toLab(pixels)) {
    const sums = integrate(channel, width, height)
    for (let y = 0; y < height; y++) {
      const reachY = Math.min(y, height - 1 - y)
      for (let x = 0; x < width; x++) {
        const reachX = Math.min(x, width - 1 - x)
        const surround = meanOf(sums, width, x - reachX, y - reachY, x + reachX + 1, y + reachY + 1)
        const own = meanOf(
          ...([sums, width] as const),
          ...([Math.max(0, x - 1), Math.max(0, y - 1)] as const),
          ...([Math.min(width, x + 2), Math.min(height, y + 2)] as const),
        )
        const at = y * width + x
        saliency[at] = (saliency[at] as number) + (own - surround) ** 2
      }
    }
  }
  for (let i = 0; i < saliency.length; i++) {
    saliency[i] = (Math.sqrt(saliency[i] as number) * (data[i * 4 + 3] as number)) / 255
  }
  return saliency
}

/**
 * Sums over all pixels left of and above each corner, so that any rectangle's sum takes four look-ups.
 * @returns (width + 1) × (height + 1) values
 */
export function integrate(values: Float32Array, width: number, height: number): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += values[y * width + x] as number
      const at = (y + 1) * (width + 1) + x + 1
      sums[at] = (sums[at - width - 1] as number) + row
    }
  }
  return sums
}

/** The sum over a rectangle; right and bottom are not part of it. */
export function sumOf(
  sums: Float64Array,
  width: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  const at = (x: number, y: number) => sums[y * (width + 1) + x] as number
  return at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)
}

const meanOf = (
  sums: Float64Array,
  width: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number => sumOf(sums, width, left, top, right, bottom) / ((right - left) * (bottom - top))

/** sRGB levels in linear light. */
const LINEAR = Float32Array.from({ length: 256 }, (_, level) => {
  const value = level / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})
const labCurve = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : (903.3 * value + 16) / 116)

/** The three channels of CIELAB under D65. */
function toLab({ width, height, data }: Pixels): [Float32Array, Float32Array, Float32Array] {
  const pixels = width * height
  const channels = [0, 1, 2].map(() => new Float32Array(pixels)) as [Float32Array, Float32Array, Float32Array]
  const [lightness, a, b] = channels
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [0, 1, 2].map((c) => LINEAR[data[i * 4 + c] as number] as number) as [
      number,
      number,
      number,
    ]
    const x = labCurve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047)
    const y = labCurve(0.2126729 * red + 0.7151522 * green + 0.072175 * blue)
    const z = labCurve((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883)
    lightness[i] = 116 * y - 16
    a[i] = 500 * (x - y)
    b[i] = 200 * (y - z)
  }
  return channels
}
