// Inverse cosine transforms: eight or four points a side after Arai, Agui and Nakajima (1988), two and one by hand.
// Input is dequantised with their factors and COEFFICIENT_BITS fraction bits, and has MIDDLE added to its DC.

import { COEFFICIENT_BITS, FACTOR_BITS, MIDDLE } from './jpeg-decode-component'
import {
  highHalves, interleaveHigh16, interleaveHigh32, interleaveLow16, interleaveLow32, lowHalves,
} from './layout'

// The irrational factors, as fractions of 2^15 beside a whole part that is added separately.
const SQRT2_LESS_1: i16 = 13573 // 1.414214 = 1 + 0.414214
const ROTATE_LESS_2: i16 = -4989 // 1.847759 = 2 - 0.152241
const ROTATE_LOW_LESS_1: i16 = 2700 // 1.082392 = 1 + 0.082392
const ROTATE_HIGH_LESS_2: i16 = -20091 // -2.613126 = -2 - 0.613126

// @ts-ignore: decorator
@inline function times(a: v128, fraction: i16): v128 {
  return i16x8.q15mulr_sat_s(a, i16x8.splat(fraction))
}

// @ts-ignore: decorator
@inline function toBytes(a: v128, b: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.shr_s(a, COEFFICIENT_BITS), i16x8.shr_s(b, COEFFICIENT_BITS))
}

/** 8 × 8 samples from a block of 64 coefficients. */
export function transform8(block: usize, target: usize, stride: usize): void {
  let a0 = v128.load(block), a1 = v128.load(block, 16), a2 = v128.load(block, 32), a3 = v128.load(block, 48)
  let a4 = v128.load(block, 64), a5 = v128.load(block, 80), a6 = v128.load(block, 96), a7 = v128.load(block, 112)
  for (let pass = 0; ; pass++) {
    // Even part: a four-point transform of a0, a2, a4, a6.
    const sum04 = i16x8.add(a0, a4), difference04 = i16x8.sub(a0, a4), sum26 = i16x8.add(a2, a6)
    const difference26 = i16x8.sub(a2, a6)
    const turned26 = i16x8.sub(i16x8.add(difference26, times(difference26, SQRT2_LESS_1)), sum26)
    const e0 = i16x8.add(sum04, sum26), e3 = i16x8.sub(sum04, sum26)
    const e1 = i16x8.add(difference04, turned26), e2 = i16x8.sub(difference04, turned26)
    // Odd part.
    const sum53 = i16x8.add(a5, a3), difference53 = i16x8.sub(a5, a3)
    const sum17 = i16x8.add(a1, a7), difference17 = i16x8.sub(a1, a7)
    const o7 = i16x8.add(sum17, sum53)
    const spread = i16x8.sub(sum17, sum53)
    const both = i16x8.add(difference53, difference17)
    const turned = i16x8.add(i16x8.add(both, both), times(both, ROTATE_LESS_2))
    const low = i16x8.sub(i16x8.add(difference17, times(difference17, ROTATE_LOW_LESS_1)), turned)
    const high = i16x8.add(
      i16x8.sub(times(difference53, ROTATE_HIGH_LESS_2), i16x8.add(difference53, difference53)), turned,
    )
    const o6 = i16x8.sub(high, o7)
    const o5 = i16x8.sub(i16x8.add(spread, times(spread, SQRT2_LESS_1)), o6)
    const o4 = i16x8.add(low, o5)

    const s0 = i16x8.add(e0, o7), s7 = i16x8.sub(e0, o7), s1 = i16x8.add(e1, o6), s6 = i16x8.sub(e1, o6)
    const s2 = i16x8.add(e2, o5), s5 = i16x8.sub(e2, o5), s4 = i16x8.add(e3, o4), s3 = i16x8.sub(e3, o4)
    if (pass) {
      const r01 = toBytes(s0, s1), r23 = toBytes(s2, s3), r45 = toBytes(s4, s5), r67 = toBytes(s6, s7)
      v128.store64_lane(target, r01, 0)
      v128.store64_lane(target += stride, r01, 1)
      v128.store64_lane(target += stride, r23, 0)
      v128.store64_lane(target += stride, r23, 1)
      v128.store64_lane(target += stride, r45, 0)
      v128.store64_lane(target += stride, r45, 1)
      v128.store64_lane(target += stride, r67, 0)
      v128.store64_lane(target += stride, r67, 1)
      return
    }
    const p0 = interleaveLow16(s0, s1), p1 = interleaveHigh16(s0, s1)
    const p2 = interleaveLow16(s2, s3), p3 = interleaveHigh16(s2, s3)
    const p4 = interleaveLow16(s4, s5), p5 = interleaveHigh16(s4, s5)
    const p6 = interleaveLow16(s6, s7), p7 = interleaveHigh16(s6, s7)
    const q0 = interleaveLow32(p0, p2), q1 = interleaveHigh32(p0, p2)
    const q2 = interleaveLow32(p1, p3), q3 = interleaveHigh32(p1, p3)
    const q4 = interleaveLow32(p4, p6), q5 = interleaveHigh32(p4, p6)
    const q6 = interleaveLow32(p5, p7), q7 = interleaveHigh32(p5, p7)
    a0 = lowHalves(q0, q4)
    a1 = highHalves(q0, q4)
    a2 = lowHalves(q1, q5)
    a3 = highHalves(q1, q5)
    a4 = lowHalves(q2, q6)
    a5 = highHalves(q2, q6)
    a6 = lowHalves(q3, q7)
    a7 = highHalves(q3, q7)
  }
}

/** 4 × 4 samples each from two blocks side by side. A block without a partner passes its target twice. */
export function transform4(blocks: usize, left: usize, right: usize, stride: usize): void {
  let a0 = v128.load(blocks), a1 = v128.load(blocks, 16), a2 = v128.load(blocks, 32), a3 = v128.load(blocks, 48)
  for (let pass = 0; ; pass++) {
    const sum02 = i16x8.add(a0, a2), difference02 = i16x8.sub(a0, a2), sum13 = i16x8.add(a1, a3)
    const difference13 = i16x8.sub(a1, a3)
    const turned13 = i16x8.sub(i16x8.add(difference13, times(difference13, SQRT2_LESS_1)), sum13)
    const s0 = i16x8.add(sum02, sum13), s3 = i16x8.sub(sum02, sum13)
    const s1 = i16x8.add(difference02, turned13), s2 = i16x8.sub(difference02, turned13)
    if (pass) {
      const r01 = toBytes(s0, s1), r23 = toBytes(s2, s3)
      // The right one first: without a partner, the left one then overwrites it.
      v128.store32_lane(right, r01, 1)
      v128.store32_lane(left, r01, 0)
      v128.store32_lane(right + stride, r01, 3)
      v128.store32_lane(left + stride, r01, 2)
      v128.store32_lane(right + stride * 2, r23, 1)
      v128.store32_lane(left + stride * 2, r23, 0)
      v128.store32_lane(right + stride * 3, r23, 3)
      v128.store32_lane(left + stride * 3, r23, 2)
      return
    }
    const p0 = interleaveLow16(s0, s1), p1 = interleaveLow16(s2, s3)
    const p2 = interleaveHigh16(s0, s1), p3 = interleaveHigh16(s2, s3)
    const q0 = interleaveLow32(p0, p1), q1 = interleaveHigh32(p0, p1)
    const q2 = interleaveLow32(p2, p3), q3 = interleaveHigh32(p2, p3)
    a0 = lowHalves(q0, q2)
    a1 = highHalves(q0, q2)
    a2 = lowHalves(q1, q3)
    a3 = highHalves(q1, q3)
  }
}

// @ts-ignore: decorator
@inline function toByte(value: i32): u8 {
  return <u8>min(255, max(0, value >> COEFFICIENT_BITS))
}

/** 2 × 2 samples from sums of coefficients with FACTOR_BITS more: dc ± x ± y ± xy. */
// @ts-ignore: decorator
@inline export function transform2(sums: v128, target: usize, stride: usize): void {
  const rounded = i32x4.shr_s(i32x4.add(sums, i32x4.splat(1 << (FACTOR_BITS - 1))), FACTOR_BITS)
  const shifted = i32x4.add(rounded, i32x4(MIDDLE, 0, 0, 0))
  const c = i16x8.narrow_i32x4_s(shifted, shifted) // dc, x, y, xy
  const upper = i32x4.dot_i16x8_s(i32x4.shuffle(c, c, 0, 0, 0, 0), i16x8(1, 1, 1, -1, 1, 1, 1, -1))
  const lower = i32x4.dot_i16x8_s(i32x4.shuffle(c, c, 1, 1, 1, 1), i16x8(1, 1, 1, -1, -1, -1, -1, 1))
  const samples = i32x4.shr_s(i32x4.add(upper, lower), COEFFICIENT_BITS)
  const words = i16x8.narrow_i32x4_s(samples, samples)
  const bytes = i8x16.narrow_i16x8_u(words, words)
  v128.store16_lane(target, bytes, 0)
  v128.store16_lane(target + stride, bytes, 1)
}

/** One sample from a DC. */
// @ts-ignore: decorator
@inline export function transform1(dc: i32, target: usize): void {
  store<u8>(target, toByte(dc))
}

/** An 8 × 8 block of one colour. */
// @ts-ignore: decorator
@inline export function fill8(dc: i32, target: usize, stride: usize): void {
  const colour = i8x16.splat(<i8>toByte(dc))
  for (let y = 0; y < 8; y++, target += stride) v128.store64_lane(target, colour, 0)
}
