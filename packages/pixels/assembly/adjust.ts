// Brightness, contrast, gamma and saturation in one pass, in place, RGBA8 with straight alpha. Alpha is left alone.

// Weights of CSS filters, which browsers use for `saturate()`.
const RED: f32 = 0.213
const GREEN: f32 = 0.715
const BLUE: f32 = 0.072

/** Levels of four pixels' channel, looked up. `at` is the channel's byte of the first pixel. */
// @ts-ignore: decorator
@inline function curved(curve: usize, at: usize): v128 {
  let four = v128.load32_zero(curve + (<usize>load<u8>(at) << 2))
  four = v128.load32_lane(curve + (<usize>load<u8>(at, 4) << 2), four, 1)
  four = v128.load32_lane(curve + (<usize>load<u8>(at, 8) << 2), four, 2)
  return v128.load32_lane(curve + (<usize>load<u8>(at, 12) << 2), four, 3)
}

/** Rounded, and held to a byte. */
// @ts-ignore: decorator
@inline function toBytes(levels: v128): v128 {
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(levels))
  return i32x4.min_s(i32x4.max_s(whole, i32x4.splat(0)), i32x4.splat(255))
}

/** Four pixels at `at`, into a vector. */
// @ts-ignore: decorator
@inline function adjusted(at: usize, curve: usize, saturation: v128): v128 {
  const red = curved(curve, at), green = curved(curve, at + 1), blue = curved(curve, at + 2)
  const grey = f32x4.add(
    f32x4.add(f32x4.mul(red, f32x4.splat(RED)), f32x4.mul(green, f32x4.splat(GREEN))),
    f32x4.mul(blue, f32x4.splat(BLUE)),
  )
  const r = toBytes(f32x4.add(grey, f32x4.mul(f32x4.sub(red, grey), saturation)))
  const g = toBytes(f32x4.add(grey, f32x4.mul(f32x4.sub(green, grey), saturation)))
  const b = toBytes(f32x4.add(grey, f32x4.mul(f32x4.sub(blue, grey), saturation)))
  const alpha = v128.and(v128.load(at), i32x4.splat(0xff000000))
  return v128.or(v128.or(r, i32x4.shl(g, 8)), v128.or(i32x4.shl(b, 16), alpha))
}

/**
 * @param curve      256 × f32: what a level becomes, 0 to 255, before saturation
 * @param saturation factor of the distance from grey
 * @param spare      16 bytes for the last pixels
 */
export function adjustPixels(pixels: usize, count: i32, curve: usize, saturation: f32, spare: usize): void {
  const factor = f32x4.splat(saturation)
  const groups = pixels + (<usize>(count & ~3) << 2)
  for (; pixels < groups; pixels += 16) v128.store(pixels, adjusted(pixels, curve, factor))
  const rest = <usize>(count & 3) << 2
  memory.copy(spare, pixels, rest)
  v128.store(spare, adjusted(spare, curve, factor))
  memory.copy(pixels, spare, rest)
}

/** Where saturation stays. @param curve 256 × u8: what a level becomes */
export function adjustLevels(pixels: usize, count: i32, curve: usize): void {
  for (const end = pixels + (<usize>count << 2); pixels < end; pixels += 4) {
    const pixel = load<u32>(pixels)
    const red = <u32>load<u8>(curve + (pixel & 255))
    const green = <u32>load<u8>(curve + ((pixel >>> 8) & 255))
    const blue = <u32>load<u8>(curve + ((pixel >>> 16) & 255))
    store<u32>(pixels, (pixel & 0xff000000) | (blue << 16) | (green << 8) | red)
  }
}
