// RGBA rows into strips of level-shifted samples (i8: sample − 128), ready for the forward DCT.
//
// A strip is one row of MCUs: 8 or 16 lines of luma, 8 lines of each chroma. Widths are padded to whole blocks by
// repeating the last pixel, lines below the picture by repeating the last row; both as T.81 A.2.4 advises.

// ITU-T T.871 (JFIF) weights × 2^15, paired as pixels are: red with blue, green with alpha, which counts for nothing.
const LUMA_RB: i32 = (3735 << 16) | 9798
const LUMA_G: i32 = 19235
const CB_RB: i32 = (16384 << 16) | (-5529 & 0xffff)
const CB_G: i32 = -10855 & 0xffff
const CR_RB: i32 = (-2664 << 16) | 16384
const CR_G: i32 = -13720 & 0xffff
/** Half a level, and for luma the level shift too. */
const HALF: i32 = 1 << 14
const LUMA_BIAS: i32 = HALF - (128 << 15)

/** The last pixels of a row, widened to one whole group of 16 by repeating the last one: two rows of 64 bytes. */
const tail = memory.data(128, 16)

/** Red and blue of four pixels, 16 bits each. */
// @ts-ignore: decorator
@inline function redBlue(pixels: v128): v128 {
  return v128.and(pixels, i32x4.splat(0x00ff00ff))
}

/** Green and alpha of four pixels, 16 bits each. */
// @ts-ignore: decorator
@inline function greenAlpha(pixels: v128): v128 {
  return i16x8.shr_u(pixels, 8)
}

/** `(Σ channel × weight + bias) >> shift` of four pixels. */
// @ts-ignore: decorator
@inline function weigh(rb: v128, ga: v128, weightsRb: i32, weightG: i32, bias: i32, shift: i32): v128 {
  const sum = i32x4.add(i32x4.dot_i16x8_s(rb, i32x4.splat(weightsRb)), i32x4.dot_i16x8_s(ga, i32x4.splat(weightG)))
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(bias)), shift)
}

/** Sixteen samples of one kind, as bytes. */
// @ts-ignore: decorator
@inline function packed(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))
}

// @ts-ignore: decorator
@inline function luma4(pixels: v128): v128 {
  return weigh(redBlue(pixels), greenAlpha(pixels), LUMA_RB, LUMA_G, LUMA_BIAS, 15)
}

/** Sums of neighbouring pairs: eight columns of two channels in, four out. */
// @ts-ignore: decorator
@inline function pairs(a: v128, b: v128): v128 {
  const even = i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
  const odd = i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
  return i16x8.add(even, odd)
}

/** Copy the `count` (1..15) pixels at `from` into a whole group, repeating the last one. */
function widen(from: usize, count: i32, to: usize): void {
  memory.copy(to, from, usize(count) << 2)
  const last = load<u32>(from + (usize(count - 1) << 2))
  for (let i = count; i < 16; i++) store<u32>(to + (usize(i) << 2), last)
}

/** Sixteen pixels of two rows into 2x16 luma and 8+8 chroma samples. */
// @ts-ignore: decorator
@inline function groupHalved(above: usize, below: usize, y0: usize, y1: usize, cb: usize, cr: usize): void {
  const a0 = v128.load(above), a1 = v128.load(above, 16), a2 = v128.load(above, 32), a3 = v128.load(above, 48)
  const b0 = v128.load(below), b1 = v128.load(below, 16), b2 = v128.load(below, 32), b3 = v128.load(below, 48)
  v128.store(y0, packed(luma4(a0), luma4(a1), luma4(a2), luma4(a3)))
  v128.store(y1, packed(luma4(b0), luma4(b1), luma4(b2), luma4(b3)))
  // Chroma of sums over 2x2 pixels: one rounding for average and conversion together.
  const rb0 = pairs(i16x8.add(redBlue(a0), redBlue(b0)), i16x8.add(redBlue(a1), redBlue(b1)))
  const rb1 = pairs(i16x8.add(redBlue(a2), redBlue(b2)), i16x8.add(redBlue(a3), redBlue(b3)))
  const ga0 = pairs(i16x8.add(greenAlpha(a0), greenAlpha(b0)), i16x8.add(greenAlpha(a1), greenAlpha(b1)))
  const ga1 = pairs(i16x8.add(greenAlpha(a2), greenAlpha(b2)), i16x8.add(greenAlpha(a3), greenAlpha(b3)))
  const blue0 = weigh(rb0, ga0, CB_RB, CB_G, HALF << 2, 17), blue1 = weigh(rb1, ga1, CB_RB, CB_G, HALF << 2, 17)
  const red0 = weigh(rb0, ga0, CR_RB, CR_G, HALF << 2, 17), red1 = weigh(rb1, ga1, CR_RB, CR_G, HALF << 2, 17)
  const chroma = packed(blue0, blue1, red0, red1)
  v128.store64_lane(cb, chroma, 0)
  v128.store64_lane(cr, chroma, 1)
}

/** Two rows for 4:2:0. `y0`, `y1`, `cb`, `cr` take whole groups: 16 luma and 8 chroma samples for each 16 pixels begun. */
export function samplesHalved(above: usize, below: usize, width: i32, y0: usize, y1: usize, cb: usize, cr: usize): void {
  const whole = width & ~15
  for (let x = 0; x < whole; x += 16) {
    groupHalved(above + (x << 2), below + (x << 2), y0 + x, y1 + x, cb + (x >> 1), cr + (x >> 1))
  }
  if (whole < width) {
    widen(above + (whole << 2), width - whole, tail)
    widen(below + (whole << 2), width - whole, tail + 64)
    groupHalved(tail, tail + 64, y0 + whole, y1 + whole, cb + (whole >> 1), cr + (whole >> 1))
  }
}

// @ts-ignore: decorator
@inline function cb4(pixels: v128): v128 {
  return weigh(redBlue(pixels), greenAlpha(pixels), CB_RB, CB_G, HALF, 15)
}

// @ts-ignore: decorator
@inline function cr4(pixels: v128): v128 {
  return weigh(redBlue(pixels), greenAlpha(pixels), CR_RB, CR_G, HALF, 15)
}

// @ts-ignore: decorator
@inline function groupFull(from: usize, y: usize, cb: usize, cr: usize): void {
  const a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48)
  v128.store(y, packed(luma4(a), luma4(b), luma4(c), luma4(d)))
  v128.store(cb, packed(cb4(a), cb4(b), cb4(c), cb4(d)))
  v128.store(cr, packed(cr4(a), cr4(b), cr4(c), cr4(d)))
}

/** One row for 4:4:4, whole groups of 16 samples in each plane. */
export function samplesFull(from: usize, width: i32, y: usize, cb: usize, cr: usize): void {
  const whole = width & ~15
  for (let x = 0; x < whole; x += 16) groupFull(from + (x << 2), y + x, cb + x, cr + x)
  if (whole < width) {
    widen(from + (whole << 2), width - whole, tail)
    groupFull(tail, y + whole, cb + whole, cr + whole)
  }
}

// @ts-ignore: decorator
@inline function red4(from: usize): v128 {
  return i32x4.sub(v128.and(v128.load(from), i32x4.splat(255)), i32x4.splat(128))
}

// @ts-ignore: decorator
@inline function groupGrey(from: usize, y: usize): void {
  v128.store(y, packed(red4(from), red4(from + 16), red4(from + 32), red4(from + 48)))
}

/** One row of a picture whose channels are equal: red is the luma. */
export function samplesGrey(from: usize, width: i32, y: usize): void {
  const whole = width & ~15
  for (let x = 0; x < whole; x += 16) groupGrey(from + (x << 2), y + x)
  if (whole < width) {
    widen(from + (whole << 2), width - whole, tail)
    groupGrey(tail, y + whole)
  }
}

/** True when red, green and blue are equal in each of the `count` RGBA pixels at `from`. */
export function isGreyRow(from: usize, count: i32): bool {
  let different = i32x4.splat(0)
  let x = 0
  for (; x + 4 <= count; x += 4) {
    const pixels = v128.load(from + (usize(x) << 2))
    different = v128.or(different, v128.xor(pixels, i32x4.shr_u(pixels, 8)))
  }
  let rest: u32 = 0
  for (; x < count; x++) {
    const pixel = load<u32>(from + (usize(x) << 2))
    rest |= pixel ^ (pixel >> 8)
  }
  return !v128.any_true(v128.and(different, i32x4.splat(0xffff))) && (rest & 0xffff) == 0
}
