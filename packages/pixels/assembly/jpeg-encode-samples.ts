// RGBA rows into strips of level-shifted samples (i8: sample − 128), ready for the forward DCT.
//
// A strip is one row of MCUs: 8 or 16 lines of luma, 8 lines of each chroma. Widths are padded to whole blocks by
// repeating the last pixel, lines below the picture by repeating the last row; both as T.81 A.2.4 advises.

// ITU-T T.871 (JFIF) weights × 2^15. Pairs of 16-bit factors meet pairs of samples in one dot product.
const LUMA_RG: i32 = (19235 << 16) | 9798
const LUMA_B1: i32 = (16384 << 16) | 3735 // the partner of blue is the rounding half
const CB_RG: i32 = (-10855 << 16) | (-5529 & 0xffff)
const CB_B: i32 = 16384
const CR_RG: i32 = (-13720 << 16) | 16384
const CR_B: i32 = -2664 & 0xffff

/** The last pixels of a row, widened to one whole group of 16 by repeating the last one: two rows of 64 bytes. */
const tail = memory.data(128, 16)

// @ts-ignore: decorator
@inline function interleaveLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)
}

// @ts-ignore: decorator
@inline function interleaveHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)
}

/** `Σ channel × weight >> shift` for eight pixels of 16-bit channels; `bias` is the partner of the last weight. */
// @ts-ignore: decorator
@inline function weigh(r: v128, g: v128, b: v128, rg: i32, b1: i32, bias: v128, shift: i32): v128 {
  const weightsRg = i32x4.splat(rg)
  const weightsB = i32x4.splat(b1)
  const low = i32x4.add(
    i32x4.dot_i16x8_s(interleaveLow(r, g), weightsRg),
    i32x4.dot_i16x8_s(interleaveLow(b, bias), weightsB),
  )
  const high = i32x4.add(
    i32x4.dot_i16x8_s(interleaveHigh(r, g), weightsRg),
    i32x4.dot_i16x8_s(interleaveHigh(b, bias), weightsB),
  )
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, shift), i32x4.shr_s(high, shift))
}

/** Sixteen luma samples, level-shifted. */
// @ts-ignore: decorator
@inline function luma16(r: v128, g: v128, b: v128): v128 {
  const one = i16x8.splat(1)
  const low = weigh(
    i16x8.extend_low_i8x16_u(r), i16x8.extend_low_i8x16_u(g), i16x8.extend_low_i8x16_u(b),
    LUMA_RG, LUMA_B1, one, 15,
  )
  const high = weigh(
    i16x8.extend_high_i8x16_u(r), i16x8.extend_high_i8x16_u(g), i16x8.extend_high_i8x16_u(b),
    LUMA_RG, LUMA_B1, one, 15,
  )
  // 0..255 as unsigned bytes; flipping the top bit subtracts 128.
  return v128.xor(i8x16.narrow_i16x8_u(low, high), i8x16.splat(-128))
}

/** Sixteen chroma samples at full resolution, centred on 0. */
// @ts-ignore: decorator
@inline function chroma16(r: v128, g: v128, b: v128, rg: i32, blue: i32): v128 {
  const half = i16x8.splat(1)
  const b1 = (16384 << 16) | blue
  const low = weigh(
    i16x8.extend_low_i8x16_u(r), i16x8.extend_low_i8x16_u(g), i16x8.extend_low_i8x16_u(b), rg, b1, half, 15,
  )
  const high = weigh(
    i16x8.extend_high_i8x16_u(r), i16x8.extend_high_i8x16_u(g), i16x8.extend_high_i8x16_u(b), rg, b1, half, 15,
  )
  return i8x16.narrow_i16x8_s(low, high)
}

/** Store eight chroma samples made of sums over 2x2 pixels: one rounding for average and conversion together. */
// @ts-ignore: decorator
@inline function storeChroma8(to: usize, r: v128, g: v128, b: v128, rg: i32, blue: i32): void {
  const wide = weigh(r, g, b, rg, (16384 << 16) | blue, i16x8.splat(4), 17)
  v128.store64_lane(to, i8x16.narrow_i16x8_s(wide, wide), 0)
}

// The channels of sixteen RGBA pixels, one byte each.
// @ts-ignore: decorator
@inline function redGreen(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29)
}

// @ts-ignore: decorator
@inline function blueTwice(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30)
}

// @ts-ignore: decorator
@inline function lowHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
}

// @ts-ignore: decorator
@inline function highHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
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
  const rg0 = redGreen(a0, a1), rg1 = redGreen(a2, a3)
  const r0 = lowHalves(rg0, rg1), g0 = highHalves(rg0, rg1), b0 = lowHalves(blueTwice(a0, a1), blueTwice(a2, a3))
  v128.store(y0, luma16(r0, g0, b0))
  const c0 = v128.load(below), c1 = v128.load(below, 16), c2 = v128.load(below, 32), c3 = v128.load(below, 48)
  const rg2 = redGreen(c0, c1), rg3 = redGreen(c2, c3)
  const r1 = lowHalves(rg2, rg3), g1 = highHalves(rg2, rg3), b1 = lowHalves(blueTwice(c0, c1), blueTwice(c2, c3))
  v128.store(y1, luma16(r1, g1, b1))
  const r = i16x8.add(i16x8.extadd_pairwise_i8x16_u(r0), i16x8.extadd_pairwise_i8x16_u(r1))
  const g = i16x8.add(i16x8.extadd_pairwise_i8x16_u(g0), i16x8.extadd_pairwise_i8x16_u(g1))
  const b = i16x8.add(i16x8.extadd_pairwise_i8x16_u(b0), i16x8.extadd_pairwise_i8x16_u(b1))
  storeChroma8(cb, r, g, b, CB_RG, CB_B)
  storeChroma8(cr, r, g, b, CR_RG, CR_B)
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
@inline function groupFull(from: usize, y: usize, cb: usize, cr: usize): void {
  const a0 = v128.load(from), a1 = v128.load(from, 16), a2 = v128.load(from, 32), a3 = v128.load(from, 48)
  const rg0 = redGreen(a0, a1), rg1 = redGreen(a2, a3)
  const r = lowHalves(rg0, rg1), g = highHalves(rg0, rg1), b = lowHalves(blueTwice(a0, a1), blueTwice(a2, a3))
  v128.store(y, luma16(r, g, b))
  v128.store(cb, chroma16(r, g, b, CB_RG, CB_B))
  v128.store(cr, chroma16(r, g, b, CR_RG, CR_B))
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
@inline function groupGrey(from: usize, y: usize): void {
  const low = redGreen(v128.load(from), v128.load(from, 16))
  const high = redGreen(v128.load(from, 32), v128.load(from, 48))
  v128.store(y, v128.xor(lowHalves(low, high), i8x16.splat(-128)))
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
