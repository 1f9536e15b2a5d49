import { KERNEL_LAYOUT } from '../build/kernel-layout.ts'
import { guardTraps, type Kernel, type KernelRaster } from './kernel.ts'
import { type AxisPlan, checkGeometry, type PixelWindow, planAxis } from './resize-plan.ts'

/** EXIF orientation: 1 as stored, 2–4 mirrored or turned by 180°, 5–8 with sides exchanged. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** What the rows hold: one 8-bit plane, RGBA with alpha 255 throughout, or RGBA with straight alpha. */
export type RowKind = 'plane' | 'opaque' | 'alpha'

/** A resize: whole source, part of it that is shown, size of the output. All in stored order, before `orientation`. */
export interface ResizeRequest {
  readonly kind: RowKind
  readonly width: number
  readonly height: number
  /** Default: the whole picture. It must lie inside the picture. */
  readonly window?: PixelWindow
  readonly outWidth: number
  readonly outHeight: number
  /** What there is of the picture, px, stored order: pixels beyond it never weigh in. Default: all of it. */
  readonly within?: PixelWindow
  /** Rows are only looked at, see `watchForBorder`, and nothing is kept of them. For pictures that are not turned or scaled. */
  readonly isWatched?: boolean
  /** Let pixels just outside the window weigh in at its edges (resize, then crop), not only those inside. Default true. */
  readonly bleed?: boolean
  /** How the finished picture is turned. Default 1. For 5 to 8 the raster is outHeight × outWidth. */
  readonly orientation?: Orientation
}

/** A planned resize; `x` and `y` are the stored axes. */
export interface ResizePlan {
  readonly kind: RowKind
  readonly x: AxisPlan
  readonly y: AxisPlan
  readonly orientation: Orientation
  readonly isWatched?: boolean
}

const KINDS = { plane: 0, opaque: 1, alpha: 2 } as const satisfies Record<RowKind, number>
const BYTES_PER_PIXEL = { plane: 1, opaque: 4, alpha: 4 } as const satisfies Record<RowKind, number>

// Sizes of the kernel's records, bytes. `resize.test.ts` compares the prices made from them with what is allocated.
const {
  AXIS_RECORD,
  AXIS_SPARE_POSITIONS: SPARE_POSITIONS,
  AXIS_TAPS_HEADER: TAPS_HEADER,
  PLACEMENT_RECORD,
  RESIZER_RECORD,
  STAGE_RECORD,
  STAGE_ROW_SPARE: ROW_SPARE,
} = KERNEL_LAYOUT

/** Bytes that `allocate(size)` advances by. */
export const align16 = (size: number): number => Math.ceil(size / 16) * 16

/** Cells that the horizontal pass weighs at once, so that weights are padded to a multiple of it. */
const TAPS_AT_ONCE = { plane: 8, opaque: 2, alpha: 2 } as const satisfies Record<RowKind, number>
const ROWS_AT_ONCE = 2

const padTaps = (taps: number, multiple: number): number => Math.ceil(taps / multiple) * multiple
export const paddedTapsX = (axis: AxisPlan, kind: RowKind): number => padTaps(axis.taps, TAPS_AT_ONCE[kind])
export const paddedTapsY = (axis: AxisPlan): number => padTaps(axis.taps, ROWS_AT_ONCE)

/**
 * Decide filters, windows and sizes of a resize, without touching memory.
 * @throws PixelError `too-large`, see `checkGeometry`
 */
export function planResize(request: ResizeRequest): ResizePlan {
  const { kind, width, height, outWidth, outHeight, bleed = true, orientation = 1 } = request
  const window = request.window ?? { x: 0, y: 0, width, height }
  checkGeometry({ width, height }, window, outWidth, outHeight)
  const [inX, inY] = rangesOf(request.within)
  return {
    ...{ kind, orientation },
    x: planAxis({ size: width, start: window.x, length: window.width, out: outWidth, bleed, ...inX }),
    y: planAxis({ size: height, start: window.y, length: window.height, out: outHeight, bleed, ...inY }),
    ...(request.isWatched ? { isWatched: true } : {}),
  }
}

/** `within` of both axes; nothing where there is no such limit. */
function rangesOf(within: PixelWindow | undefined) {
  if (within === undefined) return [{}, {}] as const
  const { x, y, width, height } = within
  return [{ within: { first: x, end: x + width } }, { within: { first: y, end: y + height } }] as const
}

/** Bytes of one axis table in the kernel. `taps` as padded for its reader. */
export function priceAxis(axis: AxisPlan, taps: number): number {
  const stride = (TAPS_HEADER + taps * 2 + 7) & ~7
  return align16(AXIS_RECORD) + align16(taps * 8) + align16((axis.out + SPARE_POSITIONS) * stride)
}

/** As in `assembly/resize-stage.ts`: no two rows of a window compete for the same sets of the processor's cache. */
const CACHE_PERIOD = 2048
const CACHE_LINE = 64

/** Bytes from one row of `rowBytes` to the next in a stage. */
export function strideOf(rowBytes: number): number {
  const stride = align16(rowBytes)
  const rest = stride % CACHE_PERIOD
  const collides = rest < CACHE_LINE || rest > CACHE_PERIOD - CACHE_LINE
  return collides && stride >= CACHE_PERIOD - CACHE_LINE ? stride + 2 * CACHE_LINE : stride
}

/** Shape of a vertical stage, see `createStage` in the kernel. */
export interface StageShape {
  readonly channels: number
  readonly sampleBytes: number
  /** Padded, as for the axis. */
  readonly tapsX: number
  readonly rowSamples: number
  readonly rowsAtOnce: number
  readonly slack: number
}

/** Bytes of one vertical stage in the kernel. */
export function priceStage(x: AxisPlan, y: AxisPlan, shape: StageShape): number {
  const { channels, sampleBytes, tapsX, rowSamples, rowsAtOnce, slack } = shape
  const boxed = x.box > 1 || y.box > 1
  const samples = x.cells * channels
  const inputStride = strideOf(rowSamples * sampleBytes)
  const stride = boxed ? strideOf(samples * sampleBytes) : inputStride
  const window = align16((paddedTapsY(y) + slack) * stride + ROW_SPARE)
  const mixed = align16((align16(samples) + ROW_SPARE + tapsX * channels) * 2)
  const input = boxed ? align16(rowsAtOnce * inputStride + ROW_SPARE) : 0
  const sums = boxed ? align16((align16(rowSamples) + ROW_SPARE) * 2 * sampleBytes) : 0
  return align16(STAGE_RECORD) + window + mixed + input + sums
}

/** Exact bytes that `createResizer` allocates: the output raster included, the kernel's own static data not. */
export const priceResize = (plan: ResizePlan): number =>
  (plan.isWatched ? 0 : align16(plan.x.out * plan.y.out * BYTES_PER_PIXEL[plan.kind])) + priceResizeInto(plan)

/** The same for a resizer that writes into a raster that is there. */
export function priceResizeInto({ kind, x, y }: ResizePlan): number {
  const pixelBytes = BYTES_PER_PIXEL[kind]
  const tables = priceAxis(x, paddedTapsX(x, kind)) + priceAxis(y, paddedTapsY(y))
  const fixed = tables + align16(RESIZER_RECORD) + align16(PLACEMENT_RECORD)
  if (x.filter === 0 && y.filter === 0) return fixed
  const shape = {
    channels: pixelBytes,
    sampleBytes: kind === 'alpha' ? 2 : 1,
    tapsX: paddedTapsX(x, kind),
    rowSamples: x.count * pixelBytes,
    rowsAtOnce: 1,
    slack: paddedTapsY(y),
  }
  const row = align16((align16(x.out) + ROW_SPARE) * pixelBytes)
  const wideRow = kind === 'plane' ? align16((align16(x.out) + ROW_SPARE) * 2) : 0
  return fixed + priceStage(x, y, shape) + row + wideRow
}

/** A resizer inside a kernel. Decoders in the kernel may use `pointer` directly with `resizerPush`. */
export interface Resizer {
  readonly pointer: number
  /** The output, as shown: complete once row `endRow - 1` has been pushed. One byte per pixel for kind `plane`. */
  readonly raster: KernelRaster
  /** Source rows [firstRow, endRow) count; the others may be skipped. */
  readonly firstRow: number
  readonly endRow: number
  /** Take the next source row (full width, packed) at `row`; returns whether later rows are still needed. */
  push(row: number): boolean
  /** Step over `rows` source rows that do not count. */
  skip(rows: number): void
  /** Begin again, for another picture of the same shape: the next frame. The raster is written anew. */
  rewind(): void
}

/** Build an axis table in the kernel; returns its pointer. */
export function createAxis(kernel: Kernel, axis: AxisPlan, taps: number): number {
  const { axisCreate } = kernel.exports
  const { first, count, box, cells, out, filter, origin, step, stretch, lowest, highest } = axis
  return axisCreate(first, count, box, cells, out, taps, filter, origin, step, stretch, lowest, highest)
}

/**
 * Set a planned resize up in `kernel`, output raster included. Allocates exactly `priceResize(plan)` bytes.
 * @param into where the output goes instead of a new raster; then it allocates `priceResizeInto(plan)`
 * @throws PixelError `internal` where memory is short; so does `push`, should it ever fail
 */
export function createResizer(kernel: Kernel, plan: ResizePlan, into?: number): Resizer {
  return guardTraps(() => allocateResizer(kernel, plan, into))
}

function allocateResizer(kernel: Kernel, plan: ResizePlan, into?: number): Resizer {
  const { kind, x, y, orientation } = plan
  const functions = kernel.exports
  const room = () => (plan.isWatched ? 0 : kernel.exports.allocate(x.out * y.out * BYTES_PER_PIXEL[kind]))
  const rasterPointer = into ?? room()
  const axisX = createAxis(kernel, x, paddedTapsX(x, kind))
  const axisY = createAxis(kernel, y, paddedTapsY(y))
  const pointer = functions.resizerCreate(KINDS[kind], axisX, axisY, orientation, rasterPointer)
  const turned = orientation >= 5
  return {
    pointer,
    raster: {
      kernel,
      pointer: rasterPointer,
      width: turned ? y.out : x.out,
      height: turned ? x.out : y.out,
    },
    firstRow: y.first,
    endRow: y.first + y.count,
    push: (row) => guardTraps(() => functions.resizerPush(pointer, row) !== 0),
    skip: (rows) => functions.resizerSkip(pointer, rows),
    rewind: () => functions.resizerRewind(pointer),
  }
}
