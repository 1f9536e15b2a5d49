// The vertical half of a resize: a sliding window of source rows, from which output rows are filtered one by one.
//
//   source rows ─► (box sums) ─► window of rows ─► vertical pass ─► `mixed` row ─► horizontal pass (the caller's)

import { align16 } from './layout'
import { allocate } from './memory'
import { Axis, FILTER_COPY, TAPS_HEADER } from './resize-axis'
import { addRow16, addRow8, averagePixels16, averagePixels8, averageSamples8 } from './resize-box'
import { filterRows16, filterRows8, PREMULTIPLIED_BITS, widenRow8 } from './resize-vertical'

/** Samples that SIMD loops may touch beyond a row's end. */
export const ROW_SPARE: i32 = 16

// Rows that lie a multiple of 2048 bytes apart, or nearly, compete for the same few sets of the processor's first cache,
// which the vertical pass reads all at once.
const CACHE_PERIOD: i32 = 2048
const CACHE_LINE: i32 = 64

/** Bytes from one row of `rowBytes` to the next. */
function strideOf(rowBytes: i32): i32 {
  const stride = align16(rowBytes), rest = stride & (CACHE_PERIOD - 1)
  const collides = rest < CACHE_LINE || rest > CACHE_PERIOD - CACHE_LINE
  return collides && stride >= CACHE_PERIOD - CACHE_LINE ? stride + 2 * CACHE_LINE : stride
}

// @ts-ignore: decorator
@unmanaged
export class Stage {
  axisX: Axis
  axisY: Axis
  /** 1 for a plane, 4 for RGBA. */
  channels: i32
  /** Bytes per sample in the window: 1, or 2 for premultiplied RGBA, which may start at 1 (see `widenStage`). */
  sampleBytes: i32
  /** Samples of a row that the filter reads. */
  samples: i32
  /** Bytes from one row to the next, in the window and in what `reserve` returns. */
  stride: i32
  inputStride: i32
  window: usize
  capacity: i32
  /** Cell in the window's first row, and rows in it. */
  base: i32
  filled: i32
  /** Source rows taken so far, and how many of them are in `sums`. */
  taken: i32
  summed: i32
  sums: usize
  input: usize
  mixed: usize
  /** Next output row. */
  next: i32
}

/**
 * @param rowSamples samples that the producer writes per row (it may round a row up)
 * @param rowsAtOnce most rows reserved at a time
 * @param slack      rows the window holds beyond the taps of one output row; at least what `rowsAtOnce` needs
 */
export function createStage(
  axisX: Axis, axisY: Axis, channels: i32, sampleBytes: i32, rowSamples: i32, rowsAtOnce: i32, slack: i32,
): Stage {
  const stage = changetype<Stage>(allocate(offsetof<Stage>()))
  const boxed = axisX.box > 1 || axisY.box > 1
  stage.axisX = axisX
  stage.axisY = axisY
  stage.channels = channels
  stage.sampleBytes = sampleBytes
  stage.samples = axisX.cells * channels
  stage.inputStride = strideOf(rowSamples * sampleBytes)
  stage.stride = boxed ? strideOf(stage.samples * sampleBytes) : stage.inputStride
  stage.capacity = axisY.taps + slack
  stage.window = allocate(<usize>stage.capacity * <usize>stage.stride + ROW_SPARE)
  stage.mixed = allocate(<usize>(align16(stage.samples) + ROW_SPARE + axisX.taps * channels) * 2)
  if (boxed) {
    stage.input = allocate(<usize>rowsAtOnce * <usize>stage.inputStride + ROW_SPARE)
    stage.sums = allocate(<usize>(align16(rowSamples) + ROW_SPARE) * 2 * <usize>sampleBytes)
  }
  return stage
}

/** Where the producer may write its next `rows` rows, `inputStride` bytes apart. */
export function reserveRows(stage: Stage, rows: i32): usize {
  if (stage.sums) return stage.input
  if (stage.filled + rows > stage.capacity) slide(stage)
  if (stage.filled + rows > stage.capacity) unreachable()
  return stage.window + <usize>stage.filled * <usize>stage.stride
}

/** Take the rows written since `reserveRows`. */
export function commitRows(stage: Stage, rows: i32): void {
  if (!stage.sums) {
    stage.filled += rows
    stage.taken += rows
    return
  }
  const wanted = min(rows, stage.axisY.count - stage.taken)
  for (let i = 0; i < wanted; i++) addToBox(stage, stage.input + <usize>i * <usize>stage.inputStride)
}

/** True when output row `stage.next` has all its source rows. */
// @ts-ignore: decorator
@inline export function isRowReady(stage: Stage): bool {
  return stage.next < stage.axisY.out && stage.axisY.end(stage.next) <= stage.base + stage.filled
}

/** Vertical pass of output row `stage.next` into `stage.mixed`; moves on to the next output row. */
export function mixRow(stage: Stage): void {
  const axis = stage.axisY, record = axis.position(stage.next)
  const rows = stage.window + <usize>(load<i32>(record) - stage.base) * <usize>stage.stride
  if (axis.filter == FILTER_COPY && stage.sampleBytes == 1) {
    widenRow8(rows, stage.mixed, stage.samples)
  } else {
    const pairs = (load<i32>(record, 4) + 1) >> 1
    const weights = record + TAPS_HEADER
    if (stage.sampleBytes == 1) filterRows8(rows, stage.stride, weights, pairs, stage.mixed, stage.samples)
    else filterRows16(rows, stage.stride, weights, pairs, stage.mixed, stage.samples)
  }
  stage.next++
}

/** Begin again at the first source row, for another picture of the same shape. */
export function rewindStage(stage: Stage): void {
  stage.base = 0
  stage.filled = 0
  stage.taken = 0
  stage.summed = 0
  stage.next = 0
  // Wide enough for whatever kind of sample was summed up.
  if (stage.sums) memory.fill(stage.sums, 0, <usize>align16(stage.axisX.count * stage.channels) * 2 * <usize>stage.sampleBytes)
}

/** Go on with premultiplied 16-bit samples, after 8-bit rows without transparency in a stage made for 16 bits. */
export function widenStage(stage: Stage): void {
  const stride = <usize>stage.stride, samples = (<usize>stage.samples + 7) & ~7
  for (let i = 0; i < stage.filled; i++) {
    const row = stage.window + <usize>i * stride
    // In place, so from the end.
    for (let at = samples; at > 0; ) {
      at -= 8
      v128.store(row + (at << 1), i16x8.shl(v128.load8x8_u(row + at), PREMULTIPLIED_BITS))
    }
  }
  if (stage.sums) {
    for (let at = <usize>(stage.axisX.count * stage.channels); at > 0; ) {
      at -= 4
      v128.store(stage.sums + (at << 2), i32x4.shl(v128.load16x4_u(stage.sums + (at << 1)), PREMULTIPLIED_BITS))
    }
  }
  stage.sampleBytes = 2
}

/** Drop the rows that no later output row needs. */
function slide(stage: Stage): void {
  const axis = stage.axisY
  const keepFrom = stage.next < axis.out ? axis.start(stage.next) : i32.MAX_VALUE
  const dropped = min(keepFrom - stage.base, stage.filled)
  if (dropped <= 0) return
  const stride = <usize>stage.stride
  memory.copy(stage.window, stage.window + <usize>dropped * stride, <usize>(stage.filled - dropped) * stride)
  stage.base += dropped
  stage.filled -= dropped
}

/** Add one source row to the current box; a full box (or the last, perhaps lower one) becomes a row of the window. */
function addToBox(stage: Stage, row: usize): void {
  const axis = stage.axisY, rowSamples = stage.axisX.count * stage.channels
  if (stage.sampleBytes == 1) addRow8(row, stage.sums, rowSamples)
  else addRow16(row, stage.sums, rowSamples)
  stage.taken++
  stage.summed++
  if (stage.summed < axis.box && stage.taken < axis.count) return

  if (stage.filled == stage.capacity) slide(stage)
  if (stage.filled == stage.capacity) unreachable()
  const target = stage.window + <usize>stage.filled * <usize>stage.stride
  const box = stage.axisX.box, columns = stage.axisX.count
  if (stage.channels == 1) averageSamples8(stage.sums, stage.summed, box, columns, target)
  else if (stage.sampleBytes == 1) averagePixels8(stage.sums, stage.summed, box, columns, target)
  else averagePixels16(stage.sums, stage.summed, box, columns, target)
  memory.fill(stage.sums, 0, <usize>align16(rowSamples) * 2 * <usize>stage.sampleBytes)
  stage.summed = 0
  stage.filled++
}
