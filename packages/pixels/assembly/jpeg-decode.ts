// The JPEG decoder's course: which units of which rows are read next, and what happens at restarts, at the end of a row
// and where data are missing. Segments are parsed, and checked, in TypeScript.

import {
  bitPosition, dropBits, GO_ON, initBits, isPastEnd, NEEDS_INPUT, nextSegment, NO_MORE, startSegment,
  waitForBits,
} from './jpeg-decode-bits'
import { initCoefficients, renderCoefficients } from './jpeg-decode-coefficients'
import {
  blankBands, commitBands, component, initComponents, MOST_COMPONENTS, reserveBands,
} from './jpeg-decode-component'
import { initHuffman, sawBadCode } from './jpeg-decode-huffman'
import { writeReadyRows } from './jpeg-decode-output'
import {
  DC_BYTES, getEndOfBlockRun, readAcFirst, readAcRefine, readDcUnits, readWholeUnits, setEndOfBlockRun,
} from './jpeg-decode-scans'
import { beginSequential, initSequential, renderMcus, skipMcus } from './jpeg-decode-sequential'
import { allocate } from './memory'

/** Kinds of scan. */
const SCAN_SEQUENTIAL: i32 = 0
const SCAN_WHOLE: i32 = 1
const SCAN_DC_FIRST: i32 = 2
const SCAN_DC_REFINE: i32 = 3
const SCAN_AC_FIRST: i32 = 4
const SCAN_AC_REFINE: i32 = 5

/** What `jpegDecodeRun` answers. */
const RUN_DONE: i32 = 0
const RUN_NEEDS_INPUT: i32 = 1

// The frame.
let componentCount: i32 = 0
let mcusX: i32 = 0
let keptFrom: i32 = 0
let keptTo: i32 = 0
let keptFromRow: i32 = 0
let keptToRow: i32 = 0

// The band of MCU rows whose coefficients are kept, in multi-scan frames.
let bandRow: i32 = 0

// The scan.
let kind: i32 = 0
let scanned: i32 = 0
let scannedCount: i32 = 0
let spectralStart: i32 = 0
let spectralEnd: i32 = 0
let low: i32 = 0
let columns: i32 = 0
let rowEnd: i32 = 0
let interval: i32 = 0

// Where the scan is.
let row: i32 = 0
let column: i32 = 0
let unitsToRestart: i32 = 0
let restarts: i32 = 0
/** Nothing can be read before the next restart marker. */
let isLost: bool = false
let isStarted: bool = false
let bitsToDrop: i32 = 0
let bandIsOpen: bool = false
/** Something was missing: the picture is not what its maker meant. */
let isDamaged: bool = false

/**
 * Describe the frame, before its components.
 * @param from,to       MCU columns that are kept
 * @param fromRow,toRow MCU rows that are kept
 */
export function jpegDecodeCreate(count: i32, mcuColumns: i32, from: i32, to: i32, fromRow: i32, toRow: i32): void {
  componentCount = count
  mcusX = mcuColumns
  keptFrom = from
  keptTo = to
  keptFromRow = fromRow
  keptToRow = toRow
  isDamaged = false
  initBits()
  initHuffman()
  initComponents()
  initSequential()
  initCoefficients()
}

/** Make room for the coefficients of `rows` rows of MCUs; only the DC is kept of components wanted at 1/8. */
export function jpegDecodeKeep(rows: i32): void {
  for (let i = 0; i < componentCount; i++) {
    const it = component(i)
    it.blocksWide = mcusX * it.h
    it.blockBytes = it.scale == 3 ? DC_BYTES : 128
    it.coefficients = allocate(<usize>(it.blocksWide * it.v * rows) * <usize>it.blockBytes)
  }
}

/** Start a band of kept coefficients at MCU row `first`, all of them zero. */
export function jpegDecodeBand(first: i32, rows: i32): void {
  bandRow = first
  for (let i = 0; i < componentCount; i++) {
    const it = component(i)
    memory.fill(it.coefficients, 0, <usize>(it.blocksWide * it.v * rows) * <usize>it.blockBytes)
  }
}

/**
 * Start a scan; its first byte of data is the next input.
 * @param components  indices of its components, two bits each, first lowest
 * @param toRow       one past the last MCU row that is read
 * @param restartInterval units between restart markers, or 0
 */
export function jpegDecodeScan(
  scanKind: i32, components: i32, count: i32, start: i32, end: i32, lowBit: i32, toRow: i32, restartInterval: i32,
): void {
  kind = scanKind
  scanned = components
  scannedCount = count
  spectralStart = start
  spectralEnd = end
  low = lowBit
  interval = restartInterval
  const it = component(components & 3)
  const isAlone = count == 1 && scanKind != SCAN_SEQUENTIAL
  columns = isAlone ? it.blocksX : mcusX
  rowEnd = isAlone ? min(it.blocksY, toRow * it.v) : toRow
  row = isAlone ? bandRow * it.v : bandRow
  column = 0
  restarts = 0
  unitsToRestart = interval ? interval : i32.MAX_VALUE
  isLost = false
  isStarted = false
  bitsToDrop = 0
  setEndOfBlockRun(0)
  for (let i = 0; i < MOST_COMPONENTS; i++) component(i).prediction = 0
  if (scanKind == SCAN_SEQUENTIAL) beginSequential(count)
}

/** Read as far as the input goes. Returns RUN_DONE once the scan, or its part in the band, is read. */
export function jpegDecodeRun(): i32 {
  if (!isStarted) {
    startSegment()
    isStarted = true
  }
  if (bitsToDrop) {
    if (waitForBits() == NEEDS_INPUT) return RUN_NEEDS_INPUT
    dropBits(bitsToDrop)
    bitsToDrop = 0
  }
  while (row < rowEnd) {
    if (unitsToRestart == 0 && !restart()) return RUN_NEEDS_INPUT
    const target = min(columns - column, unitsToRestart) + column
    const reached = isLost ? skipLost(target) : readUnits(target)
    unitsToRestart -= reached - column
    column = reached
    if (column == columns) finishRow()
    else if (column < target && !isLost) {
      const answer = waitForBits()
      if (answer == NEEDS_INPUT) return RUN_NEEDS_INPUT
      if (answer == NO_MORE) loseRest()
    }
  }
  if (isPastEnd()) isDamaged = true
  return RUN_DONE
}

/** True when data were missing or made no sense so far. */
export function jpegDecodeDamaged(): bool {
  return isDamaged || sawBadCode
}

function loseRest(): void {
  isLost = true
  isDamaged = true
}

/** Go on behind the next restart marker. Returns false when input is needed first. */
function restart(): bool {
  if (isPastEnd()) isDamaged = true
  const answer = nextSegment(restarts & 7)
  if (answer == NEEDS_INPUT) return false
  restarts++
  unitsToRestart = interval
  setEndOfBlockRun(0)
  for (let i = 0; i < componentCount; i++) component(i).prediction = 0
  isLost = false
  if (answer == GO_ON) return true
  loseRest()
  if (answer != NO_MORE) unitsToRestart = i32.MAX_VALUE // nothing of the scan is left
  return true
}

/** Leave units up to `target` as they are: zero, or mid-grey. */
function skipLost(target: i32): i32 {
  if (kind == SCAN_SEQUENTIAL && isRowKept()) {
    openBands()
    const from = max(column, keptFrom), to = min(target, keptTo)
    if (from < to) blankBands(componentCount, from - keptFrom, to - keptFrom)
  }
  return target
}

// @ts-ignore: decorator
@inline function isRowKept(): bool {
  return row >= keptFromRow && row < keptToRow
}

function openBands(): void {
  if (!bandIsOpen) reserveBands(componentCount)
  bandIsOpen = true
}

/** Read units from `column` up to at most `target`. Returns where it stopped. */
function readUnits(target: i32): i32 {
  if (kind == SCAN_SEQUENTIAL) return readMcus(target)
  const it = component(scanned & 3)
  const first = scannedCount == 1 ? row - bandRow * it.v : row - bandRow
  if (kind == SCAN_WHOLE) return readWholeUnits(scanned, scannedCount, first, column, target)
  if (kind == SCAN_AC_FIRST) return readAcFirst(it, first, column, target, spectralStart, spectralEnd, low)
  if (kind == SCAN_AC_REFINE) return readAcRefine(it, first, column, target, spectralStart, spectralEnd, low)
  return readDcUnits(scanned, scannedCount, first, column, target, low, kind == SCAN_DC_REFINE)
}

/** MCUs outside the window are read, but nothing is made of them. */
function readMcus(target: i32): i32 {
  if (!isRowKept()) return skipMcus(column, target)
  openBands()
  let at = column
  if (at < keptFrom) {
    const end = min(target, keptFrom)
    at = skipMcus(at, end)
    if (at < end) return at
  }
  if (at < keptTo) {
    const end = min(target, keptTo)
    at = renderMcus(at, end, keptFrom)
    if (at < end) return at
  }
  return at < target ? skipMcus(at, target) : at
}

function finishRow(): void {
  if (bandIsOpen) {
    commitBands(componentCount)
    bandIsOpen = false
    writeReadyRows()
  }
  column = 0
  row++
}

/** Turn the kept coefficients of MCU rows [bandRow, bandRow + rows) into output. */
export function jpegDecodeRender(rows: i32): void {
  const from = max(keptFromRow - bandRow, 0), to = min(keptToRow - bandRow, rows)
  for (let y = from; y < to; y++) {
    reserveBands(componentCount)
    renderCoefficients(componentCount, y, keptFrom, keptTo)
    commitBands(componentCount)
    writeReadyRows()
  }
}

/** Rows that were never reached become mid-grey. */
export function jpegDecodeBlankRest(): void {
  for (; row < keptToRow; row++) {
    if (row < keptFromRow) continue
    reserveBands(componentCount)
    blankBands(componentCount, 0, keptTo - keptFrom)
    commitBands(componentCount)
    writeReadyRows()
  }
}

// A scan's place, kept between bands:
//   0   i32 × 4  DC predictions
//   16  i32      run of ends of block
//   20  i32      units to the next restart
//   24  i32      restarts so far
//   28  i32      1 when nothing can be read before the next restart
//   32  i32      bit position, relative to the input, × 8

/** Write the scan's place to `place` (36 bytes). */
export function jpegDecodeSavePlace(place: usize): void {
  for (let i = 0; i < MOST_COMPONENTS; i++) store<i32>(place + (<usize>i << 2), component(i).prediction)
  store<i32>(place, getEndOfBlockRun(), 16)
  store<i32>(place, unitsToRestart, 20)
  store<i32>(place, restarts, 24)
  store<i32>(place, isLost ? 1 : 0, 28)
  store<i32>(place, bitPosition(), 32)
}

/** Go on from a place, after `jpegDecodeScan`; the next input starts at the byte of its bit position. */
export function jpegDecodeLoadPlace(place: usize): void {
  for (let i = 0; i < MOST_COMPONENTS; i++) component(i).prediction = load<i32>(place + (<usize>i << 2))
  setEndOfBlockRun(load<i32>(place, 16))
  unitsToRestart = load<i32>(place, 20)
  restarts = load<i32>(place, 24)
  isLost = load<i32>(place, 28) != 0
  bitsToDrop = load<i32>(place, 32) & 7
}
