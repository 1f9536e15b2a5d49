// A wide blur of a picture without transparency: halve it a few times, blur what is left, and double it again. Every step
// is a smooth filter of its own, and what they blur together is taken off the Gaussian in the middle.
//
//   raster ─► halves (2×2 means, then 1 3 3 1) ─► Gaussian, in place ─► doubles (1 3) ─► raster
//
// Levels between hold 16-bit samples with SAMPLE_BITS fraction bits, packed; beyond the edges the outermost pixels repeat.

import { highHalves, lowHalves } from './layout'

const SAMPLE_BITS: i32 = 6
/** A pixel of a level. */
const PIXEL: usize = 8

/** Three parts `near`, one part `far`. */
// @ts-ignore: decorator
@inline function mixed(near: v128, far: v128): v128 {
  return i16x8.avgr_u(near, i16x8.avgr_u(near, far))
}

/** A pixel of the raster, 16 bits a sample. */
// @ts-ignore: decorator
@inline function wide(at: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load32_zero(at))
}

/** The place of column or row `index`, of the outermost one beyond the edges. */
// @ts-ignore: decorator
@inline function inside(index: i32, size: i32): usize {
  return <usize>min(max(index, 0), size - 1)
}

/** The mean of two columns of two rows, in the units of a level. */
// @ts-ignore: decorator
@inline function meanOf(upper: usize, lower: usize, column: usize, next: usize): v128 {
  const first = i16x8.add(wide(upper + (column << 2)), wide(lower + (column << 2)))
  const second = i16x8.add(wide(upper + (next << 2)), wide(lower + (next << 2)))
  return i16x8.shl(i16x8.add(first, second), SAMPLE_BITS - 2)
}

/**
 * Means of 2×2 pixels of the raster, continued by `pad` pixels (an even number) of its edges on each side, so that what
 * repeats beyond the edge of a small level is the edge alone. `to` holds half as many pixels a side, rounded up, and 16 bytes.
 */
export function blurHalveRaster(raster: usize, width: i32, height: i32, pad: i32, to: usize): void {
  const stride = <usize>width << 2, half = (width + 2 * pad + 1) >> 1
  const lastY = height + pad
  for (let y = -pad; y < lastY; y += 2) {
    const upper = raster + inside(y, height) * stride, lower = raster + inside(y + 1, height) * stride
    const edge = meanOf(upper, lower, 0, 0)
    let x = 0
    for (; x < pad >> 1; x++, to += PIXEL) v128.store64_lane(to, edge, 0)
    let column = 0
    for (; column + 4 <= width; column += 4, x += 2, to += 2 * PIXEL) {
      const a = v128.load(upper + (<usize>column << 2)), b = v128.load(lower + (<usize>column << 2))
      const left = i16x8.add(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b))
      const right = i16x8.add(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b))
      v128.store(to, i16x8.shl(i16x8.add(lowHalves(left, right), highHalves(left, right)), SAMPLE_BITS - 2))
    }
    for (; x < half; x++, column += 2, to += PIXEL) {
      v128.store64_lane(to, meanOf(upper, lower, inside(column, width), inside(column + 1, width)), 0)
    }
  }
}

/** Repeat the outermost pixels of a line of `width` pixels, `count` on each side. */
function repeatEnds(line: usize, width: i32, count: usize): void {
  const end = line + <usize>width * PIXEL
  const first = load<u64>(line), last = load<u64>(end - PIXEL)
  for (let i: usize = 0; i < count * PIXEL; i += PIXEL) {
    store<u64>(line - PIXEL - i, first)
    store<u64>(end + i, last)
  }
}

/** The next level: 1 3 3 1 both ways. @param line room for a line with two pixels on each side, past those on its left */
export function blurHalveLevel(from: usize, width: i32, height: i32, to: usize, line: usize): void {
  const stride = <usize>width * PIXEL, half = (width + 1) >> 1, last = height - 1
  for (let y = 0; y < height; y += 2) {
    const a = from + <usize>max(y - 1, 0) * stride, b = from + <usize>y * stride
    const c = from + <usize>min(y + 1, last) * stride, d = from + <usize>min(y + 2, last) * stride
    for (let at: usize = 0; at < stride; at += 16) {
      const upper = mixed(v128.load(b + at), v128.load(a + at))
      v128.store(line + at, i16x8.avgr_u(upper, mixed(v128.load(c + at), v128.load(d + at))))
    }
    repeatEnds(line, width, 2)
    let at = line - PIXEL
    for (let x = 0; x < half; x++, at += 2 * PIXEL, to += PIXEL) {
      const left = v128.load(at), right = v128.load(at + 2 * PIXEL)
      const near = i64x2.shuffle(left, right, 1, 2), far = i64x2.shuffle(left, right, 0, 3)
      const both = mixed(near, far)
      v128.store64_lane(to, i16x8.avgr_u(both, highHalves(both, both)), 0)
    }
  }
}

/** Row `y` of the doubled level, along columns only, with an end repeated on each side. */
// @ts-ignore: decorator
@inline function doubleDown(from: usize, width: i32, height: i32, y: i32, line: usize): void {
  const stride = <usize>width * PIXEL, row = y >> 1
  const near = from + <usize>row * stride
  const far = from + <usize>(y & 1 ? min(row + 1, height - 1) : max(row - 1, 0)) * stride
  for (let at: usize = 0; at < stride; at += 16) {
    v128.store(line + at, mixed(v128.load(near + at), v128.load(far + at)))
  }
  repeatEnds(line, width, 2)
}

/** Back to the level before, of `outWidth` × `outHeight` pixels and 32 bytes. */
export function blurDoubleLevel(
  from: usize, width: i32, height: i32, to: usize, outWidth: i32, outHeight: i32, line: usize,
): void {
  const end = line + <usize>width * PIXEL
  for (let y = 0; y < outHeight; y++) {
    doubleDown(from, width, height, y, line)
    let target = to + <usize>y * (<usize>outWidth * PIXEL)
    for (let at = line; at < end; at += 16, target += 32) {
      const centre = v128.load(at)
      const even = mixed(centre, v128.load(at - PIXEL)), odd = mixed(centre, v128.load(at, PIXEL))
      v128.store(target, lowHalves(even, odd))
      v128.store(target, highHalves(even, odd), 16)
    }
  }
}

/** Back to the raster, without what it was continued by. @param spare room for one of its rows, and 16 bytes: the last one must not be written beyond */
export function blurDoubleRaster(
  from: usize, width: i32, height: i32, raster: usize, outWidth: i32, outHeight: i32, pad: i32, line: usize,
  spare: usize,
): void {
  const start = line + <usize>(pad >> 1) * PIXEL, end = start + <usize>((outWidth + 1) >> 1) * PIXEL
  const half = i16x8.splat(32) // in units of 1 / 64
  const stride = <usize>outWidth << 2
  for (let y = 0; y < outHeight; y++) {
    doubleDown(from, width, height, y + pad, line)
    const row = raster + <usize>y * stride
    let target = y == outHeight - 1 ? spare : row
    for (let at = start; at < end; at += 16, target += 16) {
      const centre = v128.load(at)
      const even = i16x8.add(mixed(centre, v128.load(at - PIXEL)), half)
      const odd = i16x8.add(mixed(centre, v128.load(at, PIXEL)), half)
      v128.store(target, i8x16.narrow_i16x8_u(
        i16x8.shr_u(lowHalves(even, odd), SAMPLE_BITS), i16x8.shr_u(highHalves(even, odd), SAMPLE_BITS),
      ))
    }
  }
  memory.copy(raster + <usize>(outHeight - 1) * stride, spare, stride)
}

/** A Gaussian's wings: built of differences, so that an even area stays exactly what it is. */
// @ts-ignore: decorator
@inline function winged(centre: v128, sum: v128, pair: v128, weight: usize): v128 {
  const apart = i16x8.sub(pair, i16x8.add(centre, centre))
  return i16x8.add(sum, i16x8.q15mulr_sat_s(apart, v128.load16_splat(weight)))
}

/**
 * Blur a level in place.
 * @param weights `reach` × i16, of the neighbours, nearest first, in units of 1 / 32768
 * @param line    room for a line with `reach` pixels on each side, past those on its left
 * @param ring    room for 2 × `reach` + 1 rows, and 16 bytes
 */
export function blurLevel(
  level: usize, width: i32, height: i32, weights: usize, reach: i32, line: usize, ring: usize,
): void {
  const stride = <usize>width * PIXEL, rows = 2 * reach + 1
  const wings = <usize>reach << 1
  for (let next = 0, y = 0; y < height; y++) {
    for (; next <= min(y + reach, height - 1); next++) {
      memory.copy(line, level + <usize>next * stride, stride)
      repeatEnds(line, width, <usize>reach)
      const target = ring + <usize>(next % rows) * stride
      for (let at: usize = 0; at < stride; at += 16) {
        const centre = v128.load(line + at)
        let sum = centre, away = PIXEL
        for (let weight = weights; weight < weights + wings; weight += 2, away += PIXEL) {
          sum = winged(centre, sum, i16x8.add(v128.load(line + at - away), v128.load(line + at + away)), weight)
        }
        if (at + 16 <= stride) v128.store(target + at, sum)
        else v128.store64_lane(target + at, sum, 0)
      }
    }
    const row = level + <usize>y * stride, centreRow = ring + <usize>(y % rows) * stride
    for (let at: usize = 0; at < stride; at += 16) {
      const centre = v128.load(centreRow + at)
      let sum = centre
      for (let i = 1; i <= reach; i++) {
        const above = ring + <usize>(max(y - i, 0) % rows) * stride
        const below = ring + <usize>(min(y + i, height - 1) % rows) * stride
        const pair = i16x8.add(v128.load(above + at), v128.load(below + at))
        sum = winged(centre, sum, pair, weights + (<usize>(i - 1) << 1))
      }
      if (at + 16 <= stride) v128.store(row + at, sum)
      else v128.store64_lane(row + at, sum, 0)
    }
  }
}
