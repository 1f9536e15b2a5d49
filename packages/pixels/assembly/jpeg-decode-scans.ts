// Frames of several scans: every scan adds to coefficients that are kept until all scans were read.
//
// Coefficients of a component, for one band of MCU rows: rows of blocks, each of 64 × i16 in zigzag order, not
// dequantised; or one i16, the DC, where the component is wanted at 1/8 only.
//
// Each run reads units [from, to) of one row and returns the unit reached. A unit is an MCU in a scan of several
// components, else a block.

import {
  held, heldBits, limit, next, PUT_BACK_BYTES, putBack, saveBits, topUp, topUpBits, topUpBytes, VOID_BITS,
} from './jpeg-decode-bits'
import { Component, component } from './jpeg-decode-component'
import {
  END_OF_BLOCK, ENTRY_MASK, INCOMPLETE, isLongCode, longCode, MERGED_AFTER_LAST, mergedEnd, readBits, readValue,
} from './jpeg-decode-huffman'
import { nonzeroMask } from './jpeg-decode-nonzero'

const LAST_COEFFICIENT: i32 = 63
/** Bytes of a block of which only the DC is kept. */
export const DC_BYTES: i32 = 2

/** Blocks that end early in the current run of ends of block, T.81 G.1.2.2. */
let endOfBlockRun: i32 = 0

export function setEndOfBlockRun(run: i32): void {
  endOfBlockRun = run
}

export function getEndOfBlockRun(): i32 {
  return endOfBlockRun
}

// @ts-ignore: decorator
@inline function blockAt(it: Component, row: i32, column: i32): usize {
  return it.coefficients + <usize>(row * it.blocksWide + column) * <usize>it.blockBytes
}

/** DC of one block: a first scan (`refine` false) or one more bit. */
function readDc(it: Component, block: usize, low: i32, refine: bool): void {
  let bits = held, count = heldBits, at = next
  bits = topUp(bits, count, at)
  at += topUpBytes(count)
  count += topUpBits(count)
  if (refine) {
    if ((bits >> VOID_BITS) & 1) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << low)))
    bits >>= 1
    count--
  } else {
    const table = it.dcTable
    let entry = load<i32>(table + (<usize>bits & ENTRY_MASK))
    let value = entry >> 17
    if (entry & INCOMPLETE) {
      if (isLongCode(entry)) entry = longCode(table, bits, false)
      value = readValue(entry, bits)
    }
    bits >>= <u64>entry
    count -= entry & 63
    it.prediction += value
    store<i16>(block, <i16>(it.prediction << low))
  }
  saveBits(bits, count, at)
}

/** Scans of DC alone. `row` counts MCU rows (several components) or block rows (one), from the band's first. */
export function readDcUnits(scanned: i32, count: i32, row: i32, from: i32, to: i32, low: i32, refine: bool): i32 {
  let unit = from
  for (; unit < to; unit++) {
    if (next > limit) break
    if (count == 1) {
      const it = component(scanned & 3)
      readDc(it, blockAt(it, row, unit), low, refine)
      continue
    }
    for (let i = 0; i < count; i++) {
      const it = component((scanned >> (2 * i)) & 3)
      for (let y = 0; y < it.v; y++) {
        for (let x = 0; x < it.h; x++) readDc(it, blockAt(it, row * it.v + y, unit * it.h + x), low, refine)
      }
    }
  }
  return unit
}

/** All coefficients of one block, as sequential frames have them. */
function readWhole(it: Component, block: usize): void {
  readDc(it, block, 0, false)
  let bits = held, count = heldBits, at = next
  const table = it.acTable, keep = it.blockBytes != DC_BYTES
  let k = 0
  do {
    bits = topUp(bits, count, at)
    at += topUpBytes(count)
    count += topUpBits(count)
    let entry = load<i32>(table + (<usize>bits & ENTRY_MASK))
    let value = entry >> 17
    if (entry & INCOMPLETE) {
      if (isLongCode(entry)) entry = longCode(table, bits, true)
      value = readValue(entry, bits)
    }
    bits >>= <u64>entry
    count -= entry & 63
    k += (entry >> 6) & 127
    if (keep && value) store<i16>(block + (<usize>(k & LAST_COEFFICIENT) << 1), <i16>value)
  } while (k < LAST_COEFFICIENT)
  if (k == MERGED_AFTER_LAST) {
    const end = mergedEnd(table)
    bits = putBack(bits, end >> 6, end & 63)
    at -= PUT_BACK_BYTES
    count += (end & 63) - (<i32>PUT_BACK_BYTES << 3)
  }
  saveBits(bits, count, at)
}

/** Scans of sequential frames that do not hold all components. */
export function readWholeUnits(scanned: i32, count: i32, row: i32, from: i32, to: i32): i32 {
  let unit = from
  for (; unit < to; unit++) {
    if (next > limit) break
    if (count == 1) {
      const it = component(scanned & 3)
      readWhole(it, blockAt(it, row, unit))
      continue
    }
    for (let i = 0; i < count; i++) {
      const it = component((scanned >> (2 * i)) & 3)
      for (let y = 0; y < it.v; y++) {
        for (let x = 0; x < it.h; x++) readWhole(it, blockAt(it, row * it.v + y, unit * it.h + x))
      }
    }
  }
  return unit
}

/** First scan of coefficients `start`…`end` of one component. */
export function readAcFirst(it: Component, row: i32, from: i32, to: i32, start: i32, end: i32, low: i32): i32 {
  const table = it.acTable
  let bits = held, count = heldBits, at = next, run = endOfBlockRun
  const lastStart = limit
  let unit = from
  let block = blockAt(it, row, from)
  for (; unit < to; unit++, block += 128) {
    if (run) {
      const ended = min(run, to - unit)
      run -= ended
      unit += ended
      block += <usize>ended << 7
      if (unit == to) break
    }
    if (at > lastStart) break
    bits = topUp(bits, count, at)
    at += topUpBytes(count)
    count += topUpBits(count)
    let k = start - 1
    while (k < end) {
      let entry = load<i32>(table + (<usize>bits & ENTRY_MASK))
      let value = entry >> 17
      if (entry & INCOMPLETE) {
        if (isLongCode(entry)) entry = longCode(table, bits, true)
        value = readValue(entry, bits)
      }
      bits >>= <u64>entry
      count -= entry & 63
      const advance = (entry >> 6) & 127
      if (advance >= END_OF_BLOCK) {
        const size = advance - END_OF_BLOCK
        run = (1 << size) - 1
        if (size) {
          run += readBits(bits, size)
          bits >>= <u64>size
          count -= size
        }
        break
      }
      bits = topUp(bits, count, at)
      at += topUpBytes(count)
      count += topUpBits(count)
      k += advance
      if (k > end) break
      store<i16>(block + (<usize>k << 1), <i16>(value << low))
    }
  }
  endOfBlockRun = run
  saveBits(bits, count, at)
  return unit
}

/** One more bit of coefficients `start`…`end` of one component, and those that become nonzero by it. */
export function readAcRefine(it: Component, row: i32, from: i32, to: i32, start: i32, end: i32, low: i32): i32 {
  const table = it.acTable
  const plus = 1 << low
  let bits = held, count = heldBits, at = next, run = endOfBlockRun
  const lastStart = limit
  let unit = from
  let block = blockAt(it, row, from)
  const last = <usize>end << 1
  for (; unit < to; unit++, block += 128) {
    if (at > lastStart) break
    bits = topUp(bits, count, at)
    at += topUpBytes(count)
    count += topUpBits(count)
    let place = block + (<usize>start << 1)
    const lastPlace = block + last
    while (run == 0 && place <= lastPlace) {
      let entry = load<i32>(table + (<usize>bits & ENTRY_MASK))
      let value = entry >> 17
      if (entry & INCOMPLETE) {
        if (isLongCode(entry)) entry = longCode(table, bits, true)
        value = readValue(entry, bits)
      }
      bits >>= <u64>entry
      count -= entry & 63
      let zeros = (entry >> 6) & 127
      if (zeros >= END_OF_BLOCK) {
        const size = zeros - END_OF_BLOCK
        run = 1 << size
        if (size) {
          run += readBits(bits, size)
          bits >>= <u64>size
          count -= size
        }
      }
      bits = topUp(bits, count, at)
      at += topUpBytes(count)
      count += topUpBits(count)
      if (run) break
      // Pass `zeros` - 1 zero coefficients, correcting the nonzero ones between, and stop at the next zero.
      for (; place <= lastPlace; place += 2) {
        const known = <i32>load<i16>(place)
        if (known) {
          if ((bits >> VOID_BITS) & 1) store<i16>(place, <i16>(known > 0 ? known + plus : known - plus))
          bits >>= 1
          count--
          if (count < 32) {
            bits = topUp(bits, count, at)
            at += topUpBytes(count)
            count += topUpBits(count)
          }
        } else if (--zeros == 0) {
          if (value) store<i16>(place, <i16>(value << low))
          place += 2
          break
        }
      }
    }
    if (run) {
      run--
      if (place > lastPlace) continue
      const firstLeft = <u64>((place - block) >> 1)
      let left = nonzeroMask(block) & (<u64>-1 << firstLeft) & (<u64>-1 >> <u64>(LAST_COEFFICIENT - end))
      for (; left; left &= left - 1) {
        const corrected = block + (<usize>ctz(left) << 1)
        const known = <i32>load<i16>(corrected)
        if ((bits >> VOID_BITS) & 1) store<i16>(corrected, <i16>(known > 0 ? known + plus : known - plus))
        bits >>= 1
        count--
        if (count < 32) {
          bits = topUp(bits, count, at)
          at += topUpBytes(count)
          count += topUpBits(count)
        }
      }
    }
  }
  endOfBlockRun = run
  saveBits(bits, count, at)
  return unit
}
