// The resizer that row decoders feed: source rows in, a finished raster out.

import { align16 } from './layout'
import { allocate } from './memory'
import { Axis, FILTER_COPY } from './resize-axis'
import { filterPixelsAlpha, filterPixelsOpaque, filterSamples, narrowSamples } from './resize-horizontal'
import { createPlacement, Placement, placeRow, straightPlace } from './resize-place'
import { copyOpaqueRow, premultiplyRow } from './resize-premultiply'
import { commitRows, createStage, isRowReady, mixRow, reserveRows, rewindStage, Stage, widenStage } from './resize-stage'

/** One 8-bit plane in, one out. */
export const KIND_PLANE: i32 = 0
/** RGBA whose alpha is 255 everywhere. */
export const KIND_OPAQUE: i32 = 1
/** RGBA with straight alpha. */
export const KIND_ALPHA: i32 = 2

// @ts-ignore: decorator
@unmanaged
export class Resizer {
  kind: i32
  axisX: Axis
  axisY: Axis
  /** Null where both axes only copy. */
  stage: Stage
  placement: Placement
  /** Index of the next source row to be pushed. */
  sourceRow: i32
  /** Next output row of the copying path. */
  copied: i32
  /** Output row before it is placed, and a plane's samples before they are narrowed. */
  row: usize
  wideRow: usize
}

/** @returns handle for the other functions; `axisX`, `axisY` come from `axisCreate`, `raster` holds the whole output */
export function resizerCreate(kind: i32, axisX: Axis, axisY: Axis, orientation: i32, raster: usize): usize {
  const resizer = changetype<Resizer>(allocate(offsetof<Resizer>()))
  const channels = kind == KIND_PLANE ? 1 : 4
  resizer.kind = kind
  resizer.axisX = axisX
  resizer.axisY = axisY
  resizer.placement = createPlacement(raster, axisX.out, axisY.out, channels, orientation)
  if (axisX.filter == FILTER_COPY && axisY.filter == FILTER_COPY) return changetype<usize>(resizer)
  const sampleBytes = kind == KIND_ALPHA ? 2 : 1
  resizer.stage = createStage(axisX, axisY, channels, sampleBytes, axisX.count * channels, 1, axisY.taps)
  // Most pictures with an alpha channel are opaque, down to some row or to the end: until then 8 bits a sample suffice.
  resizer.stage.sampleBytes = 1
  resizer.row = allocate(<usize>(align16(axisX.out) + 16) * <usize>channels)
  if (kind == KIND_PLANE) resizer.wideRow = allocate(<usize>(align16(axisX.out) + 16) * 2)
  return changetype<usize>(resizer)
}

/** Take another picture of the same shape; its rows replace those in the raster. */
export function resizerRewind(resizer: Resizer): void {
  resizer.sourceRow = 0
  resizer.copied = 0
  if (!changetype<usize>(resizer.stage)) return
  rewindStage(resizer.stage)
  if (resizer.kind == KIND_ALPHA) resizer.stage.sampleBytes = 1
}

/** First source row that counts; rows before it may be skipped with `resizerSkip`. */
export function resizerFirstRow(resizer: Resizer): i32 {
  return resizer.axisY.first
}

/** One past the last source row that counts: a decoder may stop there. */
export function resizerEndRow(resizer: Resizer): i32 {
  return resizer.axisY.first + resizer.axisY.count
}

/** Step over source rows that do not count, without their pixels. */
export function resizerSkip(resizer: Resizer, rows: i32): void {
  resizer.sourceRow += rows
}

/**
 * Take the next source row, of the source's full width, and write the output rows it completes.
 * @returns true while later rows are still needed
 */
export function resizerPush(resizer: Resizer, row: usize): bool {
  const axis = resizer.axisY, y = resizer.sourceRow++
  const end = axis.first + axis.count
  if (y < axis.first || y >= end) return y < end
  row += <usize>resizer.axisX.first << (resizer.kind == KIND_PLANE ? 0 : 2)
  if (!changetype<usize>(resizer.stage)) {
    placeRow(resizer.placement, resizer.copied++, row)
    return y + 1 < end
  }
  takeRow(resizer, row)
  while (isRowReady(resizer.stage)) writeRow(resizer)
  return y + 1 < end
}

function takeRow(resizer: Resizer, row: usize): void {
  const stage = resizer.stage, pixels = resizer.axisX.count
  const target = reserveRows(stage, 1)
  if (resizer.kind == KIND_ALPHA) {
    if (stage.sampleBytes == 1 && !copyOpaqueRow(row, target, pixels)) widenStage(stage)
    if (stage.sampleBytes == 2) premultiplyRow(row, target, pixels)
  } else memory.copy(target, row, <usize>(pixels * stage.channels))
  commitRows(stage, 1)
}

function writeRow(resizer: Resizer): void {
  const stage = resizer.stage, y = stage.next
  mixRow(stage)
  if (resizer.kind == KIND_PLANE) {
    filterSamples(stage.mixed, resizer.axisX, resizer.wideRow)
    narrowSamples(resizer.wideRow, resizer.row, resizer.axisX.out)
    placeRow(resizer.placement, y, resizer.row)
    return
  }
  const place = straightPlace(resizer.placement, y)
  const target = place ? place : resizer.row
  if (stage.sampleBytes == 1) filterPixelsOpaque(stage.mixed, resizer.axisX, target)
  else filterPixelsAlpha(stage.mixed, resizer.axisX, target)
  if (!place) placeRow(resizer.placement, y, target)
}
