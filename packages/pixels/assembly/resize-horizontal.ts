// The horizontal pass: one row of 16-bit samples (BETWEEN_BITS fraction bits) → one output row.

import { highHalves, interleaveHigh32, interleaveLow32, lowHalves } from './layout'
import { Axis, FILTER_COPY, TAPS_HEADER, WEIGHT_BITS } from './resize-axis'
import { BETWEEN_BITS } from './resize-vertical'

/** Fraction bits of plane samples after both passes; colour conversion rounds them away. */
export const PLANE_BITS: i32 = 4

const SUM_BITS: i32 = WEIGHT_BITS + BETWEEN_BITS

/** Weighted sum of one pixel's four channels: two source pixels a step. */
// @ts-ignore: decorator
@inline function weighPixel(row: usize, record: usize, start: v128): v128 {
  let pixel = row + (<usize>load<i32>(record) << 3)
  let weight = record + TAPS_HEADER
  const end = weight + ((<usize>load<i32>(record, 4) + 1) >> 1 << 2)
  let sum = start
  for (; weight < end; weight += 4, pixel += 16) {
    const two = v128.load(pixel)
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.shuffle(two, two, 0, 4, 1, 5, 2, 6, 3, 7), v128.load32_splat(weight)))
  }
  return sum
}

/** RGBA without transparency → RGBA, 8 bits. */
export function filterPixelsOpaque(row: usize, axis: Axis, target: usize): void {
  const half = i32x4.splat(1 << (SUM_BITS - 1))
  const stride = <usize>axis.stride
  let record = axis.records
  const end = target + (<usize>axis.out << 2)
  for (; target < end; target += 4, record += stride) {
    const sum = i32x4.shr_s(weighPixel(row, record, half), SUM_BITS)
    const narrow = i16x8.narrow_i32x4_s(sum, sum)
    v128.store32_lane(target, i8x16.narrow_i16x8_u(narrow, narrow), 0)
  }
}

/** Premultiplied RGBA → straight RGBA, 8 bits. A pixel without alpha has no colour. */
export function filterPixelsAlpha(row: usize, axis: Axis, target: usize): void {
  const stride = <usize>axis.stride
  const none = i32x4.splat(0)
  const unit: f32 = <f32>(1.0 / <f64>(1 << SUM_BITS))
  const opaque: f32 = <f32>(255 << SUM_BITS)
  let record = axis.records
  const end = target + (<usize>axis.out << 2)
  for (; target < end; target += 4, record += stride) {
    const sum = f32x4.convert_i32x4_s(weighPixel(row, record, none))
    const alpha = min(f32x4.extract_lane(sum, 3), opaque)
    if (alpha * unit < 0.5) {
      store<u32>(target, 0)
      continue
    }
    const straight = f32x4.replace_lane(f32x4.mul(sum, f32x4.splat(<f32>255 / alpha)), 3, alpha * unit)
    const rounded = i32x4.trunc_sat_f32x4_s(f32x4.nearest(straight))
    const narrow = i16x8.narrow_i32x4_s(rounded, rounded)
    v128.store32_lane(target, i8x16.narrow_i16x8_u(narrow, narrow), 0)
  }
}

/**
 * Weighted sums of one plane sample, in four lanes still to be added. Every position is given `steps` × 8 taps, used or
 * not: a constant count costs less than asking for it.
 */
// @ts-ignore: decorator
@inline function weighSample(row: usize, record: usize, steps: i32): v128 {
  let sample = row + (<usize>load<i32>(record) << 1)
  let weight = record + TAPS_HEADER
  let sum = i32x4.dot_i16x8_s(v128.load(sample), v128.load(weight))
  for (let step = 1; step < steps; step++) {
    sample += 16
    weight += 16
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(sample), v128.load(weight)))
  }
  return sum
}

/** Add each of four sums up, round, and store four samples. */
// @ts-ignore: decorator
@inline function storeSums(target: usize, a: v128, b: v128, c: v128, d: v128): void {
  const shift = SUM_BITS - PLANE_BITS
  const ab = i32x4.add(interleaveLow32(a, b), interleaveHigh32(a, b))
  const cd = i32x4.add(interleaveLow32(c, d), interleaveHigh32(c, d))
  const sums = i32x4.add(i32x4.add(lowHalves(ab, cd), highHalves(ab, cd)), i32x4.splat(1 << (shift - 1)))
  const samples = i32x4.shr_s(sums, shift)
  v128.store64_lane(target, i16x8.narrow_i32x4_s(samples, samples), 0)
}

/** Plane samples → 16-bit samples with PLANE_BITS fraction bits. Writes whole groups of four. */
export function filterSamples(row: usize, axis: Axis, target: usize): void {
  if (axis.filter == FILTER_COPY) copySamples(row, axis, target)
  else if (axis.taps == 8) filterSamples8(row, axis, target)
  else if (axis.taps == 16) filterSamples16(row, axis, target)
  else filterSamplesMany(row, axis, target)
}

function filterSamples8(row: usize, axis: Axis, target: usize): void {
  const stride = <usize>axis.stride
  let record = axis.records
  const end = target + (<usize>axis.out << 1)
  for (; target < end; target += 8, record += stride << 2) {
    storeSums(
      target, weighSample(row, record, 1), weighSample(row, record + stride, 1),
      weighSample(row, record + stride * 2, 1), weighSample(row, record + stride * 3, 1),
    )
  }
}

function filterSamples16(row: usize, axis: Axis, target: usize): void {
  const stride = <usize>axis.stride
  let record = axis.records
  const end = target + (<usize>axis.out << 1)
  for (; target < end; target += 8, record += stride << 2) {
    storeSums(
      target, weighSample(row, record, 2), weighSample(row, record + stride, 2),
      weighSample(row, record + stride * 2, 2), weighSample(row, record + stride * 3, 2),
    )
  }
}

function filterSamplesMany(row: usize, axis: Axis, target: usize): void {
  const stride = <usize>axis.stride, steps = axis.taps >> 3
  let record = axis.records
  const end = target + (<usize>axis.out << 1)
  for (; target < end; target += 8, record += stride << 2) {
    storeSums(
      target, weighSample(row, record, steps), weighSample(row, record + stride, steps),
      weighSample(row, record + stride * 2, steps), weighSample(row, record + stride * 3, steps),
    )
  }
}

function copySamples(row: usize, axis: Axis, target: usize): void {
  row += <usize>axis.start(0) << 1
  const end = target + (<usize>axis.out << 1)
  for (; target < end; target += 16, row += 16) {
    v128.store(target, i16x8.shr_s(v128.load(row), BETWEEN_BITS - PLANE_BITS))
  }
}

/** 16-bit plane samples → 8 bits, rounded and clamped. Writes whole groups of eight. */
export function narrowSamples(row: usize, target: usize, samples: i32): void {
  const half = i16x8.shl(i16x8.splat(1), PLANE_BITS - 1)
  const end = target + <usize>samples
  for (; target < end; target += 8, row += 16) {
    const rounded = i16x8.shr_s(i16x8.add_sat_s(v128.load(row), half), PLANE_BITS)
    v128.store64_lane(target, i8x16.narrow_i16x8_u(rounded, rounded), 0)
  }
}
