// Unsharp mask: each colour is moved away from its blurred surroundings. In place: a row is overwritten when its blurred
// neighbours are in a ring of seven rows.
//
//   raster row y + 3 ─► line (16 bits, edges repeated) ─► across ─► ring ─► down ─► raster row y

import { align16 } from './layout'
import { premultiplyRow } from './resize-premultiply'

/** A Gaussian of one pixel, cut off at three: in units of 1 / 32768; with its centre it adds up to 1. */
const WEIGHT_1: i16 = 7931
const WEIGHT_2: i16 = 1770
const WEIGHT_3: i16 = 145
const REACH: i32 = 3
const RING_ROWS: i32 = 2 * REACH + 1
/** Fraction bits of samples: a sum of two still fits 16 bits. */
const SAMPLE_BITS: i32 = 6
/** Vectors may reach beyond a row by up to this. */
const SPARE: i32 = 16

/** Bytes from one row of the ring to the next. */
// @ts-ignore: decorator
@inline function strideOf(width: i32): usize {
  return <usize>align16(width * 8) + SPARE
}

/**
 * Three pairs of neighbours and the centre, weighed. Built of differences, so that an even area stays exactly what it is.
 */
// @ts-ignore: decorator
@inline function blurred(centre: v128, pair1: v128, pair2: v128, pair3: v128): v128 {
  const twice = i16x8.add(centre, centre)
  const first = i16x8.q15mulr_sat_s(i16x8.sub(pair1, twice), i16x8.splat(WEIGHT_1))
  const second = i16x8.q15mulr_sat_s(i16x8.sub(pair2, twice), i16x8.splat(WEIGHT_2))
  const third = i16x8.q15mulr_sat_s(i16x8.sub(pair3, twice), i16x8.splat(WEIGHT_3))
  return i16x8.add(i16x8.add(centre, first), i16x8.add(second, third))
}

/** A row of the raster with 16 bits a sample, and its outermost pixels repeated. @param line where its first pixel goes */
function widenRow(row: usize, line: usize, width: i32, isOpaque: bool): void {
  const samples = line + (<usize>width << 3)
  if (isOpaque) {
    for (let to = line; to < samples; to += 16, row += 8) {
      v128.store(to, i16x8.shl(v128.load8x8_u(row), SAMPLE_BITS))
    }
  } else {
    premultiplyRow(row, line, width)
    for (let to = line; to < samples; to += 16) v128.store(to, i16x8.shr_u(v128.load(to), 1))
  }
  const first = load<u64>(line), last = load<u64>(samples - 8)
  for (let i: usize = 0; i < <usize>REACH << 3; i += 8) {
    store<u64>(line - 8 - i, first)
    store<u64>(samples + i, last)
  }
}

/** The blur along a row. */
function acrossRow(line: usize, target: usize, width: i32): void {
  const end = line + (<usize>width << 3)
  for (; line < end; line += 16, target += 16) {
    v128.store(target, blurred(
      v128.load(line),
      i16x8.add(v128.load(line - 8), v128.load(line, 8)),
      i16x8.add(v128.load(line - 16), v128.load(line, 16)),
      i16x8.add(v128.load(line - 24), v128.load(line, 24)),
    ))
  }
}

let ring: usize = 0
let ringStride: usize = 0
let lastRow: i32 = 0

/** The ring's row for row `y`, of the outermost one beyond the edges. */
// @ts-ignore: decorator
@inline function ringRow(y: i32): usize {
  return ring + <usize>(min(max(y, 0), lastRow) % RING_ROWS) * ringStride
}

/** The blur across rows, of the samples at `at` bytes of a row. */
// @ts-ignore: decorator
@inline function downRows(
  a: usize, b: usize, c: usize, centre: usize, d: usize, e: usize, f: usize, at: usize,
): v128 {
  return blurred(
    v128.load(centre + at),
    i16x8.add(v128.load(c + at), v128.load(d + at)),
    i16x8.add(v128.load(b + at), v128.load(e + at)),
    i16x8.add(v128.load(a + at), v128.load(f + at)),
  )
}

/** @param strength 2048 for 1 */
function sharpenOpaqueRow(row: usize, y: i32, width: i32, strength: i32): void {
  const a = ringRow(y - 3), b = ringRow(y - 2), c = ringRow(y - 1), centre = ringRow(y)
  const d = ringRow(y + 1), e = ringRow(y + 2), f = ringRow(y + 3)
  const factor = i16x8.splat(<i16>strength)
  const end = <usize>width << 3
  for (let at: usize = 0; at < end; at += 16, row += 8) {
    const levels = v128.load8x8_u(row)
    const blur = downRows(a, b, c, centre, d, e, f, at)
    const away = i16x8.sub(i16x8.shl(levels, SAMPLE_BITS), blur)
    // Three fraction bits are left: twice 1/64, times a sixteenth of the strength.
    const added = i16x8.q15mulr_sat_s(i16x8.add(away, away), factor)
    const sum = i16x8.add(i16x8.add(i16x8.shl(levels, 3), added), i16x8.splat(4))
    const whole = i16x8.shr_s(sum, 3)
    const bytes = i8x16.narrow_i16x8_u(whole, whole)
    if (at + 16 <= end) v128.store64_lane(row, bytes, 0)
    else v128.store32_lane(row, bytes, 0)
  }
}

/** The surroundings' colour is the mean of what is seen there, so that nothing comes in from transparent pixels. */
function sharpenAlphaRow(row: usize, y: i32, width: i32, amount: f32): void {
  const a = ringRow(y - 3), b = ringRow(y - 2), c = ringRow(y - 1), centre = ringRow(y)
  const d = ringRow(y + 1), e = ringRow(y + 2), f = ringRow(y + 3)
  const end = <usize>width << 3
  for (let at: usize = 0; at < end; at += 8, row += 4) {
    const pixel = load<u32>(row)
    if (pixel >>> 24 == 0) continue
    const blur = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(downRows(a, b, c, centre, d, e, f, at)))
    const alpha = max<f32>(1, f32x4.extract_lane(blur, 3))
    const around = f32x4.mul(blur, f32x4.splat(<f32>255 / alpha))
    const levels = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i32x4.splat(<i32>pixel))))
    const sum = f32x4.add(levels, f32x4.mul(f32x4.sub(levels, around), f32x4.splat(amount)))
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(sum))
    const narrow = i16x8.narrow_i32x4_s(whole, whole)
    const colours = <u32>i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0)
    store<u32>(row, (pixel & 0xff000000) | (colours & 0x00ffffff))
  }
}

/** Working memory of {@link sharpenRaster}, bytes. */
export function sharpenScratch(width: i32): usize {
  return <usize>RING_ROWS * strideOf(width) + <usize>align16((width + 2 * REACH) * 8) + <usize>(2 * SPARE)
}

/** @param scratch `sharpenScratch` bytes, at a multiple of 16; @param amount 0 to 10 */
export function sharpenRaster(
  raster: usize, width: i32, height: i32, amount: f32, isOpaque: bool, scratch: usize,
): void {
  ring = scratch
  ringStride = strideOf(width)
  lastRow = height - 1
  const line = scratch + <usize>RING_ROWS * ringStride + (<usize>REACH << 3)
  const stride = <usize>width << 2
  const strength = <i32>nearest<f32>(amount * 2048)
  for (let next = 0, y = 0; y < height; y++) {
    for (; next <= min(y + REACH, lastRow); next++) {
      widenRow(raster + <usize>next * stride, line, width, isOpaque)
      acrossRow(line, ringRow(next), width)
    }
    const row = raster + <usize>y * stride
    if (isOpaque) sharpenOpaqueRow(row, y, width, strength)
    else sharpenAlphaRow(row, y, width, amount)
  }
}

/** Whether alpha is 255 in all of `count` pixels. */
export function isOpaque(pixels: usize, count: i32): bool {
  const opaque = i32x4.splat(0xff000000)
  const groups = pixels + (<usize>(count & ~3) << 2), end = pixels + (<usize>count << 2)
  for (; pixels < groups; pixels += 16) {
    if (!i32x4.all_true(i32x4.ge_u(v128.load(pixels), opaque))) return false
  }
  for (; pixels < end; pixels += 4) if (load<u8>(pixels, 3) != 255) return false
  return true
}
