import { blurByPyramid, planPyramid, pricePyramid } from './blur-pyramid.ts'
import type { KernelRaster } from './kernel.ts'
import { align16, createResizer, priceResize, priceResizeInto, type ResizePlan } from './resize.ts'
import { planAxis } from './resize-plan.ts'
import { resizeRaster } from './resize-raster.ts'

/** Of a picture with fewer bells across, so much is near its edges that the pyramid's roughness there would be seen. */
const PYRAMID_SIGMAS = 8
/** Fewer pixels hold all that is left of a picture, as long as the bell covers this many of them on each side. */
const SMALL_SIGMA = 2
/** Cells around the shrunk picture, so that it need not be guessed how it goes on at its edges. */
const MARGIN = 1
/** RGBA whose alpha is multiplied in; where it is 255, that costs nothing. */
const KIND = 'alpha'

/** What a blur will do: in one step, or shrink with the bell as its filter, and enlarge again. */
export type BlurPlan =
  | { readonly once: ResizePlan }
  | {
      readonly shrink: ResizePlan
      readonly enlarge: ResizePlan
      /** Pixels by which the picture is continued on each side before it is shrunk, so that its edges stay sharp there. */
      readonly padX: number
      readonly padY: number
    }

/**
 * Plan a Gaussian blur.
 * @param sigma standard deviation, px, above 0; the bell is cut off at three of them
 */
export function planBlur(width: number, height: number, sigma: number): BlurPlan {
  if (sigma < 2 * SMALL_SIGMA) {
    const axis = (size: number) => planAxis({ size, start: 0, length: size, out: size, bleed: true, sigma })
    return { once: { kind: KIND, x: axis(width), y: axis(height), orientation: 1 } }
  }
  const [x, y] = [planShrunkAxis(width, sigma), planShrunkAxis(height, sigma)]
  return {
    shrink: { kind: KIND, x: x.shrink, y: y.shrink, orientation: 1 },
    enlarge: { kind: KIND, x: x.enlarge, y: y.enlarge, orientation: 1 },
    padX: x.pad,
    padY: y.pad,
  }
}

function planShrunkAxis(size: number, sigma: number) {
  const cells = Math.max(1, Math.round(size / Math.floor(sigma / SMALL_SIGMA)))
  const cell = size / cells
  const small = cells + 2 * MARGIN
  const shrinkPadded = (pad: number) =>
    planAxis({
      size: size + 2 * pad,
      start: pad - MARGIN * cell,
      length: small * cell,
      out: small,
      bleed: true,
      sigma,
    })
  // What repeats beyond the edge is the outermost box: it must hold pixels of the edge alone.
  const { box } = shrinkPadded(0)
  const pad = box > 1 ? 2 * box : 0
  return {
    pad,
    shrink: shrinkPadded(pad),
    enlarge: planAxis({ size: small, start: MARGIN, length: cells, out: size, bleed: true }),
  }
}

/** Kernel bytes that {@link blur} takes beside the raster, at most: whether a picture is transparent is seen when it is there. */
export const priceBlur = (width: number, height: number, sigma: number): number =>
  Math.max(
    priceWeighed(width, height, sigma),
    fitsPyramid(width, height, sigma) ? pricePyramid(width, planPyramid(width, height, sigma)) : 0,
  )

const fitsPyramid = (width: number, height: number, sigma: number): boolean =>
  sigma >= 2 * SMALL_SIGMA && Math.min(width, height) >= PYRAMID_SIGMAS * sigma

/** The same for a picture with transparency. */
function priceWeighed(width: number, height: number, sigma: number): number {
  const plan = planBlur(width, height, sigma)
  if ('once' in plan) return priceResizeInto(plan.once)
  return priceResize(plan.shrink) + align16((width + 2 * plan.padX) * 4) + priceResizeInto(plan.enlarge)
}

/**
 * Blur a raster in place by a Gaussian. Colours weigh in by their alpha; at the edges the outermost pixels repeat.
 * @param sigma standard deviation, px, above 0
 * @throws PixelError `internal` where memory is short
 */
export function blur(raster: KernelRaster, sigma: number): void {
  const { width, height, kernel, pointer } = raster
  if (fitsPyramid(width, height, sigma) && kernel.exports.isOpaque(pointer, width * height)) {
    blurByPyramid(raster, planPyramid(width, height, sigma))
    return
  }
  const plan = planBlur(raster.width, raster.height, sigma)
  if ('once' in plan) {
    // A row is written when the rows that its bell reaches were read, itself among them.
    resizeRaster(raster, plan.once, raster.pointer)
  } else {
    const small = shrinkPadded(raster, plan.shrink, plan.padX, plan.padY)
    resizeRaster(small, plan.enlarge, raster.pointer)
  }
}

/** Push a raster through a resizer, its edges continued by `padX` and `padY` pixels on each side. */
function shrinkPadded(raster: KernelRaster, plan: ResizePlan, padX: number, padY: number): KernelRaster {
  const { kernel, pointer, width, height } = raster
  const resizer = createResizer(kernel, plan)
  const row = kernel.exports.allocate((width + 2 * padX) * 4)
  // Nothing allocates from here on, so the view stays.
  const pixels = new Uint32Array(kernel.exports.memory.buffer)
  const [target, source] = [row / 4, pointer / 4]
  resizer.skip(resizer.firstRow)
  for (let y = resizer.firstRow; y < resizer.endRow; y++) {
    const from = source + Math.min(height - 1, Math.max(0, y - padY)) * width
    pixels.fill(pixels[from] as number, target, target + padX)
    pixels.copyWithin(target + padX, from, from + width)
    pixels.fill(pixels[from + width - 1] as number, target + padX + width, target + 2 * padX + width)
    resizer.push(row)
  }
  return resizer.raster
}
