// Length-limited Huffman codes for DEFLATE blocks.

const MAX_SYMBOLS: i32 = 288
const MAX_BITS: u32 = 15
const LIMITS: i32 = 32

/** Symbols that occur, rarest first: count << 9 | symbol. */
const sorted = memory.data(MAX_SYMBOLS * 4, 16)
/** Scratch of the tree: node weights, then parents, then depths. */
const nodes = memory.data(MAX_SYMBOLS * 4, 16)
const depths = memory.data(LIMITS * 4, 16)

/**
 * Best code lengths of at most `limit` bits (up to 15) for symbols with the given counts. Each count must be below 2^23.
 * @param lengths gets one byte per symbol; 0 where the count is 0. A lone symbol gets one bit.
 */
export function codeLengths(counts: usize, symbols: u32, limit: u32, lengths: usize): void {
  memory.fill(lengths, 0, symbols)
  const used = sortSymbols(counts, symbols)
  if (used == 0) return
  if (used == 1) {
    store<u8>(lengths + (load<u32>(sorted) & 511), 1)
    return
  }
  countDepths(used, limit)
  limitDepths(used, limit)
  // The rarest symbols take the longest codes.
  let at: usize = 0
  for (let bits = limit; bits > 0; bits--) {
    for (let left = load<u32>(depths + (bits << 2)); left > 0; left--) {
      store<u8>(lengths + (load<u32>(sorted + (at++ << 2)) & 511), u8(bits))
    }
  }
}

/** Shell sort: at most 288 symbols, and mostly far fewer. */
function sortSymbols(counts: usize, symbols: u32): u32 {
  let used: u32 = 0
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<u32>(counts + (symbol << 2))
    if (count > 0) store<u32>(sorted + (used++ << 2), (count << 9) | symbol)
  }
  for (let gap: u32 = 121; gap > 0; gap /= 3) {
    for (let i = gap; i < used; i++) {
      const value = load<u32>(sorted + (i << 2))
      let j = i
      for (; j >= gap && load<u32>(sorted + ((j - gap) << 2)) > value; j -= gap) {
        store<u32>(sorted + (j << 2), load<u32>(sorted + ((j - gap) << 2)))
      }
      store<u32>(sorted + (j << 2), value)
    }
  }
  return used
}

/**
 * How many leaves of Huffman's tree lie at each depth. Weights come sorted, so the two lightest nodes are always at the
 * front of the leaves or of the inner nodes made so far, and one array serves them all (Moffat and Katajainen 1995).
 */
function countDepths(used: u32, limit: u32): void {
  let leaf: u32 = 0
  let inner: u32 = 0
  for (let next: u32 = 0; next < used - 1; next++) {
    let weight: u32 = 0
    for (let side = 0; side < 2; side++) {
      const leafWeight = leaf < used ? load<u32>(sorted + (leaf << 2)) >> 9 : u32.MAX_VALUE
      if (inner < next && load<u32>(nodes + (inner << 2)) < leafWeight) {
        weight += load<u32>(nodes + (inner << 2))
        store<u32>(nodes + (inner++ << 2), next) // its weight is done with: keep its parent
      } else {
        weight += leafWeight
        leaf++
      }
    }
    store<u32>(nodes + (next << 2), weight)
  }
  // Parents have higher indexes: depths of inner nodes from the root down.
  store<u32>(nodes + ((used - 2) << 2), 0)
  for (let node: i32 = used - 3; node >= 0; node--) {
    const parent = load<u32>(nodes + (node << 2))
    store<u32>(nodes + (node << 2), load<u32>(nodes + (parent << 2)) + 1)
  }
  // At each depth, what is not an inner node is a leaf.
  memory.fill(depths, 0, LIMITS * 4)
  let places: u32 = 1
  let node: i32 = used - 2
  for (let depth: u32 = 0; places > 0; depth++) {
    let inners: u32 = 0
    for (; node >= 0 && load<u32>(nodes + (node << 2)) == depth; node--) inners++
    const at = depths + (min(depth, limit) << 2)
    store<u32>(at, load<u32>(at) + places - inners)
    places = inners << 1
  }
}

/** Codes deeper than the limit were counted at it: deepen shallower ones until the code fits again. */
function limitDepths(used: u32, limit: u32): void {
  let total: u32 = 0
  for (let bits: u32 = 1; bits <= limit; bits++) total += load<u32>(depths + (bits << 2)) << (limit - bits)
  for (; total > <u32>1 << limit; total--) {
    let bits = limit - 1
    while (load<u32>(depths + (bits << 2)) == 0) bits--
    addTo(depths + (bits << 2), -1)
    addTo(depths + ((bits + 1) << 2), 2)
    addTo(depths + (limit << 2), -1)
  }
}

function addTo(at: usize, amount: i32): void {
  store<i32>(at, load<i32>(at) + amount)
}

/** Canonical codes, first bit lowest as DEFLATE writes them: per symbol, code << 4 | length. */
export function assignCodes(lengths: usize, symbols: u32, codes: usize): void {
  memory.fill(depths, 0, LIMITS * 4)
  for (let symbol: u32 = 0; symbol < symbols; symbol++) addTo(depths + (usize(load<u8>(lengths + symbol)) << 2), 1)
  store<u32>(depths, 0)
  let code: u32 = 0
  for (let bits: u32 = 1; bits <= MAX_BITS; bits++) {
    const count = load<u32>(depths + (bits << 2))
    store<u32>(depths + (bits << 2), code)
    code = (code + count) << 1
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const bits: u32 = load<u8>(lengths + symbol)
    const at = depths + (bits << 2)
    const canonical = load<u32>(at)
    if (bits > 0) store<u32>(at, canonical + 1)
    let reversed: u32 = 0
    for (let bit: u32 = 0; bit < bits; bit++) reversed |= ((canonical >> bit) & 1) << (bits - 1 - bit)
    store<u32>(codes + (symbol << 2), (reversed << 4) | bits)
  }
}
