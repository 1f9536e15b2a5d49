// Decoding tables for DEFLATE's canonical Huffman codes (RFC 1951 §3.2.2).
//
// A table is indexed by the next bits of the stream. Each entry is 32 bits:
//
//        literals                                  everything else
//   31   1                                         0
//   30                                             \ 30..16: base length, base distance, or index of a subtable
//   24   a second literal follows                  |
//   23   \ 23..16: the second                      |
//   15   \ 15..8: the first                        exception: subtable, end of block or a code that does not exist
//   14                                             subtable (then 11..8 hold its index width)
//   13                                             end of block
//   11                                             \ 11..8: bits of the code itself
//    5   \ 5..0: bits to consume                   \ 5..0: bits to consume, code and extra bits together
//
// so a literal is told by the sign and the common cases never look at a second table.

export const LITERAL_BITS: u32 = 10
export const DISTANCE_BITS: u32 = 9
export const PRECODE_BITS: u32 = 7

const LITERAL: u32 = 1 << 31
const SECOND_LITERAL: u32 = 1 << 24
export const EXCEPTION: u32 = 1 << 15
export const SUBTABLE: u32 = 1 << 14
export const END_OF_BLOCK: u32 = 1 << 13

/**
 * Entries a table may need. A subtable serves the codes that share a prefix; in a complete code at least two do, so there
 * are at most half as many subtables as symbols, each of at most 2^(15 - bits) entries.
 */
export const LITERAL_ENTRIES: usize = (1 << LITERAL_BITS) + 144 * 32
export const DISTANCE_ENTRIES: usize = (1 << DISTANCE_BITS) + 16 * 64
export const PRECODE_ENTRIES: usize = 1 << PRECODE_BITS

/** What the symbols of an alphabet mean. */
export const ALPHABET_LITERAL = 0
export const ALPHABET_DISTANCE = 1
export const ALPHABET_PRECODE = 2

const MAX_CODE_BITS: u32 = 15
const counts = memory.data(64, 16) // codes of each length
const nextCodes = memory.data(64, 16)

/** Entry of one symbol, with the number of bits of its code left open. */
function symbolEntry(alphabet: i32, symbol: u32): u32 {
  if (alphabet == ALPHABET_PRECODE) return symbol << 16
  if (alphabet == ALPHABET_DISTANCE) {
    if (symbol > 29) return EXCEPTION
    if (symbol < 4) return (symbol + 1) << 16
    const extra = (symbol >> 1) - 1
    return ((((2 + (symbol & 1)) << extra) + 1) << 16) | extra
  }
  if (symbol < 256) return LITERAL | (symbol << 8)
  if (symbol == 256) return EXCEPTION | END_OF_BLOCK
  if (symbol > 285) return EXCEPTION
  if (symbol == 285) return 258 << 16
  if (symbol < 265) return (symbol - 254) << 16
  const extra = (symbol - 261) >> 2
  return ((((4 + ((symbol - 265) & 3)) << extra) + 3) << 16) | extra
}

function reverseBits(code: u32, bits: u32): u32 {
  let reversed: u32 = 0
  for (let bit: u32 = 0; bit < bits; bit++) {
    reversed = (reversed << 1) | (code & 1)
    code >>= 1
  }
  return reversed
}

/**
 * Count the code lengths and set the first code of each.
 * False for a code that is over-subscribed, or incomplete in a way that zlib refuses too: only a lone one-bit code, or
 * no code at all, may be incomplete, and never the precode.
 */
function assignCodes(alphabet: i32, lengths: usize, symbols: u32): bool {
  memory.fill(counts, 0, 64)
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const at = counts + ((<usize>load<u8>(lengths + symbol)) << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
  store<u32>(counts, 0)
  let code: u32 = 0
  let used: u32 = 0
  for (let length: u32 = 1; length <= MAX_CODE_BITS; length++) {
    const count = load<u32>(counts + (length << 2))
    store<u32>(nextCodes + (length << 2), code)
    code += count
    used += count
    if (code > (<u32>1) << length) return false
    code <<= 1
  }
  const complete = code == (<u32>1) << (MAX_CODE_BITS + 1)
  const lone = used == 1 && load<u32>(counts + 4) == 1
  return complete || (alphabet != ALPHABET_PRECODE && (used == 0 || lone))
}

/**
 * Build the decoding table of a code given by one length (0 to 15) per symbol.
 * @returns false when the lengths are no valid code
 */
export function buildTable(table: usize, bits: u32, alphabet: i32, lengths: usize, symbols: u32): bool {
  if (!assignCodes(alphabet, lengths, symbols)) return false
  const size: u32 = 1 << bits
  const mask = size - 1
  for (let i: u32 = 0; i < size; i++) store<u32>(table + (i << 2), EXCEPTION)
  sizeSubtables(table, bits, lengths, symbols)
  let free = size
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length: u32 = load<u8>(lengths + symbol)
    if (length == 0) continue
    const at = nextCodes + (length << 2)
    const code = load<u32>(at)
    store<u32>(at, code + 1)
    const reversed = reverseBits(code, length)
    const meaning = symbolEntry(alphabet, symbol)
    if (length <= bits) {
      const entry = withLength(meaning, length)
      for (let i = reversed; i < size; i += 1 << length) store<u32>(table + (i << 2), entry)
      continue
    }
    const root = table + ((reversed & mask) << 2)
    let link = load<u32>(root)
    const subBits = (link >> 8) & 15
    if (link >> 16 == 0) {
      link |= free << 16
      store<u32>(root, link)
      free += 1 << subBits
    }
    const sub = table + ((link >> 16) << 2)
    const rest = length - bits
    const entry = withLength(meaning, rest)
    for (let i = reversed >> bits; i < (<u32>1) << subBits; i += 1 << rest) store<u32>(sub + (i << 2), entry)
  }
  if (alphabet == ALPHABET_LITERAL) pairLiterals(table, size, bits)
  return true
}

/** A symbol's entry, once the bits of its code (in this table) are known. */
function withLength(meaning: u32, length: u32): u32 {
  const entry = meaning + length
  return <i32>entry < 0 ? entry : entry | (length << 8)
}

/** Where the index holds two short literals, let one look-up give both: photographs take three bits a byte. */
function pairLiterals(table: usize, size: u32, bits: u32): void {
  // Downwards, so that the second literal's own entry (at a lower index) is still a single one.
  for (let i: i32 = size - 1; i >= 0; i--) {
    const first = load<u32>(table + (i << 2))
    if (<i32>first >= 0) continue
    const used = first & 63
    const second = load<u32>(table + ((i >> used) << 2))
    if (<i32>second >= 0 || used + (second & 63) > bits) continue
    store<u32>(table + (i << 2), (first + (second & 63)) | ((second & 0xff00) << 8) | SECOND_LITERAL)
  }
}

/** Mark the roots of subtables with the width their longest code needs. Leaves `nextCodes` as it found it. */
function sizeSubtables(table: usize, bits: u32, lengths: usize, symbols: u32): void {
  for (let length = bits + 1; length <= MAX_CODE_BITS; length++) {
    let code = load<u32>(nextCodes + (length << 2))
    const end = code + load<u32>(counts + (length << 2))
    // Longer codes come later, so the last mark on a root is its widest.
    for (; code < end; code++) {
      const root = table + ((reverseBits(code, length) & ((1 << bits) - 1)) << 2)
      store<u32>(root, EXCEPTION | SUBTABLE | ((length - bits) << 8))
    }
  }
}

/** The entry that a subtable's link leads to; `rest` begins after the bits of the link. */
export function subEntry(table: usize, link: u32, rest: u64): u32 {
  const index = u32(rest) & ((1 << ((link >> 8) & 15)) - 1)
  return load<u32>(table + ((((link >> 16) & 0x7fff) + index) << 2))
}

/** Literals that an entry gives: 1 or 2. */
// @ts-ignore: decorator
@inline export function literalCount(entry: u32): u32 {
  return 1 + ((entry >> 24) & 1)
}

/** Base plus extra bits: `rest` begins with the entry's own code. */
export function entryValue(entry: u32, rest: u64): u32 {
  const extra = u32(rest & (((<u64>1) << (entry & 63)) - 1)) >> ((entry >> 8) & 15)
  return ((entry >> 16) & 0x7fff) + extra
}
