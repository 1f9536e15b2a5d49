import type { Pixels } from './saliency.ts'

/** Differences are told apart in steps of so many levels: finer ones are noise. */
const STEP = 4

/**
 * How much there is to tell of each pixel, in bits. What is told is how far its lightness is from what its left and upper
 * neighbours foretell; how much that tells is its own information, −log₂ of how often such a difference occurs in this
 * picture. The sum over a window is then what an ideal coder would need for it: plain areas and even slopes take next to
 * nothing, whatever their brightness, and rare detail takes most. Transparent pixels tell as much as is seen of them.
 * @returns a value per pixel, 0 or more, row-major
 */
export function findInformation(pixels: Pixels): Float32Array {
  const { width, height, data } = pixels
  const surprises = surprisesOf(lightnessOf(pixels), width, height)
  const counts = new Map<number, number>()
  for (const surprise of surprises) counts.set(surprise, (counts.get(surprise) ?? 0) + 1)
  const bits = new Map(
    [...counts].map(([surprise, count]) => [surprise, -Math.log2(count / surprises.length)]),
  )
  // The most frequent difference is what the picture mostly is: it tells nothing.
  const least = Math.min(...bits.values())
  return Float32Array.from(
    surprises,
    (surprise, i) => (((bits.get(surprise) as number) - least) * (data[i * 4 + 3] as number)) / 255,
  )
}

/** Luma of sRGB levels, of colour on black: what is transparent is alike. */
function lightnessOf({ data }: Pixels): Float32Array {
  const lightness = new Float32Array(data.length / 4)
  for (let i = 0; i < lightness.length; i++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(i * 4, i * 4 + 4)
    lightness[i] = ((0.2126 * red + 0.7152 * green + 0.0722 * blue) * alpha) / 255
  }
  return lightness
}

/** Distance of each pixel from left + above − left above, in steps; at the edges from the one neighbour there is. */
function surprisesOf(lightness: Float32Array, width: number, height: number): Uint16Array {
  const surprises = new Uint16Array(lightness.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const own = lightness[at] as number
      const left = x > 0 ? (lightness[at - 1] as number) : null
      const above = y > 0 ? (lightness[at - width] as number) : null
      const corner = x > 0 && y > 0 ? (lightness[at - width - 1] as number) : 0
      const foretold = left !== null && above !== null ? left + above - corner : (left ?? above ?? own)
      surprises[at] = Math.round(Math.abs(own - foretold) / STEP)
    }
  }
  return surprises
}
