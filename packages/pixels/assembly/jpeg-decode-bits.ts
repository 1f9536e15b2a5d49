// Entropy-coded bytes, made ready for reading: stuffing removed, and the bits of every byte reversed.
//
// With reversed bytes the first bit of the stream is the lowest bit of a little-endian word, so that a refill is one
// unaligned load and consuming is one shift, by a count that may carry rubbish above its low six bits.
//
//   input  (compressed bytes, as pushed)     … ff 00 a7 31 … ff d9
//                                                │ taken up to the next marker, or until `ready` is full
//   ready  (unstuffed, reversed)             [ read │ unread bytes │ zeros after the last byte of a segment ]
//                                                   next           readyEnd
//   held   (64-bit window)                   bits from 2 up are the next bits of the stream; bits 0–1 are void, so
//                                            that `held & mask` is the byte offset of a 4-byte table entry

import { allocate } from './memory'

/** Compressed bytes taken from JavaScript at a time. */
export const INPUT_BYTES: usize = 32768
const READY_BYTES: usize = 16384
/** More than the largest MCU can take: ten blocks of 64 coefficients of 27 bits are 2160 bytes. */
export const RESERVE_BYTES: usize = 3072
const VECTOR: usize = 16
/** Bytes kept before `ready`: those that are in `held` when the rest moves to the front. */
const HISTORY: usize = 16
/** Both buffers. */
export const BITS_BYTES: usize = INPUT_BYTES + VECTOR + HISTORY + READY_BYTES + RESERVE_BYTES + VECTOR

/** Most bits kept in `held`; the shift of a refill then never reaches 64, which would wrap to none. */
const MOST_HELD: i32 = 61
/** Void bits below the stream's in `held`. */
export const VOID_BITS: i32 = 2

const MARKER: u8 = 0xff
const FIRST_RESTART: i32 = 0xd0
const LAST_RESTART: i32 = 0xd7

/** What `waitForBits` and `nextSegment` answer. */
export const GO_ON: i32 = 0
export const NEEDS_INPUT: i32 = 1
export const NO_MORE: i32 = 2
export const SCAN_OVER: i32 = 3

let input: usize = 0
let inputNext: usize = 0
let inputEnd: usize = 0
let inputIsLast: bool = false

let ready: usize = 0
let readyEnd: usize = 0
/** A marker, or the end of the file, follows `readyEnd`. */
let segmentEnded: bool = false
/** Fill bytes (ff before a marker) skipped in this segment. */
let fillBytes: i32 = 0

/** State of the reader between runs; loops keep their own copies. */
export let held: u64 = 0
export let heldBits: i32 = 0
export let next: usize = 0
/** A run must stop, and ask `waitForBits`, before a unit that starts beyond this. */
export let limit: usize = 0

export function initBits(): void {
  input = allocate(INPUT_BYTES + VECTOR)
  ready = allocate(HISTORY + READY_BYTES + RESERVE_BYTES + VECTOR) + HISTORY
}

/** Where JavaScript writes the next compressed bytes, at most INPUT_BYTES. */
export function jpegDecodeInput(): usize {
  return input
}

/** Announce `bytes` fresh bytes at `jpegDecodeInput()`; `isLast` when the file ends with them. */
export function jpegDecodeGiven(bytes: i32, isLast: bool): void {
  inputNext = input
  inputEnd = input + <usize>bytes
  inputIsLast = isLast
}

/** Bytes of the input taken since `jpegDecodeGiven`; JavaScript presents the rest again. */
export function jpegDecodeTaken(): i32 {
  return <i32>(inputNext - input)
}

// Loops hold `bits`, `count` and `at` (held, heldBits, next) in locals, and top them up together after each look-up:
// whole bytes are loaded above the bits that are left. Doing it twice in a row is harmless. At least 54 bits are held
// afterwards, enough for the longest code with the longest value.

// @ts-ignore: decorator
@inline export function topUp(bits: u64, count: i32, at: usize): u64 {
  return bits | (load<u64>(at) << <u64>(count + VOID_BITS))
}

/** Bytes by which `at` moves on. */
// @ts-ignore: decorator
@inline export function topUpBytes(count: i32): usize {
  return <usize>((MOST_HELD - count) >> 3)
}

/** Bits by which `count` grows. */
// @ts-ignore: decorator
@inline export function topUpBits(count: i32): i32 {
  return (MOST_HELD - count) & ~7
}

/** Bytes that make room in `held` for bits put back: `at` goes back by as many. */
export const PUT_BACK_BYTES: usize = 2

/** Put `size` (up to 16) bits back before those that are held. */
// @ts-ignore: decorator
@inline export function putBack(bits: u64, taken: i32, size: i32): u64 {
  const voidMask: u64 = (1 << VOID_BITS) - 1
  return ((bits & ~voidMask) << <u64>size) | <u64>(taken << VOID_BITS)
}

export function saveBits(newHeld: u64, newHeldBits: i32, newNext: usize): void {
  held = newHeld
  heldBits = newHeldBits
  next = newNext
}

/** Start reading at the next input byte, forgetting what was ready. */
export function startSegment(): void {
  held = 0
  heldBits = 0
  next = ready
  readyEnd = ready
  segmentEnded = false
  fillBytes = 0
  fillReady()
}

/** Bit position of the reader: input offset of the byte with the next bit, relative to `jpegDecodeInput`, × 8 + bit. */
export function bitPosition(): i32 {
  const bits = (<i32>(next - ready) << 3) - heldBits
  let stuffing: i32 = 0
  let unread: i32 = 0
  for (let at = ready + <usize>(bits >> 3); at < readyEnd; at++) {
    unread++
    if (load<u8>(at) == MARKER) stuffing++
  }
  return ((<i32>(inputNext - input) - fillBytes - unread - stuffing) << 3) + (unread ? bits & 7 : 0)
}

/** Drop the first `bits` (0–7) bits of a segment just started. */
export function dropBits(bits: i32): void {
  held = (load<u64>(next) << VOID_BITS) >> bits
  heldBits = 56 - bits
  next += 7
}

/** True when more bits were read than the segment had. */
export function isPastEnd(): bool {
  return segmentEnded && next - <usize>(heldBits >> 3) > readyEnd
}

/** After a run stopped at `limit`: make more bytes ready, or say why that is impossible. */
export function waitForBits(): i32 {
  if (!segmentEnded) fillReady()
  if (!segmentEnded) return next > limit ? NEEDS_INPUT : GO_ON
  if (isPastEnd()) return NO_MORE
  if (next > limit) limit = next // the last bytes: one unit at a time
  return GO_ON
}

/** Move unread bytes to the front and unstuff what fits behind them. */
function fillReady(): void {
  const unread = readyEnd - next
  memory.copy(ready - HISTORY, next - HISTORY, HISTORY + unread)
  next = ready
  const from = ready + unread
  let target = from
  const targetEnd = ready + READY_BYTES
  let source = inputNext
  const sourceEnd = inputEnd
  const markers = i8x16.splat(-1)
  while (target < targetEnd) {
    if (source + VECTOR <= sourceEnd) {
      const bytes = v128.load(source)
      v128.store(target, bytes)
      const found = i8x16.bitmask(i8x16.eq(bytes, markers))
      const plain = found ? <usize>ctz(found) : VECTOR
      source += plain
      target += plain
      if (!found) continue
    }
    if (source >= sourceEnd) {
      segmentEnded = inputIsLast
      break
    }
    const byte = load<u8>(source)
    if (byte != MARKER) {
      store<u8>(target++, byte)
      source++
      continue
    }
    if (source + 1 >= sourceEnd) {
      segmentEnded = inputIsLast
      break
    }
    const code = load<u8>(source, 1)
    if (code == 0) {
      store<u8>(target++, MARKER)
      source += 2
    } else if (code == MARKER) {
      source++
      fillBytes++
    } else {
      segmentEnded = true
      break
    }
  }
  inputNext = source
  readyEnd = target
  reverseBits(from, target)
  if (segmentEnded) {
    memory.fill(target, 0, RESERVE_BYTES + VECTOR)
    limit = target
  } else {
    limit = target > ready + RESERVE_BYTES ? target - RESERVE_BYTES : ready - 1
  }
}

/** Reverse the bits of each byte, whole vectors at a time. */
function reverseBits(from: usize, end: usize): void {
  const low = i8x16(0, -128, 64, -64, 32, -96, 96, -32, 16, -112, 80, -48, 48, -80, 112, -16)
  const high = i8x16(0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)
  const nibble = i8x16.splat(15)
  for (; from < end; from += VECTOR) {
    const bytes = v128.load(from)
    const lows = i8x16.swizzle(low, v128.and(bytes, nibble))
    const highs = i8x16.swizzle(high, v128.and(i16x8.shr_u(bytes, 4), nibble))
    v128.store(from, v128.or(lows, highs))
  }
}

/**
 * Go to the segment behind restart marker `expected` (0–7).
 * @returns GO_ON; NEEDS_INPUT; NO_MORE when the marker is missing, its interval is lost and reading goes on after the
 *   next one; SCAN_OVER when no more data belong to the scan
 */
export function nextSegment(expected: i32): i32 {
  let ahead = 0
  do {
    while (!segmentEnded) {
      next = readyEnd // data that nobody asked for
      fillReady()
      if (!segmentEnded && inputNext + 1 >= inputEnd) return NEEDS_INPUT
    }
    if (inputNext + 1 >= inputEnd) return SCAN_OVER
    const code = <i32>load<u8>(inputNext, 1)
    if (code < FIRST_RESTART || code > LAST_RESTART) return SCAN_OVER
    ahead = (code - FIRST_RESTART - expected) & 7
    if (ahead == 1 || ahead == 2) return NO_MORE // the expected marker itself is lost
    inputNext += 2
    startSegment()
    // Any other marker is from before, or far away: its data belong to no interval that could be placed.
  } while (ahead != 0)
  return GO_ON
}
