import type { JpegColour, JpegComponent, JpegHeader } from './jpeg-header.ts'
import { priceJpegDecode } from './jpeg-price.ts'
import type { Orientation } from './resize.ts'
import { paddedTapsY } from './resize.ts'
import {
  type AxisPlan,
  type AxisRequest,
  checkGeometry,
  FILTER,
  neededRange,
  type PixelWindow,
  planAxis,
} from './resize-plan.ts'

/** Samples are made at 1/1, 1/2, 1/4 or 1/8: the scale is the exponent. */
export type JpegScale = 0 | 1 | 2 | 3

/** How much a plane may be shrunk while decoding: the ratio that must remain for the filter. */
export interface JpegQuality {
  readonly luma: number
  readonly chroma: number
}

/**
 * Measured against a decode at full scale, on photographs: `balanced` keeps 44 dB and more on average, 37 at the very
 * worst (fine textures); `fast` 41 and 33, which is what libjpeg's own shrinking while decoding reaches; `best` 46 and
 * 41; `exact` never shrinks while decoding.
 */
export const JPEG_QUALITY = {
  fast: { luma: 1.25, chroma: 0.9 },
  balanced: { luma: 1.8, chroma: 0.9 },
  best: { luma: 2, chroma: 2 },
  exact: { luma: Number.POSITIVE_INFINITY, chroma: Number.POSITIVE_INFINITY },
} as const satisfies Record<string, JpegQuality>

/** What is wanted of a JPEG. Window and size are as shown, after orientation. */
export interface JpegDecodeRequest {
  /** Default: the whole picture. */
  readonly window?: PixelWindow
  readonly outWidth: number
  readonly outHeight: number
  /** What there is of the picture, as shown: pixels beyond it never weigh in. Default: all of it. */
  readonly within?: PixelWindow
  /** See `ResizeRequest`. */
  readonly isWatched?: boolean
  /** Let pixels just outside the window weigh in at its edges. Default true. */
  readonly bleed?: boolean
  /** Default: what the header says. 1 leaves the picture as stored. */
  readonly orientation?: Orientation
  readonly quality?: JpegQuality
  /** Most bytes for kept coefficients in multi-scan files; less makes more passes. Default 12 MB. */
  readonly coefficientBytes?: number
  /** Deliver CMYK as it is in the raster (0: no ink), for a conversion by its profile. Default false: naive RGB. */
  readonly keepInks?: boolean
}

/** How one component is decoded and resized. */
export interface JpegComponentPlan {
  readonly h: number
  readonly v: number
  readonly scale: JpegScale
  readonly x: AxisPlan
  readonly y: AxisPlan
  /** Samples per row, and rows per MCU row, that the decoder makes. */
  readonly columns: number
  readonly bandRows: number
  /** Rows the window holds beyond one output row's taps. */
  readonly slack: number
  /** Blocks per row and column of a scan of this component alone. */
  readonly blocksX: number
  readonly blocksY: number
  /** Whether its axes are those of the component before it. */
  readonly sharesAxes: boolean
}

/** Everything that decoding does and allocates, decided from the header alone. */
export interface JpegPlan {
  readonly header: JpegHeader
  readonly colour: JpegColour
  readonly orientation: Orientation
  readonly keepInks: boolean
  /** See `ResizeRequest`. */
  readonly isWatched: boolean
  /** Output size in stored order. */
  readonly outWidth: number
  readonly outHeight: number
  readonly components: readonly JpegComponentPlan[]
  readonly mcusX: number
  /** MCUs that are kept: columns and rows [from, to). */
  readonly columns: McuRange
  readonly rows: McuRange
  /** MCU rows whose coefficients are kept at a time; 0 for files read in one scan. */
  readonly bandRows: number
  /** Whether several passes over the file are needed: it must be in memory, or be opened again. */
  readonly isMultiPass: boolean
  /** Peak bytes of the kernel's memory. */
  readonly priceBytes: number
}

export interface McuRange {
  readonly from: number
  readonly to: number
}

const DEFAULT_COEFFICIENT_BYTES = 12 * 2 ** 20
const BLOCK = 8
const WHOLE_BLOCK_BYTES = 128
const DC_BYTES = 2
const LARGEST_SCALE = 3

/**
 * Plan a decode: scale per component, windows, bands and price.
 * @returns numbers only; nothing is allocated or read
 * @throws PixelError `too-large`, see `checkGeometry`
 */
export function planJpegDecode(header: JpegHeader, request: JpegDecodeRequest): JpegPlan {
  const { components, width, height } = header
  const orientation = request.orientation ?? header.orientation
  const stored = toStored(header, request, orientation)
  checkGeometry(header, stored.window, stored.outWidth, stored.outHeight)
  const hMax = Math.max(...components.map(({ h }) => h))
  const vMax = Math.max(...components.map(({ v }) => v))
  const mcusX = Math.ceil(width / (BLOCK * hMax))
  const mcusY = Math.ceil(height / (BLOCK * vMax))

  const geometry = components.map((component, i) => {
    const quality = request.quality ?? JPEG_QUALITY.balanced
    const isLuma = i === 0 || header.colour === 'rgb' || header.colour === 'cmyk' || i === 3
    return planGeometry(
      component,
      stored,
      { hMax, vMax, width, height },
      isLuma ? quality.luma : quality.chroma,
    )
  })
  const columns = coverMcus(
    geometry.map(({ x, mcuWidth }) => [neededRange(x), mcuWidth]),
    mcusX,
  )
  const rows = coverMcus(
    geometry.map(({ y, mcuHeight }) => [neededRange(y), mcuHeight]),
    mcusY,
  )

  const planes = geometry.map((it) => ({
    ...it,
    x: planAxis(it.x, samplesOf(columns, it.mcuWidth, it.x.size)),
    y: planAxis(it.y, samplesOf(rows, it.mcuHeight, it.y.size)),
  }))
  // An output row waits for the component that needs most below it; the others hold their rows meanwhile.
  const farthest = Math.max(...planes.map(({ y, pixelsY }) => (y.reach + y.box + 1) * pixelsY))
  const plans = planes.map((it, i): JpegComponentPlan => {
    const { h, v, scale, x, y, mcuWidth, mcuHeight, pixelsY } = it
    const before = planes[i - 1]
    const held = Math.ceil((farthest / pixelsY + y.reach) / y.box)
    const band = Math.ceil(mcuHeight / y.box)
    return {
      h,
      v,
      scale,
      x,
      y,
      columns: (columns.to - columns.from) * mcuWidth,
      bandRows: mcuHeight,
      slack: Math.max(band + 1, held + band + 3 - paddedTapsY(y)),
      blocksX: Math.ceil(Math.ceil((width * h) / hMax) / BLOCK),
      blocksY: Math.ceil(Math.ceil((height * v) / vMax) / BLOCK),
      sharesAxes: before !== undefined && before.h === h && before.v === v && before.scale === scale,
    }
  })
  const rowBytes = plans.reduce(
    (sum, { h, v, scale }) => sum + mcusX * h * v * (scale === LARGEST_SCALE ? DC_BYTES : WHOLE_BLOCK_BYTES),
    0,
  )
  const budget = request.coefficientBytes ?? DEFAULT_COEFFICIENT_BYTES
  const bandRows = header.isMultiScan ? Math.min(rows.to, Math.max(1, Math.floor(budget / rowBytes))) : 0
  const isMultiPass = header.isMultiScan && bandRows < rows.to
  const plan = {
    header,
    colour: header.colour,
    orientation,
    keepInks: request.keepInks ?? false,
    isWatched: request.isWatched ?? false,
    outWidth: stored.outWidth,
    outHeight: stored.outHeight,
    components: plans,
    mcusX,
    columns,
    rows,
    bandRows,
    isMultiPass,
  }
  return { ...plan, priceBytes: priceJpegDecode(plan) }
}

interface StoredRequest {
  readonly window: PixelWindow
  readonly within: PixelWindow | null
  readonly outWidth: number
  readonly outHeight: number
  readonly bleed: boolean
}

const MIRRORED_X: readonly Orientation[] = [2, 3, 7, 8]
const MIRRORED_Y: readonly Orientation[] = [3, 4, 6, 7]

/** Turn a request about the picture as shown into one about it as stored. */
function toStored(header: JpegHeader, request: JpegDecodeRequest, orientation: Orientation): StoredRequest {
  const { width, height } = header
  const isTurned = orientation >= 5
  const shown = isTurned ? { width: height, height: width } : { width, height }
  const turn = (window: PixelWindow): PixelWindow => {
    const turned = isTurned
      ? { x: window.y, y: window.x, width: window.height, height: window.width }
      : { ...window }
    if (MIRRORED_X.includes(orientation)) turned.x = width - turned.x - turned.width
    if (MIRRORED_Y.includes(orientation)) turned.y = height - turned.y - turned.height
    return turned
  }
  return {
    window: turn(request.window ?? { x: 0, y: 0, ...shown }),
    within: request.within === undefined ? null : turn(request.within),
    outWidth: isTurned ? request.outHeight : request.outWidth,
    outHeight: isTurned ? request.outWidth : request.outHeight,
    bleed: request.bleed ?? true,
  }
}

interface Frame {
  readonly hMax: number
  readonly vMax: number
  readonly width: number
  readonly height: number
}

/** Scale and axes of one component; an axis is in samples of the component at its scale. */
function planGeometry({ h, v }: JpegComponent, request: StoredRequest, frame: Frame, remaining: number) {
  const { window, within, outWidth, outHeight, bleed } = request
  const ratioX = ((window.width / outWidth) * h) / frame.hMax
  const ratioY = ((window.height / outHeight) * v) / frame.vMax
  const largest = Math.floor(Math.log2(Math.max(1, Math.min(ratioX, ratioY) / remaining)))
  const scale = Math.min(LARGEST_SCALE, largest) as JpegScale
  // Samples lie in the middle of the pixels they stand for, so one sample covers a whole number of pixels or a part:
  // the true width divided by the scale counts, not the rounded width of the plane.
  const pixelsX = (frame.hMax / h) * 2 ** scale
  const pixelsY = (frame.vMax / v) * 2 ** scale
  const sizeX = Math.ceil(Math.ceil((frame.width * h) / frame.hMax) / 2 ** scale)
  const sizeY = Math.ceil(Math.ceil((frame.height * v) / frame.vMax) / 2 ** scale)
  // Subsampled planes are enlarged linearly, as every JPEG decoder does, unless the whole picture is enlarged.
  const isEnlarged = (full: number, out: number) => full < out
  const enlarge = (pixels: number, full: number, out: number) =>
    pixels > 1 && !isEnlarged(full, out) ? FILTER.triangle : FILTER.catmullRom
  const x: AxisRequest = {
    size: sizeX,
    start: window.x / pixelsX,
    length: window.width / pixelsX,
    out: outWidth,
    bleed,
    ...rangeOf(within?.x, within?.width, pixelsX),
    enlargeBy: enlarge(pixelsX, window.width, outWidth),
  }
  const y: AxisRequest = {
    size: sizeY,
    start: window.y / pixelsY,
    length: window.height / pixelsY,
    out: outHeight,
    bleed,
    ...rangeOf(within?.y, within?.height, pixelsY),
    enlargeBy: enlarge(pixelsY, window.height, outHeight),
  }
  const blockSize = BLOCK >> scale
  return { h, v, scale, x, y, pixelsX, pixelsY, mcuWidth: h * blockSize, mcuHeight: v * blockSize }
}

/** A stretch of the picture in samples of a component; nothing where there is no such limit. */
const rangeOf = (start: number | undefined, length: number | undefined, pixels: number) =>
  start === undefined || length === undefined
    ? {}
    : { within: { first: start / pixels, end: (start + length) / pixels } }

const samplesOf = ({ from, to }: McuRange, mcuSize: number, size: number) => ({
  first: from * mcuSize,
  end: Math.min(size, to * mcuSize),
})

/** The MCUs that hold all samples that any component needs. */
function coverMcus(needs: [{ first: number; end: number }, number][], limit: number): McuRange {
  const from = Math.min(...needs.map(([{ first }, size]) => Math.floor(first / size)))
  const to = Math.max(...needs.map(([{ end }, size]) => Math.ceil(end / size)))
  return { from, to: Math.min(limit, to) }
}
