import { PixelError } from './pixel-error.ts'

/** How one axis is filtered; the numbers are the kernel's (`assembly/resize-axis.ts`). */
export const FILTER = { copy: 0, lanczos3: 1, catmullRom: 2, triangle: 3, gaussian: 4 } as const

/** Half widths of the filters, in source samples at a ratio of 1 or less; a Gaussian's in standard deviations. */
const RADIUS = [0.5, 3, 2, 1, 3] as const

/** From this ratio on, source samples are averaged in boxes first, so that the filter's own ratio stays in [2, 4). */
const BOX_FROM_RATIO = 4
/** As in `assembly/resize-box.ts`: more rows would overflow 16-bit sums. */
const LARGEST_BOX = 256

/** A raster must be addressable: 2 GB, far beyond what an isolate has. */
const LARGEST_RASTER_BYTES = 2 ** 31
const RASTER_PIXEL_BYTES = 4
/** Fractional windows may miss the picture's edge by this much, px. */
const ROUNDING = 1e-6

/** Part of a picture, in its pixels; fractions are allowed. */
export interface PixelWindow {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What one axis of a resize reads and how: all that the kernel needs, and all that its memory depends on. */
export interface AxisPlan {
  /** First source sample read. */
  readonly first: number
  /** Source samples read from `first` on. */
  readonly count: number
  /** Source samples averaged into one cell before filtering. */
  readonly box: number
  readonly cells: number
  /** Output samples. */
  readonly out: number
  /** Most cells that weigh in one output sample. */
  readonly taps: number
  readonly filter: number
  /** Start of the window, in cells, relative to cell 0. */
  readonly origin: number
  /** Cells per output sample. */
  readonly step: number
  /** How wide the filter lies, cells. */
  readonly stretch: number
  /** First and last cell that may weigh in; beyond them the outermost repeats. */
  readonly lowest: number
  readonly highest: number
  /** Source samples on each side of an output sample's centre that weigh in. */
  readonly reach: number
}

/** One axis of a request: which stretch of how many source samples becomes how many output samples. */
export interface AxisRequest {
  /** Source samples along this axis, a whole number. */
  readonly size: number
  /** Where the window starts and how long it is, in source samples. */
  readonly start: number
  readonly length: number
  readonly out: number
  /** Whether samples just outside the window weigh in at its edges, as if the picture was resized, then cropped. */
  readonly bleed: boolean
  /** What there is of the source, in its samples, fractions allowed: samples that lie beyond it, even in part, never weigh in. */
  readonly within?: SampleRange
  /** Filter for enlarging. Default Catmull-Rom. */
  readonly enlargeBy?: number
  /** Filter by a Gaussian of this standard deviation, source samples, whatever the sizes. */
  readonly sigma?: number
}

/** A stretch of source samples: [first, end). */
export interface SampleRange {
  readonly first: number
  readonly end: number
}

/** Lanczos3 when shrinking, `enlargeBy` when enlarging, a plain copy at 1:1 on whole samples. */
function chooseFilter({ start, length, out, enlargeBy = FILTER.catmullRom, sigma }: AxisRequest): number {
  if (sigma !== undefined) return FILTER.gaussian
  if (length > out) return FILTER.lanczos3
  return length === out && Number.isInteger(start) ? FILTER.copy : enlargeBy
}

const boxOf = (ratio: number): number =>
  ratio < BOX_FROM_RATIO ? 1 : Math.min(LARGEST_BOX, Math.floor(ratio / 2))

const reachOf = (filter: number, ratio: number, sigma = Math.max(ratio, boxOf(ratio))): number =>
  (RADIUS[filter] as number) * sigma

/** A box widens what it averages: its own variance is taken off the Gaussian's. */
const sigmaInCells = (sigma: number, box: number): number =>
  Math.sqrt(Math.max(0.01, sigma ** 2 - (box ** 2 - 1) / 12)) / box

/** Samples that may weigh in at all. */
function allowedRange({ size, start, length, bleed, within }: AxisRequest): SampleRange {
  const window = {
    first: Math.max(0, Math.floor(start + ROUNDING)),
    end: Math.min(size, Math.ceil(start + length - ROUNDING)),
  }
  if (!bleed) return window
  if (within === undefined) return { first: 0, end: size }
  const inner = { first: Math.ceil(within.first - ROUNDING), end: Math.floor(within.end + ROUNDING) }
  return inner.first < inner.end ? inner : window // less than one sample: there is nothing but what is mixed
}

/** The source samples that a request reads. */
export function neededRange(request: AxisRequest): SampleRange {
  const { start, length, out, sigma } = request
  const ratio = length / out
  const reach = reachOf(chooseFilter(request), ratio, sigma)
  const allowed = allowedRange(request)
  const first = clamp(Math.floor(start + ratio / 2 - reach), allowed.first, allowed.end - 1)
  return { first, end: clamp(Math.ceil(start + length - ratio / 2 + reach), first + 1, allowed.end) }
}

/** Plan one axis. `range` may be wider than what is needed, where the producer's rows start and end elsewhere. */
export function planAxis(request: AxisRequest, range: SampleRange = neededRange(request)): AxisPlan {
  const { start, length, out, sigma } = request
  const ratio = length / out
  const filter = chooseFilter(request)
  const box = boxOf(ratio)
  const step = ratio / box
  const stretch = sigma === undefined ? Math.max(1, step) : sigmaInCells(sigma, box)
  const reach = reachOf(filter, ratio, sigma)
  const { first, end } = range
  const count = end - first
  const cells = Math.ceil(count / box)
  const allowed = allowedRange(request)
  // Cells that lie across the edge of what there is are mixed: the next ones stand for them, where there are any.
  const [inner, innerEnd] = [
    Math.ceil((allowed.first - first) / box),
    Math.floor((allowed.end - first) / box),
  ]
  const isInner = request.within !== undefined && inner < innerEnd
  const lowest = clamp(isInner ? inner : Math.floor((allowed.first - first) / box), 0, cells - 1)
  const highestCell = (isInner && allowed.end < end ? innerEnd : Math.ceil((allowed.end - first) / box)) - 1
  const highest = clamp(highestCell, lowest, cells - 1)
  const taps = Math.min(highest - lowest + 1, Math.floor((2 * reach) / box) + 1)
  const origin = (start - first) / box
  return { first, count, box, cells, out, taps, filter, origin, step, stretch, lowest, highest, reach }
}

/**
 * Refuse what cannot be resized.
 * @throws PixelError `too-large` for an output that no memory holds; `internal` for a window outside the picture, or a
 *   size that is not a whole number of pixels: both are faults of the caller
 */
export function checkGeometry(
  size: { readonly width: number; readonly height: number },
  window: PixelWindow,
  outWidth: number,
  outHeight: number,
): void {
  const isInside = (start: number, length: number, limit: number) =>
    start >= -ROUNDING && length > 0 && start + length <= limit + ROUNDING
  const isWhole = (value: number) => Number.isInteger(value) && value > 0
  if (
    !isInside(window.x, window.width, size.width) ||
    !isInside(window.y, window.height, size.height) ||
    !isWhole(outWidth) ||
    !isWhole(outHeight)
  ) {
    throw new PixelError('internal', 'The part of the picture to be shown, or its size, makes no sense')
  }
  if (outWidth * outHeight * RASTER_PIXEL_BYTES > LARGEST_RASTER_BYTES) {
    throw new PixelError('too-large', 'The picture would be too large')
  }
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))
