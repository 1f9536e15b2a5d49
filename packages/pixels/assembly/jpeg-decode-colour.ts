// Rows of resized planes → RGBA, at output size. ITU-T T.871 for YCbCr.

import { interleaveHigh16, interleaveLow16 } from './layout'
import { PLANE_BITS } from './resize-horizontal'

export const COLOUR_GREY: i32 = 0
export const COLOUR_YCC: i32 = 1
export const COLOUR_RGB: i32 = 2
/** Ink amounts, stored inverted as Adobe does. */
export const COLOUR_CMYK: i32 = 3
export const COLOUR_YCCK: i32 = 4

// The matrix, as fractions of 2^15 beside whole parts.
const CR_TO_RED_LESS_1: i16 = 13173 // 1.402
const CB_TO_BLUE_LESS_2: i16 = -7471 // 1.772
const CB_TO_GREEN: i16 = -11277 // -0.344136
const CR_TO_GREEN: i16 = -23401 // -0.714136

// @ts-ignore: decorator
@inline function times(a: v128, fraction: i16): v128 {
  return i16x8.q15mulr_sat_s(a, i16x8.splat(fraction))
}

// @ts-ignore: decorator
@inline function rounding(): v128 {
  return i16x8.shl(i16x8.splat(1), PLANE_BITS - 1)
}

/** Interleave four rows of eight 16-bit values, clamped to bytes, into eight pixels. */
// @ts-ignore: decorator
@inline function storePixels(target: usize, r: v128, g: v128, b: v128, a: v128): void {
  const rg = i8x16.narrow_i16x8_u(r, g), ba = i8x16.narrow_i16x8_u(b, a)
  const rgPairs = i8x16.shuffle(rg, rg, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)
  const baPairs = i8x16.shuffle(ba, ba, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)
  v128.store(target, interleaveLow16(rgPairs, baPairs))
  v128.store(target, interleaveHigh16(rgPairs, baPairs), 16)
}

/** Whole groups of eight pixels. */
export function greyToRgba(grey: usize, target: usize, pixels: i32): void {
  const half = rounding(), opaque = i16x8.splat(255)
  const end = grey + (<usize>pixels << 1)
  for (; grey < end; grey += 16, target += 32) {
    const v = i16x8.shr_s(i16x8.add_sat_s(v128.load(grey), half), PLANE_BITS)
    storePixels(target, v, v, v, opaque)
  }
}

export function rgbToRgba(red: usize, green: usize, blue: usize, target: usize, pixels: i32): void {
  const half = rounding(), opaque = i16x8.splat(255)
  const end = <usize>pixels << 1
  for (let at: usize = 0; at < end; at += 16, target += 32) {
    const r = i16x8.shr_s(i16x8.add_sat_s(v128.load(red + at), half), PLANE_BITS)
    const g = i16x8.shr_s(i16x8.add_sat_s(v128.load(green + at), half), PLANE_BITS)
    const b = i16x8.shr_s(i16x8.add_sat_s(v128.load(blue + at), half), PLANE_BITS)
    storePixels(target, r, g, b, opaque)
  }
}

export function yccToRgba(luma: usize, cb: usize, cr: usize, target: usize, pixels: i32): void {
  const half = rounding(), opaque = i16x8.splat(255)
  const middle = i16x8.shl(i16x8.splat(128), PLANE_BITS)
  const end = <usize>pixels << 1
  for (let at: usize = 0; at < end; at += 16, target += 32) {
    const y = i16x8.add(v128.load(luma + at), half)
    const b = i16x8.sub(v128.load(cb + at), middle), r = i16x8.sub(v128.load(cr + at), middle)
    const red = i16x8.add(i16x8.add(y, r), times(r, CR_TO_RED_LESS_1))
    const blue = i16x8.add(i16x8.add(y, i16x8.add(b, b)), times(b, CB_TO_BLUE_LESS_2))
    const green = i16x8.add(i16x8.add(y, times(b, CB_TO_GREEN)), times(r, CR_TO_GREEN))
    storePixels(
      target, i16x8.shr_s(red, PLANE_BITS), i16x8.shr_s(green, PLANE_BITS), i16x8.shr_s(blue, PLANE_BITS), opaque,
    )
  }
}

/** Put the samples of a fourth plane in place of the alpha of pixels made by `rgbToRgba` or `yccToRgba`. */
export function setFourth(plane: usize, target: usize, pixels: i32): void {
  for (let i = 0; i < pixels; i++, plane += 2, target += 4) {
    const value = (<i32>load<i16>(plane) + (1 << (PLANE_BITS - 1))) >> PLANE_BITS
    store<u8>(target, <u8>min(255, max(0, value)), 3)
  }
}

/** 255 - value, of all four channels. */
export function invertRow(row: usize, pixels: i32): void {
  for (let i = 0; i < pixels; i++, row += 4) store<u32>(row, ~load<u32>(row))
}

/** Ink-free amounts (255: no ink) → RGB: each colour times black. */
export function inkFreeToRgba(row: usize, pixels: i32): void {
  for (let i = 0; i < pixels; i++, row += 4) {
    const black = <u32>load<u8>(row, 3)
    store<u8>(row, scaleByte(<u32>load<u8>(row), black))
    store<u8>(row, scaleByte(<u32>load<u8>(row, 1), black), 1)
    store<u8>(row, scaleByte(<u32>load<u8>(row, 2), black), 2)
    store<u8>(row, 255, 3)
  }
}

/** a × b / 255, rounded. */
// @ts-ignore: decorator
@inline function scaleByte(a: u32, b: u32): u8 {
  const product = a * b + 128
  return <u8>((product + (product >> 8)) >> 8)
}
