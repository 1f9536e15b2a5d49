// GIF's variable-length LZW (GIF89a, appendix F). Input comes in pieces of any size; indexes leave in runs.
import { allocate } from './memory'

/** What `lzwDecode` stopped for. */
export const LZW_NEEDS_INPUT: i32 = 0
export const LZW_OUTPUT_FULL: i32 = 1
export const LZW_END: i32 = 2
export const LZW_CORRUPT: i32 = 3

const MAX_CODES: u32 = 4096
const OUTPUT_BYTES: usize = 16384
/** The longest string a code can stand for, and the vector that may overshoot it. */
const SLACK: usize = 4096 + 16

/** Per code: the code of the string without its last index, its length, and its first and last index. */
let prefixes: usize = 0
let stringLengths: usize = 0
let firsts: usize = 0
let lasts: usize = 0
let output: usize = 0
let outputEnd: usize = 0

let input: usize = 0
let inputEnd: usize = 0
let bits: u32 = 0
let bitCount: u32 = 0
let codeBits: u32 = 0
let minimumBits: u32 = 0
let nextCode: u32 = 0
let previous: i32 = -1
let stopped: i32 = LZW_NEEDS_INPUT

/** Memory from `mark` on is given up. */
export function forgetLzw(mark: usize): void {
  if (prefixes >= mark) output = 0
}

/** Begin the data of one image. @param codeSize the minimum code size, 1 to 8 bits */
export function lzwCreate(codeSize: u32): void {
  if (output == 0) {
    prefixes = allocate(MAX_CODES << 1)
    stringLengths = allocate(MAX_CODES << 1)
    firsts = allocate(MAX_CODES)
    lasts = allocate(MAX_CODES)
    output = allocate(OUTPUT_BYTES + SLACK)
  }
  minimumBits = codeSize
  for (let code: usize = 0; code < (<usize>1) << codeSize; code++) {
    store<u16>(stringLengths + (code << 1), 1)
    store<u8>(firsts + code, u8(code))
    store<u8>(lasts + code, u8(code))
  }
  bits = 0
  bitCount = 0
  stopped = LZW_NEEDS_INPUT
  inputEnd = 0
  input = 0
  outputEnd = output
  clear()
}

function clear(): void {
  codeBits = minimumBits + 1
  nextCode = (1 << minimumBits) + 2
  previous = -1
}

/** Give the next bytes; the previous ones must have been used up. */
export function lzwInput(from: usize, length: usize): void {
  input = from
  inputEnd = from + length
}

/** Where the indexes of the last `lzwDecode` begin. */
export function lzwOutput(): usize {
  return output
}

export function lzwOutputLength(): usize {
  return outputEnd - output
}

/** Decode until input or room run out. The output of the call before is overwritten. */
export function lzwDecode(): i32 {
  outputEnd = output
  if (stopped != LZW_NEEDS_INPUT) return stopped
  const limit = output + OUTPUT_BYTES
  const clearCode: u32 = 1 << minimumBits
  let to = output
  let from = input
  let buffer = bits
  let count = bitCount
  let width = codeBits
  let free = nextCode
  let last = previous
  let answer = LZW_OUTPUT_FULL
  while (to < limit) {
    while (count < width && from < inputEnd) {
      buffer |= u32(load<u8>(from++)) << count
      count += 8
    }
    if (count < width) {
      answer = LZW_NEEDS_INPUT
      break
    }
    const code = buffer & ((1 << width) - 1)
    buffer >>= width
    count -= width
    if (code == clearCode) {
      width = minimumBits + 1
      free = clearCode + 2
      last = -1
      continue
    }
    if (code == clearCode + 1) {
      answer = LZW_END
      break
    }
    if (last < 0) {
      if (code > clearCode) {
        answer = LZW_CORRUPT
        break
      }
    } else if (code > free) {
      answer = LZW_CORRUPT
      break
    } else if (free < MAX_CODES) {
      // The new string is the previous one and the first index of this one; that may be the string itself.
      const first = load<u8>(firsts + (code == free ? <u32>last : code))
      store<u16>(prefixes + (free << 1), u16(last))
      store<u16>(stringLengths + (free << 1), load<u16>(stringLengths + (last << 1)) + 1)
      store<u8>(firsts + free, load<u8>(firsts + last))
      store<u8>(lasts + free, first)
      free++
      if (free == (<u32>1) << width && width < 12) width++
    }
    const length: usize = load<u16>(stringLengths + (code << 1))
    writeString(code, to, length)
    to += length
    last = code
  }
  outputEnd = to
  input = from
  bits = buffer
  bitCount = count
  codeBits = width
  nextCode = free
  previous = last
  if (answer >= LZW_END) stopped = answer
  return answer
}

/** Strings are known from their end: walk the prefixes backwards. */
function writeString(code: u32, to: usize, length: usize): void {
  const links = prefixes
  const ends = lasts
  let at = to + length - 1
  for (; at > to; at--) {
    store<u8>(at, load<u8>(ends + code))
    code = load<u16>(links + (code << 1))
  }
  store<u8>(at, load<u8>(ends + code))
}
