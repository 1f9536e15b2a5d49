import { guardTraps, type KernelRaster } from './kernel.ts'
import { align16 } from './resize.ts'

/** A blur by halving: how many times, and the Gaussian of what is left then. */
export interface PyramidPlan {
  /** Sizes of the levels below the raster, each half of the one before, rounded up. */
  readonly levels: readonly { readonly width: number; readonly height: number }[]
  /** By how many px of its edges the raster is continued on each side before it is halved. */
  readonly pad: number
  /** Weights of the neighbours of a pixel, nearest first, in units of 1 / 32768. */
  readonly wings: Int16Array
}

const PIXEL_BYTES = 8
/** Vectors end up to this far beyond what they are meant to write. */
const SPARE_BYTES = 32
const UNIT = 32_768
/** Of the last level; one of them is the edge alone then. */
const PAD_CELLS = 3
/** px² that halving once and doubling again blur by, and what each further level adds, in its own px². */
const FIRST_VARIANCE = 1
const NEXT_VARIANCE = 1.5
/** What is left to blur, in px of the last level: less would show its grid. */
const LEAST_VARIANCE = 1

/** @param sigma standard deviation, px, 4 or more */
export function planPyramid(width: number, height: number, sigma: number): PyramidPlan {
  let count = 1
  let variance = FIRST_VARIANCE
  for (;;) {
    const more = variance + NEXT_VARIANCE * 4 ** count
    if ((sigma ** 2 - more) / 4 ** (count + 1) < LEAST_VARIANCE) break
    variance = more
    count += 1
  }
  const pad = PAD_CELLS * 2 ** count
  const levels = Array.from({ length: count }, (_, i) => ({
    width: Math.ceil((width + 2 * pad) / 2 ** (i + 1)),
    height: Math.ceil((height + 2 * pad) / 2 ** (i + 1)),
  }))
  return { levels, pad, wings: wingsOf(Math.sqrt((sigma ** 2 - variance) / 4 ** count)) }
}

function wingsOf(sigma: number): Int16Array {
  const bell = Array.from({ length: Math.ceil(3 * sigma) }, (_, i) => Math.exp(-0.5 * ((i + 1) / sigma) ** 2))
  const sum = 1 + 2 * bell.reduce((total, weight) => total + weight, 0)
  return Int16Array.from(bell, (weight) => Math.round((weight / sum) * UNIT))
}

/** Bytes of each part that {@link blurByPyramid} allocates, in its order. */
function partsOf(width: number, { levels, wings }: PyramidPlan): number[] {
  const reach = wings.length
  const [largest = { width: 1 }] = levels
  const last = levels.at(-1) ?? largest
  return [
    ...levels.map((level) => level.width * level.height * PIXEL_BYTES + SPARE_BYTES),
    (largest.width + 4) * PIXEL_BYTES + SPARE_BYTES,
    (width + 4) * 4 + SPARE_BYTES,
    wings.byteLength,
    (last.width + 2 * reach) * PIXEL_BYTES + SPARE_BYTES,
    (2 * reach + 1) * last.width * PIXEL_BYTES + SPARE_BYTES,
  ]
}

/** Kernel bytes that {@link blurByPyramid} takes beside the raster. */
export const pricePyramid = (width: number, plan: PyramidPlan): number =>
  partsOf(width, plan).reduce((sum, bytes) => sum + align16(bytes), 0)

/** Blur a raster without transparency in place. @throws PixelError `internal` where memory is short */
export function blurByPyramid({ kernel, pointer, width, height }: KernelRaster, plan: PyramidPlan): void {
  const { levels, wings, pad } = plan
  const { allocate, ...kernels } = kernel.exports
  guardTraps(() => {
    const parts = partsOf(width, plan).map((bytes) => allocate(bytes))
    const at = (index: number): number => parts[index] as number
    const [line, spare, weights] = [
      at(levels.length) + 2 * PIXEL_BYTES,
      at(levels.length + 1),
      at(levels.length + 2),
    ]
    const [wideLine, ring] = [at(levels.length + 3) + wings.length * PIXEL_BYTES, at(levels.length + 4)]
    kernel.bytes(weights, wings.byteLength).set(new Uint8Array(wings.buffer))

    kernels.blurHalveRaster(pointer, width, height, pad, at(0))
    for (const [i, level] of levels.slice(0, -1).entries()) {
      kernels.blurHalveLevel(at(i), level.width, level.height, at(i + 1), line)
    }
    const last = levels.length - 1
    const { width: lastWidth, height: lastHeight } = levels[last] as PyramidPlan['levels'][number]
    kernels.blurLevel(at(last), lastWidth, lastHeight, weights, wings.length, wideLine, ring)
    for (let i = last; i > 0; i--) {
      const [from, to] = [levels[i], levels[i - 1]] as [(typeof levels)[number], (typeof levels)[number]]
      kernels.blurDoubleLevel(at(i), from.width, from.height, at(i - 1), to.width, to.height, line)
    }
    const first = levels[0] as PyramidPlan['levels'][number]
    kernels.blurDoubleRaster(at(0), first.width, first.height, pointer, width, height, pad, line, spare)
  })
}
