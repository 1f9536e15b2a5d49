import { guardTraps, type KernelRaster } from './kernel.ts'

/** Factors of a picture's colours; 1 leaves each as it is. */
export interface Adjustment {
  /** 0 or more: sRGB levels are multiplied by it. */
  readonly brightness: number
  /** 0 or more: their distance from the middle is multiplied by it. */
  readonly contrast: number
  /** Above 0: they are raised to the power of its inverse. */
  readonly gamma: number
  /** 0 or more: the distance of each channel from the pixel's grey is multiplied by it. */
  readonly saturation: number
}

const LEVELS = 256
const SPARE_BYTES = 16

/** Kernel bytes that {@link adjust} takes beside the raster, exactly up to alignment. */
export const priceAdjust = ({ saturation }: Adjustment): number =>
  saturation === 1 ? LEVELS : LEVELS * 4 + SPARE_BYTES

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

/** What brightness, contrast and gamma make of a level, 0–255 each; the result is not rounded. */
export function curveAt(level: number, { brightness, contrast, gamma }: Adjustment): number {
  const bright = clamp((level / 255) * brightness)
  const contrasted = clamp((bright - 0.5) * contrast + 0.5)
  return contrasted ** (1 / gamma) * 255
}

/**
 * Change colours in place, alpha left as it is: brightness, contrast, gamma, saturation, in this order and in one pass.
 * Rule: docs/parity.md#options.
 */
export function adjust(raster: KernelRaster, adjustment: Adjustment): void {
  const { kernel, pointer, width, height } = raster
  const { saturation } = adjustment
  const { allocate, adjustLevels, adjustPixels } = kernel.exports
  const curve = Array.from({ length: LEVELS }, (_, level) => curveAt(level, adjustment))
  guardTraps(() => {
    const table = allocate(priceAdjust(adjustment))
    if (saturation === 1) {
      kernel.bytes(table, LEVELS).set(curve.map(Math.round))
      adjustLevels(pointer, width * height, table)
      return
    }
    new Float32Array(kernel.exports.memory.buffer, table, LEVELS).set(curve)
    adjustPixels(pointer, width * height, table, saturation, table + LEVELS * 4)
  })
}
