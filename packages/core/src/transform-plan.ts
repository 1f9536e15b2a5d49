import { ApiError } from './errors.ts'
import { type Gravity, placeWindow } from './gravity.ts'
import type { Rect, Size } from './orientation.ts'
import { describeExcess } from './picture-limits.ts'

/** How a picture fills the box it is asked for. Rule: docs/parity.md#formats-and-geometry. */
export type FitMode =
  | 'scale-down'
  | 'contain'
  | 'cover'
  | 'crop'
  | 'aspect-crop'
  | 'pad'
  | 'squeeze'
  | 'scale-up'

export interface GeometryRequest {
  /** CSS px, at least 1; absent or null: as the other side and the picture's shape make it. */
  readonly width?: number | null
  readonly height?: number | null
  readonly fit: FitMode
  /** What stays in sight where something is cut off; absent: the centre. */
  readonly gravity?: Gravity
  /** Device px per CSS px, above 0; absent: 1. */
  readonly dpr?: number
  /** How it may be enlarged; `generate` is refused where it would be. */
  readonly upscale?: 'interpolate' | 'generate'
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
 * @throws ApiError `refusedDimensions` when the result exceeds the largest side or area, `invalidOptions` when it is larger
 *   than what is drawn and only a model may enlarge it
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function planTransform(source: Size, request: GeometryRequest): Plan {
  const dpr = request.dpr ?? 1
  const side = (size: number | null | undefined) =>
    size === undefined || size === null ? undefined : toPixels(size * dpr)
  const width = side(request.width)
  const height = side(request.height)
  const plan =
    width !== undefined && height !== undefined
      ? planBox(source, { width, height }, request.fit, request.gravity ?? 'center')
      : planSide(source, width, height, request.fit)
  const excess = describeExcess(plan.canvas.width, plan.canvas.height)
  if (excess !== null) throw new ApiError('refusedDimensions', excess)
  if (request.upscale === 'generate' && isEnlarged(plan)) {
    throw new ApiError(
      'invalidOptions',
      '"upscale" cannot be "generate": it needs a model, and there is none here',
    )
  }
  return plan
}

const isEnlarged = ({ crop, scaled }: Plan): boolean =>
  scaled.width > Math.round(crop.width) || scaled.height > Math.round(crop.height)

/** A scale as target px over source px, so that a half is seen as a half, and not a little less. */
type Scale = readonly [target: number, source: number]
const UNCHANGED: Scale = [1, 1]

const isLess = (a: Scale, b: Scale): boolean => a[0] * b[1] < b[0] * a[1]
const smaller = (a: Scale, b: Scale): Scale => (isLess(b, a) ? b : a)
const larger = (a: Scale, b: Scale): Scale => (isLess(a, b) ? b : a)

function planBox(source: Size, box: Size, fit: FitMode, gravity: Gravity): Plan {
  const byWidth: Scale = [box.width, source.width]
  const byHeight: Scale = [box.height, source.height]
  const inside = smaller(byWidth, byHeight)
  const covering = larger(byWidth, byHeight)
  switch (fit) {
    case 'scale-down':
      return planWhole(source, scaledBy(source, smaller(UNCHANGED, inside)))
    case 'contain':
      return planWhole(source, scaledBy(source, inside))
    case 'scale-up':
      return planWhole(source, scaledBy(source, larger(UNCHANGED, inside)))
    case 'squeeze':
      return planWhole(source, box)
    case 'pad':
      return planPadded(source, scaledBy(source, inside), box)
    case 'cover':
      return planWindow(source, scaledBy(source, covering), box, gravity)
    case 'crop':
      return planWindow(source, scaledBy(source, smaller(UNCHANGED, covering)), box, gravity)
    case 'aspect-crop':
      if (isLess(covering, UNCHANGED)) return planWindow(source, scaledBy(source, covering), box, gravity)
      return planWindow(source, source, scaledBy(box, [covering[1], covering[0]]), gravity)
  }
}

/** One side given, or none: nothing to cut and nothing to fill, whatever `fit` says. */
function planSide(source: Size, width: number | undefined, height: number | undefined, fit: FitMode): Plan {
  const scale: Scale =
    width !== undefined ? [width, source.width] : height !== undefined ? [height, source.height] : UNCHANGED
  switch (fit) {
    case 'scale-down':
    case 'crop':
    case 'aspect-crop':
      return planWhole(source, scaledBy(source, smaller(UNCHANGED, scale)))
    case 'scale-up':
      return planWhole(source, scaledBy(source, larger(UNCHANGED, scale)))
    case 'contain':
    case 'pad':
    case 'squeeze':
      return planWhole(source, scaledBy(source, scale))
    case 'cover': {
      const plan = planWhole(source, scaledBy(source, scale))
      return scale === UNCHANGED ? plan : { ...plan, warnings: [NEEDS_BOTH] }
    }
  }
}

/** To the nearest whole px, at least 1. */
const toPixels = (size: number): number => Math.max(1, Math.round(size))

const scaledBy = (size: Size, [target, source]: Scale): Size => ({
  width: toPixels((size.width * target) / source),
  height: toPixels((size.height * target) / source),
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
