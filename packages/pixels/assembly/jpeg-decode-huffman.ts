// Huffman tables made for one look-up per coefficient: code, run, size and value at once wherever all that fits in eleven
// bits, which is nearly always. In sequential frames an end of block that follows within them comes along.
//
// A table, TABLE_BYTES each:
//   0     u32 × 2048   entries by the next eleven bits of the stream, first bit lowest
//   8192  i32 × 17     largest code of each length, or -1
//   8260  i32 × 17     index of a length's first value, less its first code
//   8328  u8  × 256    values in code order
//   8584  i32          the end of block that entries take along: bits << 6 | length, first bit lowest
//
// An entry:
//   bits 0–5    bits to consume, the value's included
//   bits 6–12   places to move on in the block; bit 12 (64) ends it: in progressive frames the rest is then the size of
//               the run of ends, in sequential ones the places that the last value moves on before the end, or 0
//   bits 13–16  size of a value that did not fit, still to be read; LONG_CODE where the code itself did not
//   bits 17–31  value, signed

import { VOID_BITS } from './jpeg-decode-bits'
import { allocate } from './memory'

export const TABLE_BYTES: usize = 8592
const LARGEST: usize = 8192
const OFFSETS: usize = 8260
const VALUES: usize = 8328
const MERGED_END: usize = 8584

const LOOK_BITS: i32 = 11
const LONGEST_CODE: i32 = 16
/** Symbol of the end of block. */
const EOB: i32 = 0
/** `held & ENTRY_MASK` is the byte offset of an entry. */
export const ENTRY_MASK: usize = 0x1ffc
/** Nonzero where an entry is not complete. */
export const INCOMPLETE: i32 = 15 << 13
export const END_OF_BLOCK: i32 = 64
/**
 * Where a block ends whose last coefficient took an end of block along. There is none after the last: those bits belong
 * to the next block, and go back by `mergedEnd`.
 */
export const MERGED_AFTER_LAST: i32 = 64 + 63
const LONG_CODE: i32 = 15 << 13
const ENTRY_FIELDS: i32 = 0x1ffff

const REVERSED = memory.data(256)
let tables: usize = 0
/** Set once a code was read that no table defines. */
export let sawBadCode: bool = false

export function initHuffman(): void {
  sawBadCode = false
  tables = allocate(8 * TABLE_BYTES)
  for (let id = 0; id < 8; id++) clearTable(tables + <usize>id * TABLE_BYTES)
  for (let byte = 1; byte < 256; byte++) {
    const half = <i32>load<u8>(REVERSED + <usize>(byte >> 1)) >> 1
    store<u8>(REVERSED + <usize>byte, <u8>(half | (byte & 1) << 7))
  }
}

/** Table `id` (0–3) of class DC (0) or AC (1). */
export function huffmanTable(tableClass: i32, id: i32): usize {
  return tables + <usize>(tableClass * 4 + id) * TABLE_BYTES
}

/**
 * Build a table from a DHT segment's 16 counts and values, whose number was checked before.
 * @param mergesEnds take an end of block along with the value before it: for AC tables of sequential frames
 * @returns false when the counts promise more codes than there are
 */
export function jpegDecodeSetHuffman(tableClass: i32, id: i32, counts: usize, mergesEnds: bool): bool {
  const table = huffmanTable(tableClass, id)
  const values = counts + 16
  clearTable(table)
  let code = 0, index = 0
  for (let length = 1; length <= LONGEST_CODE; length++) {
    const count = <i32>load<u8>(counts + <usize>(length - 1))
    if (code + count > 1 << length) return false
    store<i32>(table + OFFSETS + (<usize>length << 2), index - code)
    for (let i = 0; i < count; i++, code++, index++) {
      const symbol = <i32>load<u8>(values + <usize>index)
      store<u8>(table + VALUES + <usize>index, <u8>symbol)
      if (length <= LOOK_BITS) fillEntries(table, code, length, symbol, tableClass != 0)
    }
    store<i32>(table + LARGEST + (<usize>length << 2), count ? code - 1 : -1)
    code <<= 1
  }
  if (mergesEnds) mergeEnds(table)
  return true
}

/** Where a value's code leaves room for a whole code of the end of block behind it, make one entry of both. */
function mergeEnds(table: usize): void {
  const end = endOfBlockCode(table)
  if (end < 0) return
  const endLength = end & 63
  const endBits = reverse(end >> 6, endLength)
  store<i32>(table, (endBits << 6) | endLength, MERGED_END)
  for (let index = 0; index < 1 << LOOK_BITS; index++) {
    const place = table + (<usize>index << 2)
    const entry = load<i32>(place)
    const length = entry & 63, advance = (entry >> 6) & 127
    if (entry & INCOMPLETE || advance >= END_OF_BLOCK || length + endLength > LOOK_BITS) continue
    if (((index >> length) & ((1 << endLength) - 1)) != endBits) continue
    store<i32>(place, entry + endLength + (END_OF_BLOCK << 6))
  }
}

/** The end of block that entries take along: bits << 6 | length, first bit lowest. */
export function mergedEnd(table: usize): i32 {
  return load<i32>(table, MERGED_END)
}

/** `code << 6 | length` of the end of block, or -1 where the table has none that is short. */
function endOfBlockCode(table: usize): i32 {
  for (let length = 1, code = 0; length <= LOOK_BITS; length++, code <<= 1) {
    const last = load<i32>(table + LARGEST + (<usize>length << 2))
    for (; code <= last; code++) {
      const index = code + load<i32>(table + OFFSETS + (<usize>length << 2))
      if (<i32>load<u8>(table + VALUES + <usize>index) == EOB) return (code << 6) | length
    }
  }
  return -1
}

/** A table without codes: whatever is read from it is bad, and ends the block. */
function clearTable(table: usize): void {
  for (let at = table; at < table + LARGEST; at += 4) store<i32>(at, LONG_CODE)
  memory.fill(table + LARGEST, 0xff, OFFSETS - LARGEST)
}

/** Write the entries of every string of LOOK_BITS that starts with `code`. */
function fillEntries(table: usize, code: i32, length: i32, symbol: i32, isAc: bool): void {
  const free = LOOK_BITS - length
  const size = symbol & 15
  const plain = makeEntry(length, symbol, isAc)
  for (let rest = 0; rest < 1 << free; rest++) {
    const index = reverse((code << free) | rest, LOOK_BITS)
    let entry = plain
    if (size && size <= free) {
      const value = extend((rest >> (free - size)) & ((1 << size) - 1), size)
      entry = (value << 17) | (plain & ~INCOMPLETE & ENTRY_FIELDS)
    }
    store<i32>(table + (<usize>index << 2), entry)
  }
}

/** Entry of a symbol whose value is still to be read. A size of 15 would look like a long code, and is never valid. */
function makeEntry(length: i32, symbol: i32, isAc: bool): i32 {
  const size = symbol & 15, run = symbol >> 4
  let advance = 0
  if (isAc) advance = size ? run + 1 : run == 15 ? 16 : END_OF_BLOCK + run
  return (min(size, 14) << 13) | (advance << 6) | (length + min(size, 14))
}

/** The value that `bits` (of `size` bits) stands for, T.81 F.2.2.1. */
// @ts-ignore: decorator
@inline function extend(bits: i32, size: i32): i32 {
  return bits < 1 << (size - 1) ? bits + 1 - (1 << size) : bits
}

/** Entry of a code longer than LOOK_BITS; its value is not read. */
export function longCode(table: usize, held: u64, isAc: bool): i32 {
  let code = 0
  held >>= VOID_BITS
  for (let length = 1; length <= LONGEST_CODE; length++, held >>= 1) {
    code = (code << 1) | (<i32>held & 1)
    if (length > LOOK_BITS && code <= load<i32>(table + LARGEST + (<usize>length << 2))) {
      const index = code + load<i32>(table + OFFSETS + (<usize>length << 2))
      return makeEntry(length, <i32>load<u8>(table + VALUES + <usize>(index & 255)), isAc)
    }
  }
  sawBadCode = true
  return (END_OF_BLOCK << 6) | LONGEST_CODE
}

// @ts-ignore: decorator
@inline export function isLongCode(entry: i32): bool {
  return (entry & ENTRY_FIELDS) == LONG_CODE
}

/** The value behind an incomplete entry, `held` still holding code and value. */
// @ts-ignore: decorator
@inline export function readValue(entry: i32, held: u64): i32 {
  const size = (entry >> 13) & 15
  if (!size) return 0
  return extend(readBits(held >> <u64>((entry & 63) - size), size), size)
}

/** The next `count` (1–16) bits, first bit highest. */
// @ts-ignore: decorator
@inline export function readBits(held: u64, count: i32): i32 {
  const bits = <usize>(held >> VOID_BITS)
  const both = (<i32>load<u8>(REVERSED + (bits & 255)) << 8) | <i32>load<u8>(REVERSED + ((bits >> 8) & 255))
  return both >> (16 - count)
}

/** The lowest `bits` (up to 16) bits of `value`, in reverse. */
function reverse(value: i32, bits: i32): i32 {
  const low = <i32>load<u8>(REVERSED + <usize>(value & 255)), high = <i32>load<u8>(REVERSED + <usize>(value >> 8))
  return ((low << 8) | high) >> (16 - bits)
}
