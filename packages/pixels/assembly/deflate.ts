// A streaming zlib encoder (RFC 1950, RFC 1951): hash chains over a 32 KB window, with one step of lazy matching.
//
// Positions count from the start of the stream, so tables need no rebasing when the window slides:
//
//   buffer:  | history, 32 KB | input to be coded | 8 spare |      position = base + offset
import { adler32 } from './checksums'
import { addLiteral, addMatch, alignOutput, blockCreate, putBytes, writeBlock } from './deflate-block'
import { allocate } from './memory'

const WINDOW: u32 = 32768
const BUFFER: u32 = WINDOW + 65536
const HASH_BITS: u32 = 15
/** Literals in a row after which only every other byte is looked up: noise holds little to find. */
const DENSE_MISSES: u32 = 32
/** Matches of three bytes hardly pay in pixels, and finding them costs as much as all others. */
const MIN_MATCH: u32 = 4
const MAX_MATCH: u32 = 258
/** Look-ahead below which coding waits for more input. */
const LOOK_AHEAD: u32 = MAX_MATCH + 8

/** How hard to search: candidates tried, a length that ends the search, and one that makes looking further ahead idle. */
let chainLimit: u32 = 0
let niceLength: u32 = 0
let lazyLimit: u32 = 0

let buffer: usize = 0
let heads: usize = 0
let links: usize = 0

/** Position of buffer's first byte, of the next byte to code, and the end of the input so far. */
let base: u32 = 0
let next: u32 = 0
let end: u32 = 0
let adler: u32 = 1
let matchStart: u32 = 0
/** A match found one byte ago, not yet written; 0 when there is none. */
let heldLength: u32 = 0
let heldDistance: u32 = 0
let isHolding: bool = false

/** Memory from `mark` on is given up. */
export function forgetDeflate(mark: usize): void {
  if (buffer >= mark) buffer = 0
}

/**
 * Begin a zlib stream. The first call reserves memory.
 * @param chain candidates tried per position, @param nice length that is good enough, @param lazy no look further from here
 */
export function deflateCreate(chain: u32, nice: u32, lazy: u32): void {
  if (buffer == 0) {
    buffer = allocate(BUFFER + 16)
    heads = allocate(4 << HASH_BITS)
    links = allocate(4 * WINDOW)
  }
  chainLimit = chain
  niceLength = nice
  lazyLimit = lazy
  // A head holds its position + 1, so that 0 is none.
  memory.fill(heads, 0, 4 << HASH_BITS)
  base = 0
  next = 0
  end = 0
  adler = 1
  isHolding = false
  heldLength = 0
  blockCreate()
  putBytes(0x9c78, 2)
}

/** Where `deflateTake` expects input. There is room for `deflateRoom` bytes. */
export function deflateInput(): usize {
  return buffer + (end - base)
}

export function deflateRoom(): u32 {
  return BUFFER - (end - base)
}

/** Accept `length` bytes written at `deflateInput`. */
export function deflateTake(length: u32): void {
  adler = adler32(adler, deflateInput(), length)
  end += length
}

/**
 * Code what there is, except for a look-ahead, until a block is written.
 * @param last no more input will come: code to the end, and finish the stream with the last block
 * @returns whether a block was written; false when more input is needed, or the stream is finished
 */
export function deflateRun(last: bool): bool {
  const stop = last ? end : end - min(end - next, LOOK_AHEAD)
  if (codeUntil(stop)) {
    writeBlock(false)
    return true
  }
  if (last) {
    if (isHolding) flushHeld()
    writeBlock(true)
    alignOutput()
    putBytes(bswap<u32>(adler), 4)
    return false
  }
  slide()
  return false
}

/** Make room: only the window behind the next byte is still needed. */
function slide(): void {
  const behind = next - base
  if (behind <= WINDOW) return
  const drop = behind - WINDOW
  memory.copy(buffer, buffer + drop, end - base - drop)
  base += drop
}

// @ts-ignore: decorator
@inline function hashAt(at: usize): u32 {
  return (load<u32>(at) * 0x9e3779b1) >> (32 - HASH_BITS)
}

// @ts-ignore: decorator
@inline function linkOf(position: u32): usize {
  return (position & (WINDOW - 1)) << 2
}

/** @returns true when a block became full before `stop` was reached */
function codeUntil(stop: u32): bool {
  const origin = buffer - base // address of position 0, were it still there
  const newest = heads
  const older = links
  const inputEnd = end
  const lazy = lazyLimit
  const chain = chainLimit
  let position = next
  let held = heldLength
  let heldBack = heldDistance
  let holding = isHolding
  let misses: u32 = 0
  let isFull = false
  while (position < stop && !isFull) {
    const at = origin + position
    let length: u32 = 0
    if (inputEnd - position >= MIN_MATCH && (misses < DENSE_MISSES || position & 1)) {
      const head = newest + (hashAt(at) << 2)
      const candidate = load<u32>(head)
      store<u32>(older + linkOf(position), candidate)
      store<u32>(head, position + 1)
      if (candidate != 0 && held < lazy) {
        length = longestMatch(origin, position, candidate, held, max(chain >> min(misses >> 5, 4), 1))
      }
      misses = length > 0 ? 0 : misses + 1
    }
    if (held > 0 && length <= held) {
      // Nothing better one byte on: the match that began there stands. Its first two positions are entered already.
      isFull = addMatch(held, heldBack)
      const matchEnd = position + held - 1
      const enterEnd = min(matchEnd, inputEnd - min(inputEnd, MIN_MATCH - 1))
      while (++position < enterEnd) {
        const head = newest + (hashAt(origin + position) << 2)
        store<u32>(older + linkOf(position), load<u32>(head))
        store<u32>(head, position + 1)
      }
      position = matchEnd
      holding = false
      held = 0
      continue
    }
    if (holding) isFull = addLiteral(load<u8>(at - 1))
    holding = true
    held = length
    heldBack = position - matchStart
    position++
  }
  next = position
  heldLength = held
  heldDistance = heldBack
  isHolding = holding
  return isFull
}

function flushHeld(): void {
  // At the very end only a lone byte can be held: a match that began there would have been written one step on.
  addLiteral(load<u8>(buffer + (next - 1 - base)))
  isHolding = false
}

/**
 * The longest match at `position` that is longer than `best`, or 0. Sets `matchStart`.
 * @param origin    address of position 0
 * @param candidate position + 1 of the newest earlier place with the same hash
 */
function longestMatch(origin: usize, position: u32, candidate: u32, best: u32, tries: u32): u32 {
  const at = origin + position
  const limit = min(end - position, MAX_MATCH)
  best = max(best, MIN_MATCH - 1)
  if (best >= limit) return 0
  const older = links
  const nice = min(niceLength, limit)
  const floor = max(position > WINDOW ? position - WINDOW : 0, base)
  const first = load<u32>(at)
  if (best >= 32) tries >>= 2
  // A longer match must agree on the four bytes up to the one after the best so far.
  let decisive = load<u32>(at + best - 3)
  let found: u32 = 0
  while (candidate > floor && tries-- > 0) {
    const from = origin + (candidate - 1)
    if (load<u32>(from + best - 3) == decisive && load<u32>(from) == first) {
      const length = matchLength(from, at, limit)
      if (length > best) {
        best = length
        found = length
        matchStart = candidate - 1
        if (length >= nice) break
        decisive = load<u32>(at + best - 3)
      }
    }
    const after = load<u32>(older + linkOf(candidate - 1))
    if (after >= candidate) break
    candidate = after
  }
  return found
}

function matchLength(from: usize, at: usize, limit: u32): u32 {
  let length: u32 = 4
  while (length < limit) {
    const difference = load<u64>(from + length) ^ load<u64>(at + length)
    if (difference != 0) return min(limit, length + (u32(ctz(difference)) >> 3))
    length += 8
  }
  return limit
}
