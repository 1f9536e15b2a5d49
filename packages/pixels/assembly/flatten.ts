// A raster (RGBA8, straight alpha) over a colour, opaque or not.

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

/** The four bytes of a pixel, 32 bits each. */
// @ts-ignore: decorator
@inline function wide(pixel: u32): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i32x4.splat(<i32>pixel)))
}

/**
 * Lay `count` pixels over a translucent colour, 0xAABBGGRR, in place: alpha becomes α + (1 − α) × background's, and the
 * colours weigh in by what each adds to it.
 */
export function underlayRow(row: usize, count: i32, colour: u32): void {
  const backgroundAlpha: f32 = <f32>(colour >>> 24) * <f32>(1.0 / 255.0)
  const background = f32x4.convert_i32x4_u(wide(colour))
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const pixel = load<u32>(row)
    if (pixel >>> 24 == 255) continue
    const alpha: f32 = <f32>(pixel >>> 24) * <f32>(1.0 / 255.0)
    const below: f32 = (<f32>1.0 - alpha) * backgroundAlpha
    const both: f32 = alpha + below
    if (both == 0) continue
    const samples = f32x4.convert_i32x4_u(wide(pixel))
    const sum = f32x4.add(f32x4.mul(samples, f32x4.splat(alpha)), f32x4.mul(background, f32x4.splat(below)))
    const straight = f32x4.replace_lane(f32x4.div(sum, f32x4.splat(both)), 3, both * <f32>255)
    const rounded = i32x4.trunc_sat_f32x4_s(f32x4.nearest(straight))
    const narrow = i16x8.narrow_i32x4_s(rounded, rounded)
    v128.store32_lane(row, i8x16.narrow_i16x8_u(narrow, narrow), 0)
  }
}
