// GIF's variable-length LZW (GIF89a, appendix F), from indexes to sub-blocks.
import { allocate } from './memory'

const MAX_CODES: u32 = 4096
const SLOT_BITS: u32 = 13
const SLOTS: usize = 1 << SLOT_BITS
/** A slot that holds nothing. */
const FREE: u32 = 0xffffffff

/** Per slot: the string's last index and the code of what stands before it, and the code of the whole string. */
let slots: usize = 0
let slotCodes: usize = 0

let output: usize = 0
let outputEnd: usize = 0
/** Where the length of the sub-block that is being filled stands. */
let block: usize = 0
let bits: u64 = 0
let bitCount: u32 = 0

/** Memory from `mark` on is given up. */
export function forgetLzwEncoder(mark: usize): void {
  if (slots >= mark) slots = 0
}

/** Bytes that `length` indexes take at most: a code of 12 bits each, clear codes, and the lengths of sub-blocks. */
export function lzwBound(length: usize): usize {
  const packed = ((length + (length >> 11) + 4) * 3 >> 1) + 8
  return packed + packed / 255 + 4
}

export function lzwTables(): void {
  if (slots != 0) return
  slots = allocate(SLOTS << 2)
  slotCodes = allocate(SLOTS << 1)
}

// @ts-ignore: decorator
@inline function put(code: u32, width: u32): void {
  bits |= u64(code) << bitCount
  bitCount += width
  while (bitCount >= 8) {
    putByte(u32(bits) & 0xff)
    bits >>= 8
    bitCount -= 8
  }
}

// @ts-ignore: decorator
@inline function putByte(byte: u32): void {
  if (outputEnd - block == 256) {
    store<u8>(block, 255)
    block = outputEnd++
  }
  store<u8>(outputEnd++, byte)
}

/**
 * Encode `length` indexes: the code size, sub-blocks, and the empty one that ends them.
 * @param to       room for `lzwBound(length)` bytes and one more
 * @param codeSize bits of an index, 2 to 8
 * @returns the end of what was written
 */
export function lzwEncode(to: usize, from: usize, length: usize, codeSize: u32): usize {
  output = to
  store<u8>(to, codeSize)
  block = to + 1
  outputEnd = to + 2
  bits = 0
  bitCount = 0
  const clearCode: u32 = 1 << codeSize
  let width = codeSize + 1
  let next = clearCode + 2
  memory.fill(slots, 0xff, SLOTS << 2)
  put(clearCode, width)
  const end = from + length
  let prefix: u32 = load<u8>(from++)
  for (; from < end; from++) {
    const index: u32 = load<u8>(from)
    const key = (prefix << 8) | index
    let slot = (key * 0x9e3779b1) >>> (32 - SLOT_BITS)
    let found = load<u32>(slots + (slot << 2))
    while (found != key && found != FREE) {
      slot = (slot + 1) & u32(SLOTS - 1)
      found = load<u32>(slots + (slot << 2))
    }
    if (found == key) {
      prefix = load<u16>(slotCodes + (slot << 1))
      continue
    }
    put(prefix, width)
    prefix = index
    if (next == MAX_CODES) {
      put(clearCode, width)
      memory.fill(slots, 0xff, SLOTS << 2)
      width = codeSize + 1
      next = clearCode + 2
      continue
    }
    store<u32>(slots + (slot << 2), key)
    store<u16>(slotCodes + (slot << 1), u16(next))
    if (next == (<u32>1) << width) width++
    next++
  }
  put(prefix, width)
  // The decoder has added one more string by now, so the code that ends may be a bit wider.
  if (next == (<u32>1) << width && width < 12) width++
  put(clearCode + 1, width)
  if (bitCount > 0) putByte(u32(bits) & 0xff)
  if (outputEnd == block + 1) outputEnd = block
  else store<u8>(block, u8(outputEnd - block - 1))
  store<u8>(outputEnd++, 0)
  return outputEnd
}
