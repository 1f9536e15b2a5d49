// Sequential frames in one scan: every MCU goes from bits to samples at once, and nothing of it is kept.

import {
  held, heldBits, limit, next, PUT_BACK_BYTES, putBack, saveBits, topUp, topUpBits, topUpBytes, VOID_BITS,
} from './jpeg-decode-bits'
import { BLOCK_ROOM, component, Component, FACTOR_BITS, MIDDLE } from './jpeg-decode-component'
import {
  ENTRY_MASK, INCOMPLETE, isLongCode, longCode, MERGED_AFTER_LAST, mergedEnd, readValue,
} from './jpeg-decode-huffman'
import { fill8, transform1, transform2, transform4, transform8 } from './jpeg-decode-idct'
import { allocate } from './memory'

/** T.81 B.2.3. */
export const MOST_BLOCKS: i32 = 10
const LAST_COEFFICIENT: i32 = 63
/** Where a block ends when its first AC symbol is the end of block. */
const ONLY_DC: i32 = 64
const HALF: i32 = 1 << (FACTOR_BITS - 1)

/** Part of a block of 1/2 scale in the transform of two. */
const FIRST_OF_TWO: i32 = 1
const SECOND_OF_TWO: i32 = 2
const ALONE: i32 = 3

// @ts-ignore: decorator
@unmanaged
class Block {
  component: Component
  dcTable: usize
  acTable: usize
  steps: usize
  scale: i32
  coefficients: usize
  /** FIRST_OF_TWO and so on, for 1/2. */
  part: i32
  /** Where the block's samples go, relative to the MCU's in the component's band. */
  offset: i32
  target: usize
  /** Bytes to the block of the next MCU. */
  advance: usize
}

/** The blocks of one MCU in stream order, and their coefficients. */
let blocks: usize = 0
let blocksEnd: usize = 0
let coefficients: usize = 0
let componentCount: i32 = 0

/** From one block's record to the next. */
export const BLOCK_BYTES: usize = (<usize>offsetof<Block>() + 15) & ~15

export function initSequential(): void {
  blocks = allocate(<usize>MOST_BLOCKS * BLOCK_BYTES)
  coefficients = allocate(<usize>MOST_BLOCKS * BLOCK_ROOM)
}

/** Lay out the blocks of an MCU of all `count` components, once their tables are chosen. */
export function beginSequential(count: i32): void {
  componentCount = count
  let at = blocks, room = coefficients
  let open: usize = 0 // a block that waits for a partner in a plane of the same stride
  for (let i = 0; i < count; i++) {
    const it = component(i)
    if (open && changetype<Block>(open).component.stage.inputStride != it.stage.inputStride) {
      changetype<Block>(open).part = ALONE
      open = 0
    }
    for (let y = 0; y < it.v; y++) {
      for (let x = 0; x < it.h; x++, at += BLOCK_BYTES) {
        const block = changetype<Block>(at)
        block.component = it
        block.dcTable = it.dcTable
        block.acTable = it.acTable
        block.steps = it.steps
        block.scale = it.scale
        block.offset = y * it.size * it.stage.inputStride + x * it.size
        block.advance = <usize>(it.h * it.size)
        block.part = FIRST_OF_TWO
        block.coefficients = room
        if (it.scale == 1 && open) {
          block.part = SECOND_OF_TWO
          block.coefficients = changetype<Block>(open).coefficients + 8
          open = 0
          continue
        }
        open = it.scale == 1 ? at : open
        room += BLOCK_ROOM
      }
    }
  }
  if (open) changetype<Block>(open).part = ALONE
  blocksEnd = at
}

// @ts-ignore: decorator
@inline function clearBlock(room: usize, scale: i32): void {
  const none = i64x2.splat(0)
  if (scale == 0) {
    v128.store(room, none)
    v128.store(room, none, 16)
    v128.store(room, none, 32)
    v128.store(room, none, 48)
    v128.store(room, none, 64)
    v128.store(room, none, 80)
    v128.store(room, none, 96)
    v128.store(room, none, 112)
  } else {
    store<u64>(room, 0) // the other half of each row is the partner's
    store<u64>(room, 0, 16)
    store<u64>(room, 0, 32)
    store<u64>(room, 0, 48)
  }
}

/**
 * Decode MCUs [from, to) of the current row into the bands. `first` is the column at which the bands start.
 * @returns the column reached: `to`, or less when bits ran short
 */
export function renderMcus(from: i32, to: i32, first: i32): i32 {
  for (let at = blocks; at < blocksEnd; at += BLOCK_BYTES) {
    const block = changetype<Block>(at)
    block.target = block.component.band + <usize>(block.offset + (from - first) * <i32>block.advance)
  }
  const begin = blocks, end = blocksEnd, record = BLOCK_BYTES
  let bits = held, count = heldBits, at = next
  const lastStart = limit
  let mcu = from
  for (; mcu < to; mcu++) {
    if (at > lastStart) break
    bits = topUp(bits, count, at)
    at += topUpBytes(count)
    count += topUpBits(count)
    let firstOfTwo: usize = 0
    for (let i = begin; i < end; i += record) {
      const block = changetype<Block>(i)
      const target = block.target, scale = block.scale, room = block.coefficients, steps = block.steps
      block.target = target + block.advance
      const dcTable = block.dcTable
      let entry = load<i32>(dcTable + (<usize>bits & ENTRY_MASK))
      let value = entry >> 17
      if (entry & INCOMPLETE) {
        if (isLongCode(entry)) entry = longCode(dcTable, bits, false)
        value = readValue(entry, bits)
      }
      bits >>= <u64>entry
      count -= entry & 63
      // The bits of the next look-up are there before the refill, which then is not waited for.
      let look = <usize>bits & ENTRY_MASK
      bits = topUp(bits, count, at)
      at += topUpBytes(count)
      count += topUpBits(count)
      value += block.component.prediction
      block.component.prediction = value
      const acTable = block.acTable
      let k = 0
      // The same loop three times: what a value becomes is its innermost part, and its state must stay in locals.
      let sums = i32x4.splat(0)
      let dc = 0
      if (scale == 2) {
        sums = i32x4.mul(i32x4.splat(value), v128.load(steps))
        do {
          entry = load<i32>(acTable + look)
          value = entry >> 17
          if (entry & INCOMPLETE) {
            if (isLongCode(entry)) entry = longCode(acTable, bits, true)
            value = readValue(entry, bits)
          }
          bits >>= <u64>entry
          look = <usize>bits & ENTRY_MASK
          count -= entry & 63
          bits = topUp(bits, count, at)
          at += topUpBytes(count)
          count += topUpBits(count)
          k += (entry >> 6) & 127
          const factors = v128.load(steps + <usize>((k & LAST_COEFFICIENT) << 4))
          sums = i32x4.add(sums, i32x4.mul(i32x4.splat(value), factors))
        } while (k < LAST_COEFFICIENT)
      } else if (scale == 3) {
        dc = ((value * load<i32>(steps, 4) + HALF) >> FACTOR_BITS) + MIDDLE
        do {
          entry = load<i32>(acTable + look)
          if (isLongCode(entry)) entry = longCode(acTable, bits, true)
          bits >>= <u64>entry
          look = <usize>bits & ENTRY_MASK
          count -= entry & 63
          bits = topUp(bits, count, at)
          at += topUpBytes(count)
          count += topUpBits(count)
          k += (entry >> 6) & 127
        } while (k < LAST_COEFFICIENT)
      } else {
        dc = ((value * load<i32>(steps, 4) + HALF) >> FACTOR_BITS) + MIDDLE
        clearBlock(room, scale)
        store<i16>(room, <i16>dc)
        do {
          entry = load<i32>(acTable + look)
          value = entry >> 17
          if (entry & INCOMPLETE) {
            if (isLongCode(entry)) entry = longCode(acTable, bits, true)
            value = readValue(entry, bits)
          }
          bits >>= <u64>entry
          look = <usize>bits & ENTRY_MASK
          count -= entry & 63
          bits = topUp(bits, count, at)
          at += topUpBytes(count)
          count += topUpBits(count)
          k += (entry >> 6) & 127
          // The excess of an end of block is masked away: what it adds there is zero, or the value before the end.
          const step = steps + <usize>((k & LAST_COEFFICIENT) << 3)
          const place = room + <usize>load<i32>(step)
          const scaled = (value * load<i32>(step, 4) + HALF) >> FACTOR_BITS
          store<i16>(place, <i16>(<i32>load<i16>(place) + scaled))
        } while (k < LAST_COEFFICIENT)
      }
      if (k == MERGED_AFTER_LAST) {
        const end = mergedEnd(acTable)
        bits = putBack(bits, end >> 6, end & 63)
        at -= PUT_BACK_BYTES
        count += (end & 63) - (<i32>PUT_BACK_BYTES << 3)
      }

      const stride = <usize>block.component.stage.inputStride
      if (scale == 0) {
        if (k == ONLY_DC) fill8(dc, target, stride)
        else transform8(room, target, stride)
      } else if (scale == 2) transform2(sums, target, stride)
      else if (scale == 3) transform1(dc, target)
      else {
        const part = block.part
        if (part == FIRST_OF_TWO) firstOfTwo = target
        else if (part == SECOND_OF_TWO) transform4(room - 8, firstOfTwo, target, stride)
        else transform4(room, target, target, stride)
      }
    }
  }
  saveBits(bits, count, at)
  return mcu
}

/** Read MCUs [from, to) without making samples of them. Returns the column reached. */
export function skipMcus(from: i32, to: i32): i32 {
  const begin = blocks, end = blocksEnd, record = BLOCK_BYTES
  let bits = held, count = heldBits, at = next
  const lastStart = limit
  let mcu = from
  for (; mcu < to; mcu++) {
    if (at > lastStart) break
    bits = topUp(bits, count, at)
    at += topUpBytes(count)
    count += topUpBits(count)
    for (let i = begin; i < end; i += record) {
      const block = changetype<Block>(i)
      const dcTable = block.dcTable, acTable = block.acTable
      let entry = load<i32>(dcTable + (<usize>bits & ENTRY_MASK))
      let value = entry >> 17
      if (entry & INCOMPLETE) {
        if (isLongCode(entry)) entry = longCode(dcTable, bits, false)
        value = readValue(entry, bits)
      }
      block.component.prediction += value
      let k = 0
      for (;;) {
        bits >>= <u64>entry
        const look = <usize>bits & ENTRY_MASK
        count -= entry & 63
        bits = topUp(bits, count, at)
        at += topUpBytes(count)
        count += topUpBits(count)
        if (k >= LAST_COEFFICIENT) break
        entry = load<i32>(acTable + look)
        if (isLongCode(entry)) entry = longCode(acTable, bits, true)
        k += (entry >> 6) & 127
      }
      if (k == MERGED_AFTER_LAST) {
        const end = mergedEnd(acTable)
        bits = putBack(bits, end >> 6, end & 63)
        at -= PUT_BACK_BYTES
        count += (end & 63) - (<i32>PUT_BACK_BYTES << 3)
      }
    }
  }
  saveBits(bits, count, at)
  return mcu
}
