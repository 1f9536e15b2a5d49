// Huffman tables made for the picture at hand: T.81 K.2, with lengths limited to 16 bits.
//
// A slot holds one table: what was counted, the codes made of it, and the lists that a DHT segment carries.
import { allocate } from './memory'

/** Slots: 0 luma DC, 1 luma AC (and every progressive AC scan), 2 chroma DC, 3 chroma AC. */
const SLOTS: usize = 4
/** Symbols a table can hold, and the place of the reserved one: it takes the code of all ones, which T.81 forbids. */
const SYMBOLS = 256

// Layout of a slot.
const CODES: usize = 1024 // 256 × u32: code << 5 | bits of the code and of what follows it
const LENGTH_COUNTS: usize = 2048 // 16 × u8
const VALUES: usize = 2064 // 256 × u8
const SLOT_BYTES: usize = 2320

let slots: usize = 0
/** Scratch for building: symbols sorted by count (u16), tree weights (u32) and links (u16), depths (u8). */
let sorted: usize = 0
let weights: usize = 0
let parents: usize = 0
const depthCounts = memory.data(64 * 4, 4)

/** Reserve this module's tables, once an instance. */
export function initHuffman(): void {
  slots = allocate(SLOTS * SLOT_BYTES)
  sorted = allocate(2 * (SYMBOLS + 1))
  weights = allocate(4 * 2 * (SYMBOLS + 1))
  parents = allocate(2 * 2 * (SYMBOLS + 1))
}

/** Where the counts (256 × u32) of a slot are. */
// @ts-ignore: decorator
@inline export function countsOf(slot: i32): usize {
  return slots + usize(slot) * SLOT_BYTES
}

/** Where the codes (256 × u32) of a slot are. */
// @ts-ignore: decorator
@inline export function codesOf(slot: i32): usize {
  return slots + usize(slot) * SLOT_BYTES + CODES
}

/** Forget what a slot has counted. */
export function jpegClearCounts(slot: i32): void {
  memory.fill(countsOf(slot), 0, CODES)
}

/** The DHT lists of a slot: 16 length counts, then the values. */
export function jpegTableLists(slot: i32): usize {
  return slots + usize(slot) * SLOT_BYTES + LENGTH_COUNTS
}

/** Make the best code for what the slot has counted. Returns how many values it has. */
export function jpegBuildTable(slot: i32): i32 {
  const base = countsOf(slot)
  const used = sortSymbols(base)
  if (used == 0) {
    memory.fill(base + LENGTH_COUNTS, 0, 16)
    return 0
  }
  measureDepths(base, used + 1)
  limitDepths()
  assignCodes(base, used)
  return used
}

/** Symbols that occur, most frequent first, into `sorted`; the reserved symbol comes last. */
function sortSymbols(counts: usize): i32 {
  let used = 0
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    const count = load<u32>(counts + (symbol << 2))
    if (count == 0) continue
    let at = used++
    while (at > 0 && load<u32>(counts + (usize(load<u16>(sorted + ((at - 1) << 1))) << 2)) < count) {
      store<u16>(sorted + (at << 1), load<u16>(sorted + ((at - 1) << 1)))
      at--
    }
    store<u16>(sorted + (at << 1), <u16>symbol)
  }
  return used
}

/**
 * Count the leaves at each depth of the Huffman tree of `leaves` weights (the last is the reserved symbol, weight 1).
 * Nodes are made in ascending weight, so two queues stand for a heap: leaves from the rare end, and nodes in order.
 */
function measureDepths(counts: usize, leaves: i32): void {
  // weights: 0 .. leaves−1 the leaves, rarest first, then leaves−1 inner nodes in order of making.
  store<u32>(weights, 1)
  for (let i = 1; i < leaves; i++) {
    const symbol = usize(load<u16>(sorted + ((leaves - 1 - i) << 1)))
    store<u32>(weights + (i << 2), load<u32>(counts + (symbol << 2)))
  }
  const nodes = 2 * leaves - 1
  let leaf = 0
  let inner = leaves
  for (let node = leaves; node < nodes; node++) {
    let weight: u32 = 0
    for (let child = 0; child < 2; child++) {
      const takeLeaf = leaf < leaves && (inner >= node || load<u32>(weights + (leaf << 2)) <= load<u32>(weights + (inner << 2)))
      const taken = takeLeaf ? leaf++ : inner++
      weight += load<u32>(weights + (taken << 2))
      store<u16>(parents + (taken << 1), <u16>node)
    }
    store<u32>(weights + (node << 2), weight)
  }
  // From the root down, a node's weight gives way to its depth.
  memory.fill(depthCounts, 0, 64 * 4)
  store<u32>(weights + ((nodes - 1) << 2), 0)
  for (let node = nodes - 2; node >= 0; node--) {
    const depth = load<u32>(weights + (usize(load<u16>(parents + (node << 1))) << 2)) + 1
    store<u32>(weights + (node << 2), depth)
    if (node < leaves) addDepth(i32(min<u32>(depth, 63)), 1)
  }
}

// @ts-ignore: decorator
@inline function depthCount(depth: i32): i32 {
  return load<i32>(depthCounts + (depth << 2))
}

// @ts-ignore: decorator
@inline function addDepth(depth: i32, change: i32): void {
  store<i32>(depthCounts + (depth << 2), depthCount(depth) + change)
}

/** Bring every code to 16 bits or fewer (T.81 figure K.3), then drop the reserved one, which is among the longest. */
function limitDepths(): void {
  for (let depth = 63; depth > 16; depth--) {
    while (depthCount(depth) > 0) {
      let shorter = depth - 2
      while (depthCount(shorter) == 0) shorter--
      addDepth(depth, -2)
      addDepth(depth - 1, 1)
      addDepth(shorter, -1)
      addDepth(shorter + 1, 2)
    }
  }
  let longest = 16
  while (depthCount(longest) == 0) longest--
  addDepth(longest, -1)
}

/** Canonical codes: the most frequent symbols take the shortest. */
function assignCodes(base: usize, used: i32): void {
  let code: u32 = 0
  let next = 0
  for (let length = 1; length <= 16; length++) {
    const count = depthCount(length)
    store<u8>(base + LENGTH_COUNTS + length - 1, <u8>count)
    for (let i = 0; i < count && next < used; i++) {
      const symbol = <u32>load<u16>(sorted + (next << 1))
      store<u8>(base + VALUES + next, <u8>symbol)
      store<u32>(base + CODES + (symbol << 2), (code << 5) | (length + (symbol & 15)))
      code++
      next++
    }
    code <<= 1
  }
}
