// A streaming zlib decoder (RFC 1950, RFC 1951). Input comes in pieces of any size, output leaves in pieces of at most
// INFLATE_PIECE bytes; memory is the window and the tables, whatever the stream claims.
//
//   window:  | history, 32 KB | one piece | slack |
//
// Every step reads all its bits before it consumes any, so it can stop at any byte of input and go on later.
import { adler32 } from './checksums'
import { buildPeriodLanes, copyMatch } from './inflate-copy'
import {
  ALPHABET_DISTANCE,
  ALPHABET_LITERAL,
  ALPHABET_PRECODE,
  buildTable,
  DISTANCE_BITS,
  DISTANCE_ENTRIES,
  END_OF_BLOCK,
  entryValue,
  EXCEPTION,
  LITERAL_BITS,
  LITERAL_ENTRIES,
  literalCount,
  PRECODE_BITS,
  PRECODE_ENTRIES,
  SUBTABLE,
  subEntry,
} from './inflate-tables'
import { allocate } from './memory'

/** What `inflate` stopped for. */
export const INFLATE_NEEDS_INPUT: i32 = 0
export const INFLATE_PIECE_FULL: i32 = 1
export const INFLATE_END: i32 = 2
export const INFLATE_CORRUPT: i32 = 3

const HISTORY: usize = 32768
const INFLATE_PIECE: usize = 98304
/** A match may begin on the last byte of the piece; six literals may precede it, and copies overshoot by 32. */
const SLACK: usize = 6 + 258 + 32
/** Input that three refills of the bit buffer may touch. */
const INPUT_MARGIN: usize = 32

const STATE_ZLIB_HEADER = 0
const STATE_BLOCK_HEADER = 1
const STATE_STORED_LENGTH = 2
const STATE_STORED = 3
const STATE_CODE_COUNTS = 4
const STATE_PRECODE = 5
const STATE_CODE_LENGTHS = 6
const STATE_SYMBOLS = 7
const STATE_CHECKSUM = 8
const STATE_END = 9
const STATE_CORRUPT = 10

const MAX_LENGTHS: usize = 288 + 32

let window: usize = 0
let literalTable: usize = 0
let distanceTable: usize = 0
let precodeTable: usize = 0
let lengths: usize = 0

let state: i32 = STATE_ZLIB_HEADER
let input: usize = 0
let inputEnd: usize = 0
let bits: u64 = 0
let bitCount: u32 = 0
let output: usize = 0
let taken: usize = 0
let adler: u32 = 1
let checksumFailed: bool = false
let lastBlock: bool = false
let storedLeft: usize = 0
let literalCodes: u32 = 0
let distanceCodes: u32 = 0
let precodeCodes: u32 = 0
let lengthsRead: u32 = 0

/** Memory from `mark` on is given up. */
export function forgetInflate(mark: usize): void {
  if (window >= mark) window = 0
}

/** Begin a zlib stream. The first call reserves memory; later ones use it again. */
export function inflateCreate(): void {
  if (window == 0) {
    window = allocate(HISTORY + INFLATE_PIECE + SLACK)
    literalTable = allocate(LITERAL_ENTRIES << 2)
    distanceTable = allocate(DISTANCE_ENTRIES << 2)
    precodeTable = allocate(PRECODE_ENTRIES << 2)
    lengths = allocate(MAX_LENGTHS)
    buildPeriodLanes()
  }
  state = STATE_ZLIB_HEADER
  bits = 0
  bitCount = 0
  output = window
  taken = window
  adler = 1
  checksumFailed = false
  input = 0
  inputEnd = 0
}

/** Give the next bytes of the stream; the previous ones must have been used up (`INFLATE_NEEDS_INPUT`). */
export function inflateInput(from: usize, length: usize): void {
  input = from
  inputEnd = from + length
}

/** Where the bytes decoded by the last call of `inflate` begin. */
export function inflateOutput(): usize {
  return taken
}

/** How many bytes the last call of `inflate` decoded. */
export function inflateOutputLength(): usize {
  return output - taken
}

/** Whether the stream has ended with a checksum that its bytes do not have. They are all there; some may be wrong. */
export function inflateChecksumFailed(): bool {
  return checksumFailed
}

/** Decode until input or room run out. The bytes decoded by the call before are gone from `inflateOutput` then. */
export function inflate(): i32 {
  if (output - window >= HISTORY + INFLATE_PIECE) {
    memory.copy(window, output - HISTORY, HISTORY)
    output = window + HISTORY
  }
  taken = output
  let stop = INFLATE_NEEDS_INPUT
  while (step()) {
    if (output - window >= HISTORY + INFLATE_PIECE) {
      stop = INFLATE_PIECE_FULL
      break
    }
  }
  adler = adler32(adler, taken, output - taken)
  if (state == STATE_CHECKSUM && stop == INFLATE_NEEDS_INPUT) readChecksum()
  if (state == STATE_END) return INFLATE_END
  return state == STATE_CORRUPT ? INFLATE_CORRUPT : stop
}

/** One step of the format; false when it must wait for input, or nothing is left to do. */
function step(): bool {
  if (state == STATE_SYMBOLS) return readSymbols()
  if (state == STATE_STORED) return copyStored()
  refill()
  if (state == STATE_CODE_LENGTHS) return readCodeLengths()
  if (state == STATE_PRECODE) return readPrecode()
  if (state == STATE_BLOCK_HEADER) return readBlockHeader()
  if (state == STATE_CODE_COUNTS) return readCodeCounts()
  if (state == STATE_STORED_LENGTH) return readStoredLength()
  if (state == STATE_ZLIB_HEADER) return readZlibHeader()
  return false
}

function refill(): void {
  // Never all 64 bits: a shift by 64 is a shift by 0.
  while (bitCount < 56 && input < inputEnd) {
    bits |= u64(load<u8>(input++)) << bitCount
    bitCount += 8
  }
}

function takeBits(count: u32): u32 {
  const value = u32(bits) & ((1 << count) - 1)
  bits >>= count
  bitCount -= count
  return value
}

function corrupt(): bool {
  state = STATE_CORRUPT
  return false
}

function readZlibHeader(): bool {
  if (bitCount < 16) return false
  const method = takeBits(8)
  const flags = takeBits(8)
  const valid =
    (method & 15) == 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 == 0 && (flags & 32) == 0
  if (!valid) return corrupt()
  state = STATE_BLOCK_HEADER
  return true
}

function readBlockHeader(): bool {
  if (bitCount < 3) return false
  lastBlock = takeBits(1) != 0
  const kind = takeBits(2)
  if (kind == 0) {
    takeBits(bitCount & 7)
    state = STATE_STORED_LENGTH
  } else if (kind == 1) {
    for (let symbol: u32 = 0; symbol < 288; symbol++) {
      store<u8>(lengths + symbol, symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)
    }
    memory.fill(lengths + 288, 5, 32)
    buildTable(literalTable, LITERAL_BITS, ALPHABET_LITERAL, lengths, 288)
    buildTable(distanceTable, DISTANCE_BITS, ALPHABET_DISTANCE, lengths + 288, 32)
    state = STATE_SYMBOLS
  } else if (kind == 2) {
    state = STATE_CODE_COUNTS
  } else return corrupt()
  return true
}

function readStoredLength(): bool {
  if (bitCount < 32) return false
  const length = takeBits(16)
  if ((takeBits(16) ^ length) != 0xffff) return corrupt()
  storedLeft = length
  state = STATE_STORED
  return true
}

/** A stored block: what the bit buffer holds already (whole bytes), then straight from the input. */
function copyStored(): bool {
  const room = window + HISTORY + INFLATE_PIECE - output
  let wanted = min(storedLeft, room)
  storedLeft -= wanted
  while (wanted > 0 && bitCount > 0) {
    store<u8>(output++, takeBits(8))
    wanted--
  }
  const direct = min(wanted, inputEnd - input)
  memory.copy(output, input, direct)
  output += direct
  input += direct
  storedLeft += wanted - direct
  if (storedLeft == 0) endBlock()
  return storedLeft == 0 || wanted == direct
}

function endBlock(): void {
  state = lastBlock ? STATE_CHECKSUM : STATE_BLOCK_HEADER
}

function readCodeCounts(): bool {
  if (bitCount < 14) return false
  literalCodes = takeBits(5) + 257
  distanceCodes = takeBits(5) + 1
  precodeCodes = takeBits(4) + 4
  if (literalCodes > 286 || distanceCodes > 30) return corrupt()
  lengthsRead = 0
  memory.fill(lengths, 0, MAX_LENGTHS)
  state = STATE_PRECODE
  return true
}

/** Order in which the precode's lengths are sent. */
const PRECODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])

function readPrecode(): bool {
  while (lengthsRead < precodeCodes) {
    if (bitCount < 3) return false
    store<u8>(lengths + load<u8>(PRECODE_ORDER + lengthsRead), takeBits(3))
    lengthsRead++
    if (bitCount < 3) refill()
  }
  if (!buildTable(precodeTable, PRECODE_BITS, ALPHABET_PRECODE, lengths, 19)) return corrupt()
  memory.fill(lengths, 0, MAX_LENGTHS)
  lengthsRead = 0
  state = STATE_CODE_LENGTHS
  return true
}

function readCodeLengths(): bool {
  const total = literalCodes + distanceCodes
  while (lengthsRead < total) {
    if (bitCount < 14) refill()
    const entry = load<u32>(precodeTable + ((u32(bits) & ((1 << PRECODE_BITS) - 1)) << 2))
    const codeBits = entry & 63
    const symbol = entry >> 16
    const extra: u32 = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7
    // Nothing is known of an entry that needs more bits than there are: wait.
    if (bitCount < codeBits + extra) return false
    if (entry & EXCEPTION) return corrupt()
    takeBits(codeBits)
    if (symbol < 16) {
      store<u8>(lengths + lengthsRead++, symbol)
      continue
    }
    if (symbol == 16 && lengthsRead == 0) return corrupt()
    const repeated: u32 = symbol == 16 ? load<u8>(lengths + lengthsRead - 1) : 0
    const count = takeBits(extra) + (symbol == 18 ? 11 : 3)
    if (lengthsRead + count > total) return corrupt()
    memory.fill(lengths + lengthsRead, u8(repeated), count)
    lengthsRead += count
  }
  if (load<u8>(lengths + 256) == 0) return corrupt()
  if (!buildTable(literalTable, LITERAL_BITS, ALPHABET_LITERAL, lengths, literalCodes)) return corrupt()
  if (!buildTable(distanceTable, DISTANCE_BITS, ALPHABET_DISTANCE, lengths + literalCodes, distanceCodes)) {
    return corrupt()
  }
  state = STATE_SYMBOLS
  return true
}

function readChecksum(): void {
  takeBits(bitCount & 7)
  refill()
  if (bitCount < 32) return
  const expected = bswap<u32>(u32(bits))
  checksumFailed = expected != adler
  state = STATE_END
}

/** Decode symbols: the quick loop while input and room allow, then one symbol at a time. */
function readSymbols(): bool {
  const limit = window + HISTORY + INFLATE_PIECE
  if (inputEnd - input > INPUT_MARGIN && output < limit) {
    readSymbolsFast(limit)
    if (state != STATE_SYMBOLS) return state != STATE_CORRUPT
    if (output >= limit) return true
  }
  return readSymbol()
}

function readSymbol(): bool {
  refill()
  let entry = load<u32>(literalTable + ((u32(bits) & ((1 << LITERAL_BITS) - 1)) << 2))
  let skipped: u32 = 0
  if (<i32>entry >= 0 && entry & SUBTABLE) {
    skipped = LITERAL_BITS
    entry = subEntry(literalTable, entry, bits >> skipped)
  }
  let used = skipped + (entry & 63)
  if (used > bitCount) return false
  if (<i32>entry < 0) {
    store<u16>(output, entry >> 8)
    output += literalCount(entry)
    takeLong(used)
    return true
  }
  if (entry & EXCEPTION) {
    if (!(entry & END_OF_BLOCK)) return bitCount >= 15 ? corrupt() : false
    takeLong(used)
    endBlock()
    return true
  }
  const length = entryValue(entry, bits >> skipped)
  skipped = used
  entry = load<u32>(distanceTable + ((u32(bits >> skipped) & ((1 << DISTANCE_BITS) - 1)) << 2))
  if (entry & SUBTABLE) {
    skipped += DISTANCE_BITS
    entry = subEntry(distanceTable, entry, bits >> skipped)
  }
  used = skipped + (entry & 63)
  if (used > bitCount) return false
  if (entry & EXCEPTION) return bitCount >= used + 15 ? corrupt() : false
  const distance = entryValue(entry, bits >> skipped)
  if (<usize>distance > output - window) return corrupt()
  takeLong(used)
  copyMatch(output, distance, length)
  output += length
  return true
}

function takeLong(count: u32): void {
  bits >>= count
  bitCount -= count
}

/** The hot loop: at least INPUT_MARGIN bytes of input and room for anything an iteration can write. */
function readSymbolsFast(limit: usize): void {
  const literals = literalTable
  const distances = distanceTable
  const first = window
  const safeInput = inputEnd - INPUT_MARGIN
  let from = input
  let to = output
  let buffer = bits
  let count = bitCount
  while (from <= safeInput && to < limit) {
    buffer |= load<u64>(from) << count
    from += (63 - count) >> 3
    count |= 56
    let entry = load<u32>(literals + ((u32(buffer) & ((1 << LITERAL_BITS) - 1)) << 2))
    if (<i32>entry < 0) {
      // Up to three look-ups of literals on one refill: 3 × 11 bits and the next code fit in 56.
      buffer >>= entry & 63
      count -= entry & 63
      store<u16>(to, entry >> 8)
      to += literalCount(entry)
      entry = load<u32>(literals + ((u32(buffer) & ((1 << LITERAL_BITS) - 1)) << 2))
      if (<i32>entry < 0) {
        buffer >>= entry & 63
        count -= entry & 63
        store<u16>(to, entry >> 8)
        to += literalCount(entry)
        entry = load<u32>(literals + ((u32(buffer) & ((1 << LITERAL_BITS) - 1)) << 2))
        if (<i32>entry < 0) {
          buffer >>= entry & 63
          count -= entry & 63
          store<u16>(to, entry >> 8)
          to += literalCount(entry)
          continue
        }
      }
    }
    if (entry & EXCEPTION) {
      if (entry & SUBTABLE) {
        buffer >>= LITERAL_BITS
        count -= LITERAL_BITS
        entry = subEntry(literals, entry, buffer)
      }
      if (<i32>entry < 0) {
        buffer >>= entry & 63
        count -= entry & 63
        store<u16>(to, entry >> 8)
        to += literalCount(entry)
        continue
      }
      if (entry & EXCEPTION) {
        if (entry & END_OF_BLOCK) {
          buffer >>= entry & 63
          count -= entry & 63
          endBlock()
        } else state = STATE_CORRUPT
        break
      }
    }
    const length = entryValue(entry, buffer)
    buffer >>= entry & 63
    count -= entry & 63
    buffer |= load<u64>(from) << count
    from += (63 - count) >> 3
    count |= 56
    entry = load<u32>(distances + ((u32(buffer) & ((1 << DISTANCE_BITS) - 1)) << 2))
    if (entry & SUBTABLE) {
      buffer >>= DISTANCE_BITS
      count -= DISTANCE_BITS
      entry = subEntry(distances, entry, buffer)
    }
    const distance = entryValue(entry, buffer)
    if (entry & EXCEPTION || <usize>distance > to - first) {
      state = STATE_CORRUPT
      break
    }
    buffer >>= entry & 63
    count -= entry & 63
    copyMatch(to, distance, length)
    to += length
  }
  input = from
  output = to
  // The last refill may have loaded bits beyond those it counted.
  bits = count < 64 ? buffer & (((<u64>1) << count) - 1) : buffer
  bitCount = count
}
