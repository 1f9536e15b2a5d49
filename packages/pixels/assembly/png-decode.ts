// PNG image data to RGBA rows: inflate → unfilter → convert → sink. The chunks around it are read outside.
import {
  INFLATE_CORRUPT,
  INFLATE_END,
  INFLATE_NEEDS_INPUT,
  inflate,
  inflateCreate,
  inflateInput,
  inflateOutput,
  inflateOutputLength,
} from './inflate'
import { allocate } from './memory'
import { convertRow, RGBA, rowsCreate, samplesOf } from './png-rows'
import { fillHoles, passCount, passX, passY, stepX, stepY } from './png-interlace'
import { sinkPush, sinkRaster, sinkRasterRow, sinkWantsRow } from './png-sink'
import { unfilterRow } from './png-unfilter'

/** Answers of `pngPush`. */
const PNG_MORE: i32 = 0
const PNG_DONE: i32 = 1
const PNG_CORRUPT: i32 = 2
const PNG_ENOUGH: i32 = 3

/** Image data is handed over in pieces of at most this. */
const INPUT_BYTES: usize = 65536
/** Before and after each row: room for the vectors that overshoot. */
const MARGIN: usize = 16

let input: usize = 0
let imageWidth: u32 = 0
let imageHeight: u32 = 0
let pixelBits: u32 = 0
let unit: usize = 0
let interlaced: bool = false
let direct: bool = false

let pass: u32 = 0
let passWidth: u32 = 0
let passHeight: u32 = 0
let rowBytes: usize = 0
let row: u32 = 0
let rowsDone: u32 = 0
let finished: bool = false
let surplus: bool = false
let enough: bool = false

/** The row being collected: its filter byte, then its data from `staging + 1` on. */
let staging: usize = 0
let staged: usize = 0
let current: usize = 0
let above: usize = 0
let zeros: usize = 0
let rgba: usize = 0

function bytesOfRow(width: u32): usize {
  return usize((u64(width) * pixelBits + 7) >> 3)
}

/**
 * Prepare to decode; the sink must be set already. The header must have been checked.
 * @returns where `pngPush` expects its input, at most 65536 bytes at a time
 */
export function pngCreate(width: u32, height: u32, depth: u32, colourType: u32, adam7: bool): usize {
  imageWidth = width
  imageHeight = height
  pixelBits = depth * samplesOf(colourType)
  unit = max(pixelBits >> 3, 1)
  interlaced = adam7
  direct = colourType == RGBA && depth == 8 && !adam7
  inflateCreate()
  rowsCreate(depth, colourType)
  input = allocate(INPUT_BYTES)
  const widest = bytesOfRow(width) + 2 * MARGIN
  staging = allocate(widest)
  current = allocate(widest) + MARGIN
  above = allocate(widest) + MARGIN
  zeros = allocate(widest) + MARGIN
  rgba = allocate((usize(width) << 2) + MARGIN)
  pass = 0
  rowsDone = 0
  finished = false
  surplus = false
  enough = false
  if (interlaced) startPass()
  else {
    passWidth = width
    passHeight = height
    startRows()
  }
  return input
}

/** Enter the next pass that has pixels; small pictures leave some passes empty. */
function startPass(): void {
  for (; pass < 7; pass++) {
    passWidth = passCount(imageWidth, passX(pass), stepX(pass))
    passHeight = passCount(imageHeight, passY(pass), stepY(pass))
    if (passWidth > 0 && passHeight > 0) return startRows()
  }
  finished = true
}

function startRows(): void {
  rowBytes = bytesOfRow(passWidth)
  row = 0
  staged = 0
}

/** Rows that reached the sink; for an interlaced picture, rows of all passes. */
export function pngRows(): u32 {
  return rowsDone
}

/** Whether every row was delivered. */
export function pngFinished(): bool {
  return finished
}

/**
 * Decode the next `length` bytes of image data, from the place that `pngCreate` gave.
 * @returns 0 more is needed, 1 the picture is complete and so is its stream, 2 the data is damaged, 3 the rows to come
 *   are not needed
 */
export function pngPush(length: usize): i32 {
  inflateInput(input, length)
  while (true) {
    const answer = inflate()
    if (!takeBytes(inflateOutput(), inflateOutputLength())) return PNG_CORRUPT
    if (enough) return PNG_ENOUGH
    if (answer == INFLATE_CORRUPT) return PNG_CORRUPT
    if (answer == INFLATE_END) return finished ? PNG_DONE : PNG_CORRUPT
    // What a stream holds beyond the last row is never decoded: it may be without end.
    if (surplus) return PNG_DONE
    if (answer == INFLATE_NEEDS_INPUT) return PNG_MORE
  }
}

/** Cut decoded bytes into rows. Whole rows are unfiltered where they lie, split ones are collected first. */
function takeBytes(from: usize, length: usize): bool {
  while (length > 0) {
    if (finished) {
      surplus = true
      return true
    }
    const wanted = rowBytes + 1 - staged
    const size = min(wanted, length)
    let whole = from
    if (size <= rowBytes) {
      memory.copy(staging + staged, from, size)
      whole = staging
    }
    staged += size
    from += size
    length -= size
    if (staged > rowBytes) {
      if (!takeRow(whole)) return false
      staged = 0
    }
  }
  return true
}

function takeRow(filtered: usize): bool {
  const filter: u32 = load<u8>(filtered)
  if (filter > 4) return false
  const before = row == 0 ? zeros : above
  const target = direct ? sinkRasterRow(row) : 0
  if (target != 0) {
    unfilterRow(filter, target, filtered + 1, before, rowBytes, unit)
    above = target
  } else {
    unfilterRow(filter, current, filtered + 1, before, rowBytes, unit)
    if (interlaced) scatterRow()
    else emitRow()
    const spare = above
    above = current
    current = spare
  }
  rowsDone++
  if (++row == passHeight) endRows()
  return true
}

function emitRow(): void {
  const target = sinkRasterRow(row)
  if (target != 0) convertRow(target, current, passWidth)
  else if (sinkWantsRow(row)) {
    convertRow(rgba, current, passWidth)
    if (!sinkPush(rgba) && row + 1 < imageHeight) {
      finished = true
      enough = true
    }
  }
}

/** Put a row of an Adam7 pass where its pixels belong. */
function scatterRow(): void {
  convertRow(rgba, current, passWidth)
  const stride = usize(stepX(pass)) << 2
  let to = sinkRasterRow(passY(pass) + row * stepY(pass)) + (usize(passX(pass)) << 2)
  const end = rgba + (usize(passWidth) << 2)
  for (let from = rgba; from < end; from += 4) {
    store<u32>(to, load<u32>(from))
    to += stride
  }
}

function endRows(): void {
  if (!interlaced) finished = true
  else {
    pass++
    startPass()
  }
}

/** No more data will come: hand what there is to the resizer. Rows that never came are transparent black. */
export function pngEnd(): void {
  if (interlaced) {
    if (!finished && pass > 0) fillHoles(sinkRasterRow(0), imageWidth, imageHeight, pass)
    sinkRaster()
  } else if (!finished && sinkRasterRow(0) == 0) {
    memory.fill(rgba, 0, usize(imageWidth) << 2)
    for (; row < imageHeight; row++) {
      if (sinkWantsRow(row) && !sinkPush(rgba)) return
    }
  }
}
