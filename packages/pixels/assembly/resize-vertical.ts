// The vertical pass: several source rows weighted into one. Samples are independent, so it does not matter whether they
// are grey, one colour plane or the four channels of a pixel.

import { interleaveHigh16, interleaveHigh8, interleaveLow16, interleaveLow8 } from './layout'
import { WEIGHT_BITS } from './resize-axis'

/** Fraction bits of the samples between the passes. 255 with the overshoot of Lanczos stays far below 2^15. */
export const BETWEEN_BITS: i32 = 6
/** Fraction bits of premultiplied samples: 255 << 7 just fits a signed 16-bit lane. */
export const PREMULTIPLIED_BITS: i32 = 7

/**
 * 8-bit rows → 16-bit samples with BETWEEN_BITS fraction bits.
 * Reads and writes whole groups of 16 samples; `rows` holds an even number of rows from the first that counts.
 */
export function filterRows8(rows: usize, stride: usize, weights: usize, pairs: i32, target: usize, samples: i32): void {
  const shift = WEIGHT_BITS - BETWEEN_BITS
  const half = i32x4.splat(1 << (shift - 1))
  const lastWeight = weights + (<usize>pairs << 2)
  const end = rows + <usize>samples
  const twoRows = stride << 1
  for (let column = rows; column < end; column += 16, target += 32) {
    let a = half, b = half, c = half, d = half
    let row = column
    for (let weight = weights; weight < lastWeight; weight += 4, row += twoRows) {
      const upper = v128.load(row), lower = v128.load(row + stride)
      const pair = v128.load32_splat(weight)
      const left = interleaveLow8(upper, lower), right = interleaveHigh8(upper, lower)
      a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(left), pair))
      b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(left), pair))
      c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(right), pair))
      d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(right), pair))
    }
    v128.store(target, i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift)))
    v128.store(target, i16x8.narrow_i32x4_s(i32x4.shr_s(c, shift), i32x4.shr_s(d, shift)), 16)
  }
}

/** Premultiplied 16-bit rows (PREMULTIPLIED_BITS) → samples with BETWEEN_BITS. `stride` in bytes; groups of 16 samples. */
export function filterRows16(rows: usize, stride: usize, weights: usize, pairs: i32, target: usize, samples: i32): void {
  const shift = WEIGHT_BITS + PREMULTIPLIED_BITS - BETWEEN_BITS
  const half = i32x4.splat(1 << (shift - 1))
  const lastWeight = weights + (<usize>pairs << 2)
  const end = rows + (<usize>samples << 1)
  const twoRows = stride << 1
  for (let column = rows; column < end; column += 32, target += 32) {
    let a = half, b = half, c = half, d = half
    let row = column
    for (let weight = weights; weight < lastWeight; weight += 4, row += twoRows) {
      const pair = v128.load32_splat(weight)
      const left = v128.load(row), leftBelow = v128.load(row + stride)
      a = i32x4.add(a, i32x4.dot_i16x8_s(interleaveLow16(left, leftBelow), pair))
      b = i32x4.add(b, i32x4.dot_i16x8_s(interleaveHigh16(left, leftBelow), pair))
      const right = v128.load(row, 16), rightBelow = v128.load(row + stride, 16)
      c = i32x4.add(c, i32x4.dot_i16x8_s(interleaveLow16(right, rightBelow), pair))
      d = i32x4.add(d, i32x4.dot_i16x8_s(interleaveHigh16(right, rightBelow), pair))
    }
    v128.store(target, i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift)))
    v128.store(target, i16x8.narrow_i32x4_s(i32x4.shr_s(c, shift), i32x4.shr_s(d, shift)), 16)
  }
}

/** One 8-bit row → 16-bit samples with BETWEEN_BITS: the vertical pass of an axis that only copies. */
export function widenRow8(row: usize, target: usize, samples: i32): void {
  const end = row + <usize>samples
  for (; row < end; row += 16, target += 32) {
    const v = v128.load(row)
    v128.store(target, i16x8.shl(i16x8.extend_low_i8x16_u(v), BETWEEN_BITS))
    v128.store(target, i16x8.shl(i16x8.extend_high_i8x16_u(v), BETWEEN_BITS), 16)
  }
}
