// One raster drawn onto another (RGBA8, straight alpha) by a Porter-Duff operator.

const OVER = 0
const IN = 1
const ATOP = 2
const OUT = 3
const XOR = 4
const LIGHTER = 5

// @ts-ignore: decorator
@inline function samples(pixel: u32): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i32x4.splat(<i32>pixel))))
}

/**
 * Draw `count` pixels of `overlay` onto those of `canvas`, in place.
 * @param operator 0 over, 1 in, 2 atop, 3 out, 4 xor, 5 lighter
 * @param opacity  of the overlay, 0–1
 */
export function compositeRow(canvas: usize, overlay: usize, count: i32, operator: i32, opacity: f32): void {
  for (let x = 0; x < count; x++, canvas += 4, overlay += 4) {
    const above = load<u32>(overlay)
    const below = load<u32>(canvas)
    const a = <f32>(above >>> 24) * opacity / 255
    const b = <f32>(below >>> 24) / 255
    if (operator == OVER) {
      if (a == 0) continue
      if (a == 1) {
        store<u32>(canvas, above)
        continue
      }
    }
    // How much of each is kept.
    const keptAbove: f32 = operator == IN || operator == ATOP ? b : operator == OUT || operator == XOR ? 1 - b : 1
    const keptBelow: f32 = operator == IN || operator == OUT ? 0 : operator == LIGHTER ? 1 : 1 - a
    const shareAbove = a * keptAbove
    const shareBelow = b * keptBelow
    const alpha = Mathf.min(1, shareAbove + shareBelow)
    if (alpha == 0) {
      store<u32>(canvas, 0)
      continue
    }
    const mixed = f32x4.mul(
      f32x4.add(f32x4.mul(samples(above), f32x4.splat(shareAbove)), f32x4.mul(samples(below), f32x4.splat(shareBelow))),
      f32x4.splat(1 / alpha),
    )
    const rounded = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.replace_lane(mixed, 3, alpha * 255), f32x4.splat(0.5)))
    const shorts = i16x8.narrow_i32x4_s(rounded, rounded)
    store<u32>(canvas, <u32>i32x4.extract_lane(i8x16.narrow_i16x8_u(shorts, shorts), 0))
  }
}
