// CRC-32 (chunks) and Adler-32 (zlib streams), as RFC 1952 §8 and RFC 1950 §8.2 define them.

const CRC_POLYNOMIAL: u32 = 0xedb88320
/** Table k advances a byte through k further zero bytes, so sixteen bytes are folded with sixteen independent look-ups. */
const CRC_TABLES: i32 = 16
const crcTables = memory.data(CRC_TABLES * 1024, 16)
let crcReady = false

function buildCrcTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (CRC_POLYNOMIAL & (0 - (crc & 1)))
    store<u32>(crcTables + (byte << 2), crc)
  }
  for (let entry = 0; entry < (CRC_TABLES - 1) * 1024; entry += 4) {
    const crc = load<u32>(crcTables + entry)
    store<u32>(crcTables + entry + 1024, (crc >>> 8) ^ load<u32>(crcTables + ((crc & 0xff) << 2)))
  }
  crcReady = true
}

// @ts-ignore: decorator
@inline function crcEntry(table: usize, byte: u32): u32 {
  return load<u32>(crcTables + (table << 10) + ((byte & 0xff) << 2))
}

/** Four bytes, the last of which `table` further bytes follow. */
// @ts-ignore: decorator
@inline function crcWord(table: usize, word: u32): u32 {
  return (
    crcEntry(table + 3, word) ^ crcEntry(table + 2, word >>> 8) ^ crcEntry(table + 1, word >>> 16) ^ crcEntry(table, word >>> 24)
  )
}

/** Extend a CRC-32 over `length` bytes; a fresh one starts from 0. */
export function crc32(crc: u32, from: usize, length: usize): u32 {
  if (!crcReady) buildCrcTables()
  crc = ~crc
  const end = from + length
  const wideEnd = from + (length & ~15)
  while (from < wideEnd) {
    const a = crc ^ load<u32>(from)
    const b = load<u32>(from, 4)
    const c = load<u32>(from, 8)
    const d = load<u32>(from, 12)
    crc = crcWord(12, a) ^ crcWord(8, b) ^ crcWord(4, c) ^ crcWord(0, d)
    from += 16
  }
  while (from < end) crc = crcEntry(0, crc ^ load<u8>(from++)) ^ (crc >>> 8)
  return ~crc
}

const ADLER_MODULUS: u32 = 65521
/** Steps of 16 bytes after which the sums are reduced, well before 32 bits overflow (5552 bytes is the limit). */
const ADLER_STEPS: usize = 340

/** Extend an Adler-32 over `length` bytes; a fresh one starts from 1. */
export function adler32(adler: u32, from: usize, length: usize): u32 {
  let plain = adler & 0xffff
  let weighted = adler >>> 16
  const end = from + length
  const weightsLow = i16x8(16, 15, 14, 13, 12, 11, 10, 9)
  const weightsHigh = i16x8(8, 7, 6, 5, 4, 3, 2, 1)
  while (from + 16 <= end) {
    const steps = min<usize>((end - from) >> 4, ADLER_STEPS)
    let sums = i32x4.splat(0)
    let carried = i32x4.splat(0) // sum over the steps of `sums` before the step: each counts 16 times
    let products = i32x4.splat(0)
    for (let step: usize = 0; step < steps; step++) {
      const bytes = v128.load(from)
      carried = i32x4.add(carried, sums)
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)))
      products = i32x4.add(products, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), weightsLow))
      products = i32x4.add(products, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), weightsHigh))
      from += 16
    }
    weighted =
      (weighted + plain * u32(steps << 4) + (laneSum(carried) << 4) + laneSum(products)) % ADLER_MODULUS
    plain = (plain + laneSum(sums)) % ADLER_MODULUS
  }
  while (from < end) {
    plain += load<u8>(from++)
    weighted += plain
  }
  return ((weighted % ADLER_MODULUS) << 16) | (plain % ADLER_MODULUS)
}

function laneSum(v: v128): u32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  )
}
