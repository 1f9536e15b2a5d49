// Alpha is multiplied in before filtering, so that the colour of transparent pixels never bleeds into their neighbours.

/** Straight RGBA → premultiplied 16-bit samples with PREMULTIPLIED_BITS fraction bits; the alpha sample is scaled alike. */
export function premultiplyRow(source: usize, target: usize, pixels: i32): void {
  const pairs = source + (<usize>(pixels & ~1) << 2)
  for (; source < pairs; source += 8, target += 16) {
    v128.store(target, premultiply(v128.load64_zero(source)))
  }
  if (pixels & 1) v128.store64_lane(target, premultiply(v128.load32_zero(source)), 0)
}

/** Copy straight RGBA as it is. @returns whether alpha is 255 throughout */
export function copyOpaqueRow(source: usize, target: usize, pixels: i32): bool {
  const groups = source + (<usize>(pixels & ~3) << 2)
  const end = source + (<usize>pixels << 2)
  let all = i32x4.splat(-1)
  for (; source < groups; source += 16, target += 16) {
    const four = v128.load(source)
    v128.store(target, four)
    all = v128.and(all, four)
  }
  for (; source < end; source += 4, target += 4) {
    const one = load<u32>(source)
    store<u32>(target, one)
    all = v128.and(all, i32x4.splat(<i32>one))
  }
  return i32x4.all_true(i32x4.eq(i32x4.shr_u(all, 24), i32x4.splat(255)))
}

/** Two pixels: colour × alpha / 255, alpha × 1, all << 7. */
// @ts-ignore: decorator
@inline function premultiply(pixels: v128): v128 {
  const samples = i16x8.extend_low_i8x16_u(pixels)
  const alpha = i16x8.shuffle(samples, samples, 3, 3, 3, 3, 7, 7, 7, 7)
  // alpha / 255 as a fraction of 2^15: 255 gives 32767, which the rounding multiply below takes for one.
  const fraction = i16x8.add(i16x8.shl(alpha, 7), i16x8.shr_u(alpha, 1))
  const one = i16x8(0, 0, 0, 32767, 0, 0, 0, 32767)
  const isAlpha = i16x8(0, 0, 0, -1, 0, 0, 0, -1)
  return i16x8.q15mulr_sat_s(i16x8.shl(samples, 7), v128.bitselect(one, fraction, isAlpha))
}
