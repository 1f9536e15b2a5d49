// Scans: walk packed blocks in the order of a scan, count its symbols, or write its codes.
//
// Both walks are one function, compiled twice. Writing goes in two steps, so that the walk knows nothing about bytes:
// codes are listed first, then packed into the output with byte stuffing.
//
//   a listed code, u32:   bits (27) | how many (5)
import { allocate } from './memory'
import { BLOCK_HEAD } from './jpeg-encode-block'
import { codesOf, countsOf } from './jpeg-encode-huffman'

/** Codes listed before they are packed, and the room that one MCU may need: 6 blocks of at most 67 codes. */
const LISTED_CODES: usize = 4096
const MCU_CODES: usize = 6 * 67
/** A listed code has at most 27 bits, and stuffing doubles a byte at worst: 6.75 bytes each, so 7. */
const BATCH_BYTES: usize = (LISTED_CODES + MCU_CODES) * 7 + 16
/** Packed bytes collected before they must be fetched. */
const OUTPUT_BYTES: usize = 32768 + BATCH_BYTES
/** The longest run of blocks without a coefficient: its 11 further bits keep a listed code within 27. */
const LONGEST_RUN = 2047

const EOB = 0
const SIXTEEN_ZEROS = 0xf0

let listed: usize = 0
let output: usize = 0

let components = 0
let factor = 0
let mcusAcross = 0
/** Per component: blocks across, blocks down, pointer to its row table (3 × 3 × u32). */
const planes = memory.data(36, 4)
/** Read positions of an interleaved row: luma above, luma below, Cb, Cr; then of a single-component row at 0. */
const cursors = memory.data(16, 4)
/** Last DC value of each component. */
const predictors = memory.data(12, 4)

// State of the scan under way.
let endOfListed: usize = 0
let outputAt: usize = 0
let bitBuffer: u64 = 0
let bitCount: i32 = 0
let emptyRun: i32 = 0

/** Reserve this module's buffers, once an instance. */
export function initScans(): void {
  listed = allocate((LISTED_CODES + MCU_CODES) << 2)
  output = allocate(OUTPUT_BYTES)
  outputAt = output
}

/** Describe the picture's MCU grid: luma has `lumaFactor`² blocks in each MCU, chroma one. */
export function describeGrid(componentCount: i32, lumaFactor: i32, across: i32): void {
  components = componentCount
  factor = lumaFactor
  mcusAcross = across
}

/** Describe one component: blocks that hold samples, and a table with the address of each of its rows. */
export function describePlane(component: i32, blocksAcross: i32, blocksDown: i32, rows: usize): void {
  const at = planes + usize(component) * 12
  store<i32>(at, blocksAcross)
  store<i32>(at, blocksDown, 4)
  store<usize>(at, rows, 8)
}

// @ts-ignore: decorator
@inline function blocksAcross(component: i32): i32 { return load<i32>(planes + usize(component) * 12) }
// @ts-ignore: decorator
@inline function blocksDown(component: i32): i32 { return load<i32>(planes + usize(component) * 12, 4) }

/** Address of a row of packed blocks. */
// @ts-ignore: decorator
@inline export function blockRow(component: i32, row: i32): usize {
  return load<usize>(load<usize>(planes + usize(component) * 12, 8) + (usize(row) << 2))
}

/** Begin a scan: predictors, runs and bits start afresh. */
export function jpegBeginScan(): void {
  memory.fill(predictors, 0, 12)
  emptyRun = 0
  bitBuffer = 0
  bitCount = 0
  endOfListed = listed
}

/** How many bits the magnitude of `value` takes: its category, T.81 table F.1. */
// @ts-ignore: decorator
@inline function categoryOf(value: i32): i32 {
  return 32 - i32(clz(abs(value)))
}

/** Count `symbol`, or list its code followed by `extra` (`extraBits` of it, already part of the code's length). */
// @ts-ignore: decorator
@inline function emit(table: usize, symbol: i32, extra: i32, extraBits: i32, at: usize, writing: bool): usize {
  const entry = table + (usize(symbol) << 2)
  if (!writing) {
    store<u32>(entry, load<u32>(entry) + 1)
    return at
  }
  const code = load<u32>(entry)
  store<u32>(at, ((((code >>> 5) << extraBits) | extra) << 5) | (code & 31))
  return at + 4
}

// @ts-ignore: decorator
@inline function tableOf(slot: i32, writing: bool): usize {
  return writing ? codesOf(slot) : countsOf(slot)
}

/** The difference of two DC values. */
// @ts-ignore: decorator
@inline function emitDifference(slot: i32, difference: i32, at: usize, writing: bool): usize {
  const category = categoryOf(difference)
  // Negative values are sent as value − 1, in `category` bits.
  const extra = (difference + (difference >> 31)) & ((1 << category) - 1)
  return emit(tableOf(slot, writing), category, extra, category, at, writing)
}

/** The values of a band, whose coefficients `mask` tells; `previous` is the position before the band. */
// @ts-ignore: decorator
@inline function emitValues(table: usize, mask: u64, values: usize, previous: i32, at: usize, writing: bool): usize {
  while (mask) {
    const position = i32(ctz(mask))
    let run = position - previous - 1
    while (run > 15) {
      at = emit(table, SIXTEEN_ZEROS, 0, 0, at, writing)
      run -= 16
    }
    const value = <i32>load<i16>(values)
    const category = categoryOf(value)
    const extra = (value + (value >> 31)) & ((1 << category) - 1)
    at = emit(table, (run << 4) | category, extra, category, at, writing)
    values += 2
    previous = position
    mask &= mask - 1
  }
  return at
}

/** One block of an interleaved scan at `cursor`. */
// @ts-ignore: decorator
@inline function emitBlock(component: i32, block: usize, withAc: bool, at: usize, writing: bool): usize {
  const slot = component ? 2 : 0
  const dc = <i32>load<i16>(block, 8)
  const predictor = predictors + (usize(component) << 2)
  at = emitDifference(slot, dc - load<i32>(predictor), at, writing)
  store<i32>(predictor, dc)
  if (withAc) {
    const mask = load<u64>(block)
    const table = tableOf(slot + 1, writing)
    at = emitValues(table, mask, block + BLOCK_HEAD, 0, at, writing)
    if (mask >> 63 == 0) at = emit(table, EOB, 0, 0, at, writing)
  }
  return at
}

/** A block that only fills its MCU: it repeats the DC before it and has nothing else, the cheapest there is. */
// @ts-ignore: decorator
@inline function emitFiller(component: i32, withAc: bool, at: usize, writing: bool): usize {
  const slot = component ? 2 : 0
  at = emitDifference(slot, 0, at, writing)
  if (withAc) at = emit(tableOf(slot + 1, writing), EOB, 0, 0, at, writing)
  return at
}

/** MCUs of one row from column `from` on, until the list is full; returns the column to go on with. */
// @ts-ignore: decorator
@inline function walkMcus(row: i32, from: i32, withAc: bool, writing: bool): i32 {
  if (from == 0) {
    for (let v = 0; v < factor; v++) {
      const y = row * factor + v
      if (y < blocksDown(0)) store<usize>(cursors + (v << 2), blockRow(0, y))
    }
    for (let c = 1; c < components; c++) store<usize>(cursors + 4 + (c << 2), blockRow(c, row))
  }
  let at = endOfListed
  const full = listed + (LISTED_CODES << 2)
  let x = from
  for (; x < mcusAcross && at < full; x++) {
    for (let c = 0; c < components; c++) {
      const size = c ? 1 : factor
      for (let v = 0; v < size; v++) {
        const cursor = cursors + (c ? 4 + (c << 2) : v << 2)
        const below = row * size + v < blocksDown(c)
        for (let h = 0; h < size; h++) {
          if (below && x * size + h < blocksAcross(c)) {
            const block = load<usize>(cursor)
            at = emitBlock(c, block, withAc, at, writing)
            store<usize>(cursor, block + BLOCK_HEAD + (usize(popcnt(load<u64>(block))) << 1))
          } else {
            at = emitFiller(c, withAc, at, writing)
          }
        }
      }
    }
  }
  endOfListed = at
  return x
}

/** A run of blocks with nothing left in their band. */
// @ts-ignore: decorator
@inline function emitRun(table: usize, run: i32, at: usize, writing: bool): usize {
  const category = 31 - i32(clz(run))
  // The table's length covers the bits that a value's category would add; a run's bits come on top.
  const next = emit(table, category << 4, run - (1 << category), category, at, writing)
  if (writing) store<u32>(at, load<u32>(at) + category)
  return next
}

/** Blocks of one row of one component, the band `first..last` alone. */
// @ts-ignore: decorator
@inline function walkBand(component: i32, row: i32, from: i32, first: i32, last: i32, writing: bool): i32 {
  const table = tableOf(1, writing)
  const before = (u64(1) << u64(first)) - 1
  const band = (u64(-1) >> u64(63 - last)) & ~before
  const across = blocksAcross(component)
  const full = listed + (LISTED_CODES << 2)
  let block = from ? load<usize>(cursors) : blockRow(component, row)
  let at = endOfListed
  let run = emptyRun
  let x = from
  for (; x < across && at < full; x++) {
    const all = load<u64>(block)
    const values = block + BLOCK_HEAD
    const mask = all & band
    if (mask) {
      if (run) {
        at = emitRun(table, run, at, writing)
        run = 0
      }
      at = emitValues(table, mask, values + (usize(popcnt(all & before)) << 1), first - 1, at, writing)
    }
    if (mask >> u64(last) == 0 && ++run == LONGEST_RUN) {
      at = emitRun(table, run, at, writing)
      run = 0
    }
    block = values + (usize(popcnt(all)) << 1)
  }
  store<usize>(cursors, block)
  emptyRun = run
  endOfListed = at
  return x
}

/** Count the symbols of one row of MCUs. */
export function jpegCountMcus(row: i32, withAc: bool): void {
  if (withAc) walkMcus(row, 0, true, false)
  else walkMcus(row, 0, false, false)
}

/** Count the symbols of one row of blocks, one component, zigzag positions `first..last`, in slot 1. */
export function jpegCountBand(component: i32, row: i32, first: i32, last: i32): void {
  walkBand(component, row, 0, first, last, false)
}

/** Count the run that is still open at the end of a band scan. */
export function jpegCountLastRun(): void {
  if (emptyRun) emitRun(countsOf(1), emptyRun, 0, false)
}

/** Write MCUs of one row from column `from` on. Returns the column to go on with: the row's width when it is done. */
export function jpegWriteMcus(row: i32, from: i32, withAc: bool): i32 {
  const next = withAc ? walkMcus(row, from, true, true) : walkMcus(row, from, false, true)
  packListed()
  return next
}

/** Write blocks of one row of one component from column `from` on; returns as {@link jpegWriteMcus}. */
export function jpegWriteBand(component: i32, row: i32, from: i32, first: i32, last: i32): i32 {
  const next = walkBand(component, row, from, first, last, true)
  packListed()
  return next
}

/** Pack the listed codes, most significant bit first; every 0xff byte is followed by a 0. */
function packListed(): void {
  let buffer = bitBuffer
  let count = bitCount
  let to = outputAt
  const end = endOfListed
  for (let from = listed; from < end; from += 4) {
    const code = load<u32>(from)
    const length = i32(code & 31)
    buffer = (buffer << u64(length)) | u64(code >>> 5)
    count += length
    if (count < 32) continue
    count -= 32
    const word = u32(buffer >> u64(count))
    if (word & ~(word + 0x01010101) & 0x80808080) {
      for (let shift = 24; shift >= 0; shift -= 8) to = stuffed(to, word >>> shift)
    } else {
      store<u32>(to, bswap(word))
      to += 4
    }
  }
  bitBuffer = buffer
  bitCount = count
  outputAt = to
  endOfListed = listed
}

// @ts-ignore: decorator
@inline function stuffed(to: usize, byte: u32): usize {
  store<u8>(to, <u8>byte)
  if ((byte & 255) != 255) return to + 1
  store<u8>(to, 0, 1)
  return to + 2
}

/** End a scan: write the open run, then fill the last byte with ones. */
export function jpegEndScan(): void {
  if (emptyRun) {
    endOfListed = emitRun(codesOf(1), emptyRun, endOfListed, true)
    emptyRun = 0
  }
  packListed()
  let to = outputAt
  for (; bitCount >= 8; bitCount -= 8) to = stuffed(to, u32(bitBuffer >> u64(bitCount - 8)))
  if (bitCount) to = stuffed(to, (u32(bitBuffer) << (8 - bitCount)) | ((1 << (8 - bitCount)) - 1))
  bitCount = 0
  outputAt = to
}

/** Where packed bytes wait to be fetched. */
export function jpegOutput(): usize {
  return output
}

/** How many bytes wait; at {@link jpegOutputLimit} or more they must be fetched before anything is written. */
export function jpegOutputBytes(): usize {
  return outputAt - output
}

/** The number of waiting bytes from which they must be fetched. */
export function jpegOutputLimit(): usize {
  return OUTPUT_BYTES - BATCH_BYTES
}

/** Say that the waiting bytes were fetched. */
export function jpegOutputFetched(): void {
  outputAt = output
}
