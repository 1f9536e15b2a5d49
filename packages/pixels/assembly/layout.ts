// Lane shuffles shared by every SIMD file: two vectors interleaved by elements of 8, 16, 32 or 64 bits.

/** Round `size` up to the next multiple of 16, the width of one vector. */
// @ts-ignore: decorator
@inline export function align16(size: i32): i32 {
  return (size + 15) & ~15
}

// @ts-ignore: decorator
@inline export function interleaveLow8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}

// @ts-ignore: decorator
@inline export function interleaveHigh8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}

// @ts-ignore: decorator
@inline export function interleaveLow16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}

// @ts-ignore: decorator
@inline export function interleaveHigh16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
}

// @ts-ignore: decorator
@inline export function interleaveLow32(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 0, 4, 1, 5)
}

// @ts-ignore: decorator
@inline export function interleaveHigh32(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 2, 6, 3, 7)
}

// @ts-ignore: decorator
@inline export function lowHalves(a: v128, b: v128): v128 {
  return i64x2.shuffle(a, b, 0, 2)
}

// @ts-ignore: decorator
@inline export function highHalves(a: v128, b: v128): v128 {
  return i64x2.shuffle(a, b, 1, 3)
}
