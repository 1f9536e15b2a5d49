import { ApiError } from './errors.ts'
import { type Gravity, placeWindow } from './gravity.ts'
import type { Rect, Size } from './orientation.ts'
import { describeExcess } from './picture-limits.ts'

/** How a picture fills the box it is asked for. Rule: spec transforms §3. */
export type Fit = 'scale-down' | 'contain' | 'cover' | 'crop' | 'aspect-crop' | 'pad' | 'squeeze' | 'scale-up'

export interface GeometryRequest {
  /** CSS px, at least 1; absent: as the other side and the picture's shape make it. */
  readonly width?: number
  readonly height?: number
  readonly fit: Fit
  /** What stays in sight where something is cut off; absent: the centre. */
  readonly gravity?: Gravity
  /** Device px per CSS px, above 0; absent: 1. */
  readonly dpr?: number
}

/** All the numbers of a resize, before a pixel is touched. */
export interface Plan {
  /** What of the upright source is drawn, source px. Fractions fall where whole px of the scaled picture begin. */
  readonly crop: Rect
  /** Size at which `crop` is drawn, whole px, at least 1. */
  readonly scaled: Size
  /** Size of the result, whole px; larger than `scaled` for `pad` alone. */
  readonly canvas: Size
  /** Where on the canvas the drawn picture's left top corner lies, whole px. */
  readonly offset: { readonly x: number; readonly y: number }
  /** What the caller should be told about the request, in whole phrases; usually none. */
  readonly warnings: readonly string[]
}

const NEEDS_BOTH = 'cover fit mode needs both width and height'

/**
 * Geometry of one transformation.
 *
 * A fit that cuts does it as libvips does: it scales the whole picture to whole px, then cuts a window of whole px out
 * of that. The plan gives this window in source px, so that only what is seen need be resampled, onto the same grid.
 * @param source size of the upright picture, after trim and rotation, px
 * @throws ApiError `refusedDimensions` when the result exceeds the largest side or area
 * Rule: spec transforms §2.5 (rounding, dpr), §3 (fit), §4 (gravity).
 */
export function planTransform(source: Size, request: GeometryRequest): Plan {
  const dpr = request.dpr ?? 1
  const width = request.width === undefined ? undefined : toPixels(request.width * dpr)
  const height = request.height === undefined ? undefined : toPixels(request.height * dpr)
  const plan =
    width !== undefined && height !== undefined
      ? planBox(source, { width, height }, request.fit, request.gravity ?? 'center')
      : planSide(source, width, height, request.fit)
  const excess = describeExcess(plan.canvas.width, plan.canvas.height)
  if (excess !== null) throw new ApiError('refusedDimensions', excess)
  return plan
}

function planBox(source: Size, box: Size, fit: Fit, gravity: Gravity): Plan {
  const byWidth = box.width / source.width
  const byHeight = box.height / source.height
  switch (fit) {
    case 'scale-down':
      return planWhole(source, scaledBy(source, Math.min(1, byWidth, byHeight)))
    case 'contain':
      return planWhole(source, scaledBy(source, Math.min(byWidth, byHeight)))
    case 'scale-up':
      return planWhole(source, scaledBy(source, Math.max(1, Math.min(byWidth, byHeight))))
    case 'squeeze':
      return planWhole(source, box)
    case 'pad':
      return planPadded(source, scaledBy(source, Math.min(byWidth, byHeight)), box)
    case 'cover':
      return planWindow(source, scaledBy(source, Math.max(byWidth, byHeight)), box, gravity)
    case 'crop':
      return planWindow(source, scaledBy(source, Math.min(1, Math.max(byWidth, byHeight))), box, gravity)
    case 'aspect-crop': {
      const scale = Math.max(byWidth, byHeight)
      if (scale < 1) return planWindow(source, scaledBy(source, scale), box, gravity)
      return planWindow(source, source, scaledBy(box, 1 / scale), gravity)
    }
  }
}

/** One side given, or none: nothing to cut and nothing to fill, whatever `fit` says. */
function planSide(source: Size, width: number | undefined, height: number | undefined, fit: Fit): Plan {
  if (width === undefined && height === undefined) return planWhole(source, source)
  const scale = width !== undefined ? width / source.width : (height ?? source.height) / source.height
  switch (fit) {
    case 'scale-down':
    case 'crop':
    case 'aspect-crop':
      return planWhole(source, scaledBy(source, Math.min(1, scale)))
    case 'scale-up':
      return planWhole(source, scaledBy(source, Math.max(1, scale)))
    case 'cover':
      return { ...planWhole(source, scaledBy(source, scale)), warnings: [NEEDS_BOTH] }
    case 'contain':
    case 'pad':
    case 'squeeze':
      return planWhole(source, scaledBy(source, scale))
  }
}

/** To the nearest whole px, at least 1. */
const toPixels = (size: number): number => Math.max(1, Math.round(size))

const scaledBy = (size: Size, scale: number): Size => ({
  width: toPixels(size.width * scale),
  height: toPixels(size.height * scale),
})

const planWhole = (source: Size, scaled: Size): Plan => ({
  crop: { x: 0, y: 0, width: source.width, height: source.height },
  scaled,
  canvas: scaled,
  offset: { x: 0, y: 0 },
  warnings: [],
})

const planPadded = (source: Size, scaled: Size, canvas: Size): Plan => ({
  ...planWhole(source, scaled),
  canvas,
  offset: {
    x: Math.floor((canvas.width - scaled.width) / 2),
    y: Math.floor((canvas.height - scaled.height) / 2),
  },
})

/** @param whole what the whole source would be scaled to, of which at most `box` is kept */
function planWindow(source: Size, whole: Size, box: Size, gravity: Gravity): Plan {
  const window = { width: Math.min(box.width, whole.width), height: Math.min(box.height, whole.height) }
  const { x, y } = placeWindow(whole, window, gravity)
  const left = (x * source.width) / whole.width
  const top = (y * source.height) / whole.height
  const crop = {
    x: left,
    y: top,
    width: Math.min((window.width * source.width) / whole.width, source.width - left),
    height: Math.min((window.height * source.height) / whole.height, source.height - top),
  }
  return { ...planWhole(source, window), crop }
}
