// One 8x8 block: forward DCT (Arai, Agui, Nakajima 1988), quantisation, and packing in zigzag order.
//
// A packed block, everything little-endian and unaligned:
//
//   0        8      10
//   +--------+------+---------+---------+--
//   | mask   | DC   | AC      | AC      |      mask: u64, bit k set = the coefficient at zigzag position k (1..63)
//   | u64    | i16  | i16     | i16     |      is not zero; its values follow in ascending k
//   +--------+------+---------+---------+--
//
// Scans walk masks instead of zeros, and a photograph takes a fifth of what 64 coefficients would.
import { allocate } from './memory'

/** Bytes of a packed block before its AC values. */
export const BLOCK_HEAD: usize = 10

// Zigzag position to natural index (row × 8 + column), T.81 figure 5.
const NATURAL = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63,
])

/** The DCT leaves its output scaled by 8 for itself, by 2 for the samples' extra bit, and by AAN's own factors. */
const OUTPUT_SCALE: f64 = 16.0
/** Reciprocals of the quantiser are kept in this many fractional bits; u16 then holds them down to a step of 1. */
const RECIPROCAL_BITS: i32 = 20

/**
 * 64 reciprocals (u16), 64 gains (i16), 64 rounding offsets (i32), each in transposed order (column × 8 + row).
 * A gain is the power of two that brings AAN's factor (0.08 to 1.9) to at least 1, so that reciprocals fit.
 */
let quantiser: usize = 0
const GAINS: usize = 128
const ROUNDINGS: usize = 256
/** Nonzero lanes of each transposed row to zigzag mask: 8 × 256 × u64. */
let zigzagMasks: usize = 0
/** The block under work in transposed order (column × 8 + row), i16. */
let coefficients: usize = 0
/** Zigzag position to byte offset in `coefficients`. */
let offsets: usize = 0

/** Reserve this module's tables, once an instance. */
export function initBlocks(): void {
  quantiser = allocate(ROUNDINGS + 256)
  zigzagMasks = allocate(8 * 256 * 8)
  coefficients = allocate(128)
  offsets = allocate(64)
  for (let k = 0; k < 64; k++) {
    const natural = <i32>load<u8>(NATURAL + k)
    const transposed = ((natural & 7) << 3) | (natural >> 3)
    store<u8>(offsets + k, <u8>(transposed << 1))
    // DC is always present, so it takes no part in the mask.
    if (k) store<u64>(zigzagMasks + ((((natural & 7) << 8) | (1 << (natural >> 3))) << 3), u64(1) << u64(k))
  }
  for (let row = 0; row < 8; row++) {
    const table = zigzagMasks + (row << 11)
    for (let lanes = 1; lanes < 256; lanes++) {
      const rest = lanes & (lanes - 1)
      if (rest) store<u64>(table + (lanes << 3), load<u64>(table + (rest << 3)) | load<u64>(table + ((lanes ^ rest) << 3)))
    }
  }
}

/**
 * Set the step (1..255) of one coefficient, and the fraction of a step, in 1/4096, that is added before truncation:
 * 2048 rounds to nearest, less widens the dead zone around zero.
 */
export function setQuantiser(natural: i32, step: i32, rounding: i32): void {
  const column = natural & 7
  const row = natural >> 3
  let factor = aanFactor(column) * aanFactor(row)
  let gain = 1
  for (; factor < 1.0 - 1e-9; factor *= 2.0) gain <<= 1
  const reciprocal = Math.round(f64(1 << RECIPROCAL_BITS) / (f64(step) * OUTPUT_SCALE * factor))
  const transposed = (column << 3) | row
  store<u16>(quantiser + (transposed << 1), <u16>min<f64>(65535, reciprocal))
  store<i16>(quantiser + (transposed << 1), <i16>gain, GAINS)
  store<i32>(quantiser + (transposed << 2), rounding << (RECIPROCAL_BITS - 12), ROUNDINGS)
}

function aanFactor(frequency: i32): f64 {
  return frequency ? Math.SQRT2 * Math.cos((f64(frequency) * Math.PI) / 16.0) : 1.0
}

/** `value × factor / 32768`, rounded. */
// @ts-ignore: decorator
@inline function scaled(value: v128, factor: i16): v128 {
  return i16x8.q15mulr_sat_s(value, i16x8.splat(factor))
}

// @ts-ignore: decorator
@inline function low16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)
}
// @ts-ignore: decorator
@inline function high16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)
}
// @ts-ignore: decorator
@inline function low32(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
}
// @ts-ignore: decorator
@inline function high32(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
}
// @ts-ignore: decorator
@inline function low64(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
}
// @ts-ignore: decorator
@inline function high64(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
}

/** Coefficients of column `column` divided by their steps, with sign, rounded as `quantiser` says. */
// @ts-ignore: decorator
@inline function quantised(value: v128, quantiser: usize, column: usize): v128 {
  const factor = v128.load(quantiser + (column << 4))
  const roundings = quantiser + (column << 5)
  const sign = i16x8.shr_s(value, 15)
  const magnitude = i16x8.mul(i16x8.abs(value), v128.load(quantiser + (column << 4), GAINS))
  const low = i32x4.add(i32x4.extmul_low_i16x8_u(magnitude, factor), v128.load(roundings, ROUNDINGS))
  const high = i32x4.add(i32x4.extmul_high_i16x8_u(magnitude, factor), v128.load(roundings, ROUNDINGS + 16))
  const steps = i16x8.narrow_i32x4_s(i32x4.shr_u(low, RECIPROCAL_BITS), i32x4.shr_u(high, RECIPROCAL_BITS))
  return i16x8.sub(v128.xor(steps, sign), sign)
}

/** Eight samples of a line, one bit up: the transform then rounds finer, and its largest sum still fits 16 bits. */
// @ts-ignore: decorator
@inline function line(from: usize): v128 {
  return i16x8.shl(v128.load_ext<i8>(from), 1)
}

/** Which lanes of two rows are not zero: 8 bits for the first, 8 for the second. */
// @ts-ignore: decorator
@inline function nonzero(first: v128, second: v128): i32 {
  // Saturation keeps what is not zero from becoming zero.
  return ~i8x16.bitmask(i8x16.eq(i8x16.narrow_i16x8_s(first, second), i8x16.splat(0)))
}

/** Transform and quantise the block at `samples` into `coefficients`; returns the mask of its AC coefficients. */
function transform(samples: usize, stride: usize): u64 {
  let a0 = line(samples), a1 = line(samples + stride), a2 = line(samples + 2 * stride), a3 = line(samples + 3 * stride)
  samples += stride << 2
  let a4 = line(samples), a5 = line(samples + stride), a6 = line(samples + 2 * stride), a7 = line(samples + 3 * stride)
  for (let pass = 0; ; pass++) {
    const s0 = i16x8.add(a0, a7), d0 = i16x8.sub(a0, a7)
    const s1 = i16x8.add(a1, a6), d1 = i16x8.sub(a1, a6)
    const s2 = i16x8.add(a2, a5), d2 = i16x8.sub(a2, a5)
    const s3 = i16x8.add(a3, a4), d3 = i16x8.sub(a3, a4)
    // Even half.
    const e0 = i16x8.add(s0, s3), e3 = i16x8.sub(s0, s3)
    const e1 = i16x8.add(s1, s2), e2 = i16x8.sub(s1, s2)
    const even = scaled(i16x8.add(e2, e3), 23170) // cos(π/4)
    const o0 = i16x8.add(e0, e1), o4 = i16x8.sub(e0, e1)
    const o2 = i16x8.add(e3, even), o6 = i16x8.sub(e3, even)
    // Odd half. Factors above 1 are written as 1 + fraction.
    const f0 = i16x8.add(d3, d2), f1 = i16x8.add(d2, d1), f2 = i16x8.add(d1, d0)
    const turn = scaled(i16x8.sub(f0, f2), 12540) // sin(π/8)
    const g0 = i16x8.add(scaled(f0, 17734), turn) // cos(π/8) − sin(π/8)
    const g2 = i16x8.add(i16x8.add(f2, scaled(f2, 10045)), turn) // cos(π/8) + sin(π/8) − 1
    const g1 = scaled(f1, 23170)
    const h0 = i16x8.add(d0, g1), h1 = i16x8.sub(d0, g1)
    const o5 = i16x8.add(h1, g0), o3 = i16x8.sub(h1, g0)
    const o1 = i16x8.add(h0, g2), o7 = i16x8.sub(h0, g2)
    if (pass) {
      const q = quantiser
      const q0 = quantised(o0, q, 0), q1 = quantised(o1, q, 1), q2 = quantised(o2, q, 2), q3 = quantised(o3, q, 3)
      const q4 = quantised(o4, q, 4), q5 = quantised(o5, q, 5), q6 = quantised(o6, q, 6), q7 = quantised(o7, q, 7)
      const to = coefficients
      v128.store(to, q0); v128.store(to, q1, 16); v128.store(to, q2, 32); v128.store(to, q3, 48)
      v128.store(to, q4, 64); v128.store(to, q5, 80); v128.store(to, q6, 96); v128.store(to, q7, 112)
      const n01 = nonzero(q0, q1), n23 = nonzero(q2, q3), n45 = nonzero(q4, q5), n67 = nonzero(q6, q7)
      const masks = zigzagMasks
      return load<u64>(masks + ((n01 & 255) << 3)) | load<u64>(masks + ((n01 >> 5) & 2040), 2048)
        | load<u64>(masks + ((n23 & 255) << 3), 4096) | load<u64>(masks + ((n23 >> 5) & 2040), 6144)
        | load<u64>(masks + ((n45 & 255) << 3), 8192) | load<u64>(masks + ((n45 >> 5) & 2040), 10240)
        | load<u64>(masks + ((n67 & 255) << 3), 12288) | load<u64>(masks + ((n67 >> 5) & 2040), 14336)
    }
    const p0 = low16(o0, o1), p1 = high16(o0, o1), p2 = low16(o2, o3), p3 = high16(o2, o3)
    const p4 = low16(o4, o5), p5 = high16(o4, o5), p6 = low16(o6, o7), p7 = high16(o6, o7)
    const r0 = low32(p0, p2), r1 = high32(p0, p2), r2 = low32(p1, p3), r3 = high32(p1, p3)
    const r4 = low32(p4, p6), r5 = high32(p4, p6), r6 = low32(p5, p7), r7 = high32(p5, p7)
    a0 = low64(r0, r4); a1 = high64(r0, r4); a2 = low64(r1, r5); a3 = high64(r1, r5)
    a4 = low64(r2, r6); a5 = high64(r2, r6); a6 = low64(r3, r7); a7 = high64(r3, r7)
  }
  return 0 // not reached: the second pass returns
}

/** Transform, quantise and pack a row of `count` blocks from a strip of samples; returns the end of what it wrote. */
export function packBlocks(samples: usize, stride: usize, count: i32, to: usize): usize {
  const positions = offsets
  const block = coefficients
  for (let i = 0; i < count; i++) {
    let mask = transform(samples + (usize(i) << 3), stride)
    store<u64>(to, mask)
    store<i16>(to, load<i16>(block), 8)
    to += BLOCK_HEAD
    while (mask) {
      store<i16>(to, load<i16>(block + usize(load<u8>(positions + usize(ctz(mask))))))
      to += 2
      mask &= mask - 1
    }
  }
  return to
}
