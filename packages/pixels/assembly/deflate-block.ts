// DEFLATE blocks (RFC 1951 §3.2.3): tokens in, bits out, with a Huffman code made for each block, or the fixed one where
// that is shorter.
import { assignCodes, codeLengths } from './deflate-huffman'
import { allocate } from './memory'

/** Tokens in a block: enough to pay for its code, few enough that the code fits what it codes. */
export const BLOCK_TOKENS: u32 = 16384

const LITERALS: u32 = 286
const DISTANCES: u32 = 30
const PRECODES: u32 = 19
const END_OF_BLOCK: u32 = 256

/** Per token at most 48 bits, and 400 bytes of code lengths. */
const OUTPUT_BYTES: u32 = BLOCK_TOKENS * 6 + 1024

/** Token: a literal, or length << 16 | distance. */
let tokens: usize = 0
let tokenCount: u32 = 0
let literalCounts: usize = 0
let distanceCounts: usize = 0
let precodeCounts: usize = 0
let lengths: usize = 0
let literalCodes: usize = 0
let distanceCodes: usize = 0
let precodeCodes: usize = 0
let precodeLengths: usize = 0
/** Run-length coded code lengths: symbol, or symbol | extra bits << 8. */
let runs: usize = 0
let runCount: u32 = 0
/** Symbol of each match length (3 to 258). */
let lengthSymbols: usize = 0

let output: usize = 0
let outputEnd: usize = 0
let bits: u64 = 0
let bitCount: u32 = 0

/** Memory from `mark` on is given up. */
export function forgetBlocks(mark: usize): void {
  if (tokens >= mark) tokens = 0
}

/** Begin a stream. The first call reserves memory. */
export function blockCreate(): void {
  if (tokens == 0) {
    tokens = allocate(BLOCK_TOKENS * 4)
    literalCounts = allocate(LITERALS * 4)
    distanceCounts = allocate(DISTANCES * 4)
    precodeCounts = allocate(PRECODES * 4)
    literalCodes = allocate((LITERALS + 2) * 4)
    distanceCodes = allocate((DISTANCES + 2) * 4)
    precodeCodes = allocate(PRECODES * 4)
    precodeLengths = allocate(PRECODES)
    lengths = allocate(LITERALS + DISTANCES + 4)
    runs = allocate((LITERALS + DISTANCES) * 2)
    lengthSymbols = allocate(259 * 2)
    output = allocate(OUTPUT_BYTES)
    for (let length: u32 = 3; length <= 258; length++) {
      store<u16>(lengthSymbols + (length << 1), u16(symbolOfLength(length)))
    }
  }
  bits = 0
  bitCount = 0
  outputEnd = output
  startBlock()
}

function startBlock(): void {
  tokenCount = 0
  memory.fill(literalCounts, 0, LITERALS * 4)
  memory.fill(distanceCounts, 0, DISTANCES * 4)
}

function symbolOfLength(length: u32): u32 {
  if (length == 258) return 285
  if (length < 11) return length + 254
  const extra = 29 - clz(length - 3)
  return 257 + ((extra << 2) + ((length - 3) >> extra))
}

/** Distances 1 to 32768: two symbols for every power of two. */
// @ts-ignore: decorator
@inline function symbolOfDistance(distance: u32): u32 {
  if (distance < 3) return distance - 1
  const top = 31 - clz(distance - 1)
  return (top << 1) | (((distance - 1) >> (top - 1)) & 1)
}

/** @returns whether the block is full and must be written */
export function addLiteral(literal: u32): bool {
  count(literalCounts + (literal << 2))
  store<u32>(tokens + (tokenCount << 2), literal)
  return ++tokenCount == BLOCK_TOKENS
}

/** @param length 3 to 258, @param distance 1 to 32768 */
export function addMatch(length: u32, distance: u32): bool {
  count(literalCounts + (usize(load<u16>(lengthSymbols + (length << 1))) << 2))
  count(distanceCounts + (symbolOfDistance(distance) << 2))
  store<u32>(tokens + (tokenCount << 2), (length << 16) | distance)
  return ++tokenCount == BLOCK_TOKENS
}

// @ts-ignore: decorator
@inline function count(at: usize): void {
  store<u32>(at, load<u32>(at) + 1)
}

// @ts-ignore: decorator
@inline function put(value: u32, size: u32): void {
  bits |= u64(value) << bitCount
  bitCount += size
  flushBits()
}

function flushBits(): void {
  store<u64>(outputEnd, bits)
  const bytes = bitCount >> 3
  outputEnd += bytes
  bits >>= u64(bytes << 3)
  bitCount &= 7
}

/** Raw bytes at a byte boundary: the zlib header and checksum. */
export function putBytes(value: u32, size: u32): void {
  put(value, size << 3)
}

/** Fill the last byte. */
export function alignOutput(): void {
  bitCount = (bitCount + 7) & ~7
  flushBits()
}

export function outputStart(): usize {
  return output
}

export function outputLength(): usize {
  return outputEnd - output
}

/** The output was taken away. */
export function clearOutput(): void {
  outputEnd = output
}

/** Write the tokens collected so far as one block. The output must have been cleared since the block before. */
export function writeBlock(last: bool): void {
  count(literalCounts + (END_OF_BLOCK << 2))
  codeLengths(literalCounts, LITERALS, 15, lengths)
  const literals = usedSymbols(lengths, LITERALS, 257)
  const distanceLengths = lengths + literals
  codeLengths(distanceCounts, DISTANCES, 15, distanceLengths)
  const distances = usedSymbols(distanceLengths, DISTANCES, 1)
  planRuns(literals + distances)
  codeLengths(precodeCounts, PRECODES, 7, precodeLengths)
  const headerBits: u32 = 17 + runBits()
  const dynamicBits = headerBits + codedBits(lengths, literals, distanceLengths, distances)
  const isFixed = dynamicBits >= fixedBits()
  put(u32(last) | ((isFixed ? 1 : 2) << 1), 3)
  if (isFixed) useFixedCodes()
  else {
    writeHeader(literals, distances)
    assignCodes(lengths, literals, literalCodes)
    assignCodes(distanceLengths, distances, distanceCodes)
  }
  writeTokens()
  startBlock()
}

/** Symbols up to the last that is used, at least `least`. */
function usedSymbols(from: usize, symbols: u32, least: u32): u32 {
  while (symbols > least && load<u8>(from + symbols - 1) == 0) symbols--
  return symbols
}

/** Extra bits of a length symbol (257 to 285). */
function lengthExtra(symbol: u32): u32 {
  return symbol < 265 || symbol == 285 ? 0 : (symbol - 261) >> 2
}

function distanceExtra(symbol: u32): u32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1
}

function codedBits(literalLengths: usize, literals: u32, distanceLengths: usize, distances: u32): u32 {
  let total: u32 = 0
  for (let symbol: u32 = 0; symbol < literals; symbol++) {
    const extra = symbol > END_OF_BLOCK ? lengthExtra(symbol) : 0
    total += load<u32>(literalCounts + (symbol << 2)) * (load<u8>(literalLengths + symbol) + extra)
  }
  for (let symbol: u32 = 0; symbol < distances; symbol++) {
    const size = load<u8>(distanceLengths + symbol) + distanceExtra(symbol)
    total += load<u32>(distanceCounts + (symbol << 2)) * size
  }
  return total
}

function fixedLength(symbol: u32): u32 {
  return symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
}

function fixedBits(): u32 {
  let total: u32 = 0
  for (let symbol: u32 = 0; symbol < LITERALS; symbol++) {
    const extra = symbol > END_OF_BLOCK ? lengthExtra(symbol) : 0
    total += load<u32>(literalCounts + (symbol << 2)) * (fixedLength(symbol) + extra)
  }
  for (let symbol: u32 = 0; symbol < DISTANCES; symbol++) {
    total += load<u32>(distanceCounts + (symbol << 2)) * (5 + distanceExtra(symbol))
  }
  return total
}

function useFixedCodes(): void {
  // All 288 and 32 symbols take part in the fixed codes, used or not; the scratch is large enough for either.
  for (let symbol: u32 = 0; symbol < LITERALS + 2; symbol++) store<u8>(lengths + symbol, u8(fixedLength(symbol)))
  assignCodes(lengths, LITERALS + 2, literalCodes)
  memory.fill(lengths, 5, DISTANCES + 2)
  assignCodes(lengths, DISTANCES + 2, distanceCodes)
}

/** Run-length code the code lengths: 16 repeats the one before 3–6 times, 17 and 18 are 3–10 and 11–138 zeros. */
function planRuns(total: u32): void {
  runCount = 0
  memory.fill(precodeCounts, 0, PRECODES * 4)
  for (let at: u32 = 0; at < total; ) {
    const length: u32 = load<u8>(lengths + at)
    let same: u32 = 1
    while (at + same < total && load<u8>(lengths + at + same) == length) same++
    at += same
    if (length == 0) {
      while (same >= 3) {
        const part = min<u32>(same, 138)
        addRun(part < 11 ? 17 : 18, part < 11 ? part - 3 : part - 11)
        same -= part
      }
    } else if (same > 3) {
      addRun(length, 0)
      same--
      while (same >= 3) {
        const part = min<u32>(same, 6)
        addRun(16, part - 3)
        same -= part
      }
    }
    for (; same > 0; same--) addRun(length, 0)
  }
}

function addRun(symbol: u32, extra: u32): void {
  count(precodeCounts + (symbol << 2))
  store<u16>(runs + (runCount++ << 1), u16(symbol | (extra << 8)))
}

function runExtra(symbol: u32): u32 {
  return symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7
}

const PRECODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])

function precodesSent(): u32 {
  let sent = PRECODES
  while (sent > 4 && load<u8>(precodeLengths + load<u8>(PRECODE_ORDER + sent - 1)) == 0) sent--
  return sent
}

function runBits(): u32 {
  let total = precodesSent() * 3
  for (let symbol: u32 = 0; symbol < PRECODES; symbol++) {
    total += load<u32>(precodeCounts + (symbol << 2)) * (load<u8>(precodeLengths + symbol) + runExtra(symbol))
  }
  return total
}

function writeHeader(literals: u32, distances: u32): void {
  const sent = precodesSent()
  put(literals - 257, 5)
  put(distances - 1, 5)
  put(sent - 4, 4)
  for (let i: u32 = 0; i < sent; i++) put(load<u8>(precodeLengths + load<u8>(PRECODE_ORDER + i)), 3)
  assignCodes(precodeLengths, PRECODES, precodeCodes)
  for (let i: u32 = 0; i < runCount; i++) {
    const run: u32 = load<u16>(runs + (i << 1))
    const code = load<u32>(precodeCodes + ((run & 255) << 2))
    put(code >> 4, code & 15)
    put(run >> 8, runExtra(run & 255))
  }
}

function writeTokens(): void {
  const end = tokens + (tokenCount << 2)
  const literals = literalCodes
  const symbols = lengthSymbols
  let buffer = bits
  let held = bitCount
  let to = outputEnd
  for (let at = tokens; at < end; at += 4) {
    const token = load<u32>(at)
    const length = token >> 16
    if (length == 0) {
      const code = load<u32>(literals + (token << 2))
      buffer |= u64(code >> 4) << held
      held += code & 15
    } else {
      const symbol: u32 = load<u16>(symbols + (length << 1))
      let code = load<u32>(literals + (symbol << 2))
      buffer |= u64(code >> 4) << held
      held += code & 15
      // Bases are multiples of the extra bits' range, counted from the first length or distance.
      const lengthBits = lengthExtra(symbol)
      buffer |= u64((length - 3) & ((1 << lengthBits) - 1)) << held
      held += lengthBits
      const distance = (token & 0xffff) - 1
      const distanceSymbol = symbolOfDistance(distance + 1)
      code = load<u32>(distanceCodes + (distanceSymbol << 2))
      buffer |= u64(code >> 4) << held
      held += code & 15
      const distanceBits = distanceExtra(distanceSymbol)
      buffer |= u64(distance & ((1 << distanceBits) - 1)) << held
      held += distanceBits
    }
    store<u64>(to, buffer)
    const bytes = held >> 3
    to += bytes
    buffer >>= u64(bytes << 3)
    held &= 7
  }
  bits = buffer
  bitCount = held
  outputEnd = to
  const code = load<u32>(literals + (END_OF_BLOCK << 2))
  put(code >> 4, code & 15)
}
