// A raster (RGBA8, straight alpha) over a colour.

/** `value × share / 255`, rounded, for eight 16-bit lanes of bytes. */
// @ts-ignore: decorator
@inline function overFull(product: v128): v128 {
  const rounded = i16x8.add(product, i16x8.splat(128))
  return i16x8.shr_u(i16x8.add(rounded, i16x8.shr_u(rounded, 8)), 8)
}

/** Two pixels (16-bit lanes) over the background; `background` repeats its colour with alpha 255. */
// @ts-ignore: decorator
@inline function blended(pixels: v128, background: v128): v128 {
  const alpha = i8x16.shuffle(pixels, pixels, 6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15)
  const paper = i16x8.sub(i16x8.splat(255), alpha)
  // One rounding for both products together; their sum is at most 255 × 255.
  return overFull(i16x8.add(i16x8.mul(pixels, alpha), i16x8.mul(background, paper)))
}

/** Lay `count` pixels over an opaque colour in place; all become opaque. `colour` is 0xBBGGRR. */
export function flattenRow(row: usize, count: i32, colour: u32): void {
  const background = i16x8.extend_low_i8x16_u(i32x4.splat(colour & 0xffffff))
  const opaque = i32x4.splat(0xff000000)
  let x = 0
  for (; x + 4 <= count; x += 4) {
    const at = row + (usize(x) << 2)
    const pixels = v128.load(at)
    if (i32x4.all_true(i32x4.eq(v128.and(pixels, opaque), opaque))) continue
    const low = blended(i16x8.extend_low_i8x16_u(pixels), background)
    const high = blended(i16x8.extend_high_i8x16_u(pixels), background)
    v128.store(at, v128.or(i8x16.narrow_i16x8_u(low, high), opaque))
  }
  for (; x < count; x++) {
    const at = row + (usize(x) << 2)
    const low = blended(i16x8.extend_low_i8x16_u(v128.load32_zero(at)), background)
    v128.store32_lane(at, v128.or(i8x16.narrow_i16x8_u(low, low), opaque), 0)
  }
}
