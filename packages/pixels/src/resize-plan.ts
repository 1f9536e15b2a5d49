/** How one axis is filtered; the numbers are the kernel's (`assembly/resize-axis.ts`). */
export const FILTER = { copy: 0, lanczos3: 1, catmullRom: 2, triangle: 3 } as const

/** Half widths of the filters, in source samples at a ratio of 1 or less. */
const RADIUS = [0.5, 3, 2, 1] as const

/** From this ratio on, source samples are averaged in boxes first, so that the filter's own ratio stays in [2, 4). */
const BOX_FROM_RATIO = 4
/** As in `assembly/resize-box.ts`: more rows would overflow 16-bit sums. */
const LARGEST_BOX = 256

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
  /** `first` is rounded down to a multiple of this. Default 1. */
  readonly align?: number
  /** Filter for enlarging. Default Catmull-Rom. */
  readonly enlargeBy?: number
}

/** Plan one axis. Lanczos3 when shrinking, `enlargeBy` when enlarging, a plain copy at 1:1 on whole samples. */
export function planAxis(request: AxisRequest): AxisPlan {
  const { size, start, length, out, bleed, align = 1, enlargeBy = FILTER.catmullRom } = request
  const ratio = length / out
  const filter =
    ratio > 1 ? FILTER.lanczos3 : ratio === 1 && Number.isInteger(start) ? FILTER.copy : enlargeBy
  const box = ratio < BOX_FROM_RATIO ? 1 : Math.min(LARGEST_BOX, Math.floor(ratio / 2))
  const reach = (RADIUS[filter] as number) * Math.max(ratio, box)
  const lowest = bleed ? 0 : Math.floor(start)
  const highest = bleed ? size : Math.min(size, Math.ceil(start + length))
  const centreOfFirst = start + ratio / 2
  const centreOfLast = start + length - ratio / 2
  const needed = clamp(Math.floor(centreOfFirst - reach), lowest, highest - 1)
  const first = needed - (needed % align)
  const count = clamp(Math.ceil(centreOfLast + reach), first + 1, highest) - first
  const cells = Math.ceil(count / box)
  const taps = Math.min(cells, Math.floor((2 * reach) / box) + 1)
  return {
    first,
    count,
    box,
    cells,
    out,
    taps,
    filter,
    origin: (start - first) / box,
    step: ratio / box,
    reach,
  }
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))
