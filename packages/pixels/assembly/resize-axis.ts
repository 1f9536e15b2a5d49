// One axis of a resize: for every output position, which source cells count and how much.
//
// A "cell" is `box` neighbouring source samples averaged beforehand (one sample when box is 1). The filter then works
// on cells, so that its number of taps, and with it the memory, stays bounded for any ratio.

import { allocate } from './memory'

/** Fixed point of the weights: those of one output position add up to exactly 1 << WEIGHT_BITS. */
export const WEIGHT_BITS: i32 = 14

export const FILTER_COPY: i32 = 0
export const FILTER_LANCZOS3: i32 = 1
export const FILTER_CATMULL_ROM: i32 = 2
export const FILTER_TRIANGLE: i32 = 3
/** A Gaussian bell whose standard deviation is the stretch, cut off at three of them. */
export const FILTER_GAUSSIAN: i32 = 4

/** Positions computed beyond the last, so that loops over four outputs need no tail. */
export const SPARE_POSITIONS: i32 = 3

/** Bytes before the weights of one position. */
export const TAPS_HEADER: usize = 8

// Position record, `stride` bytes each:
//   0   i32          first cell
//   4   i32          number of cells that count
//   8   i16 × taps   weights, zero after the last that counts

// @ts-ignore: decorator
@unmanaged
export class Axis {
  /** First source sample needed. */
  first: i32
  /** Source samples needed from `first` on. */
  count: i32
  /** Source samples averaged into one cell. */
  box: i32
  /** Cells made from `count` samples. */
  cells: i32
  /** Output positions. */
  out: i32
  /** Room for weights in each record. */
  taps: i32
  /** Bytes from one position record to the next. */
  stride: i32
  filter: i32
  /** First and last cell that may weigh in; beyond them the outermost repeats. */
  lowest: i32
  highest: i32
  records: usize

  // @ts-ignore: decorator
  @inline position(index: i32): usize {
    return this.records + <usize>index * <usize>this.stride
  }

  // @ts-ignore: decorator
  @inline start(index: i32): i32 {
    return load<i32>(this.position(index))
  }

  /** One past the last cell that output position `index` needs. */
  // @ts-ignore: decorator
  @inline end(index: i32): i32 {
    const record = this.position(index)
    return load<i32>(record) + load<i32>(record, 4)
  }
}

/**
 * Build the table of one axis.
 * @param origin where the window starts, in cells, relative to cell 0
 * @param step   cells per output position
 * @param stretch how wide the filter lies, in cells: 1 or `step` for the filters of a resize
 * @param taps   room for weights per position: even, and a multiple of what the reader takes at once
 */
export function axisCreate(
  first: i32, count: i32, box: i32, cells: i32, out: i32, taps: i32, filter: i32, origin: f64, step: f64,
  stretch: f64, lowest: i32, highest: i32,
): usize {
  const axis = changetype<Axis>(allocate(offsetof<Axis>()))
  axis.first = first
  axis.count = count
  axis.box = box
  axis.cells = cells
  axis.out = out
  axis.taps = taps
  axis.filter = filter
  axis.lowest = lowest
  axis.highest = highest
  axis.stride = (<i32>TAPS_HEADER + taps * 2 + 7) & ~7
  const exact = allocate(<usize>taps * 8)
  axis.records = allocate(<usize>(out + SPARE_POSITIONS) * <usize>axis.stride)
  for (let index = 0; index < out; index++) {
    fillPosition(axis, index, origin + (<f64>index + 0.5) * step, stretch, exact)
  }
  return changetype<usize>(axis)
}

/** Weights of one output position, whose centre lies at `centre` cells. Cells beyond the edge repeat the outermost. */
function fillPosition(axis: Axis, index: i32, centre: f64, stretch: f64, exact: usize): void {
  const reach = radius(axis.filter) * stretch
  const lowest = <i32>Math.ceil(centre - reach - 0.5)
  const highest = max(lowest, <i32>Math.floor(centre + reach - 0.5))
  const last = axis.highest
  const start = min(max(lowest, axis.lowest), last)
  const used = min(min(max(highest, start), last) - start + 1, axis.taps)
  memory.fill(exact, 0, <usize>used * 8)
  const sum = addWeights(axis.filter, centre, stretch, lowest, highest, start, used, exact)

  const record = axis.position(index)
  store<i32>(record, start)
  store<i32>(record, used, 4)
  // Rounding the running total, not each weight, makes the rounded weights add up exactly.
  let total: f64 = 0
  let rounded: i32 = 0
  for (let i = 0; i < used; i++) {
    total += load<f64>(exact + (<usize>i << 3))
    const next = <i32>Math.round((total / sum) * <f64>(1 << WEIGHT_BITS))
    store<i16>(record + TAPS_HEADER + (<usize>i << 1), <i16>(next - rounded))
    rounded = next
  }
}

/** Add the filter's values at cells lowest…highest to `exact`, clamped to its `used` places. Returns their sum. */
function addWeights(
  filter: i32, centre: f64, stretch: f64, lowest: i32, highest: i32, start: i32, used: i32, exact: usize,
): f64 {
  // Lanczos needs two sines per tap; both advance by a fixed angle, so a rotation replaces them.
  const turn = Math.PI / stretch
  let x = (<f64>lowest + 0.5 - centre) / stretch
  let sinA = Math.sin(Math.PI * x), cosA = Math.cos(Math.PI * x)
  let sinB = Math.sin((Math.PI / 3) * x), cosB = Math.cos((Math.PI / 3) * x)
  const sinTurnA = Math.sin(turn), cosTurnA = Math.cos(turn)
  const sinTurnB = Math.sin(turn / 3), cosTurnB = Math.cos(turn / 3)
  let sum: f64 = 0
  for (let cell = lowest; cell <= highest; cell++) {
    const weight = filter == FILTER_LANCZOS3 ? lanczos3(x, sinA, sinB) : evenFilter(filter, Math.abs(x))
    const place = exact + (<usize>min(max(cell - start, 0), used - 1) << 3)
    store<f64>(place, load<f64>(place) + weight)
    sum += weight
    x = (<f64>(cell + 1) + 0.5 - centre) / stretch
    const nextA = sinA * cosTurnA + cosA * sinTurnA
    cosA = cosA * cosTurnA - sinA * sinTurnA
    sinA = nextA
    const nextB = sinB * cosTurnB + cosB * sinTurnB
    cosB = cosB * cosTurnB - sinB * sinTurnB
    sinB = nextB
  }
  return sum
}

/** Half the width of a filter, in cells at stretch 1. */
function radius(filter: i32): f64 {
  if (filter == FILTER_LANCZOS3 || filter == FILTER_GAUSSIAN) return 3
  if (filter == FILTER_CATMULL_ROM) return 2
  if (filter == FILTER_TRIANGLE) return 1
  return 0.5
}

/** sinc(x) · sinc(x / 3), given sin(πx) and sin(πx / 3). */
function lanczos3(x: f64, sine: f64, sineOfThird: f64): f64 {
  const distance = Math.abs(x)
  if (distance >= 3) return 0
  return distance < 1e-6 ? 1 : (3 * sine * sineOfThird) / (Math.PI * Math.PI * x * x)
}

/** Filters that are functions of the distance alone. */
function evenFilter(filter: i32, distance: f64): f64 {
  if (filter == FILTER_TRIANGLE) return max(0.0, 1 - distance)
  if (filter == FILTER_COPY) return 1
  if (filter == FILTER_GAUSSIAN) return Math.exp(-0.5 * distance * distance)
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0
}
