// Alpha is multiplied in before filtering, so that the colour of transparent pixels never bleeds into their neighbours.

/** Straight RGBA → premultiplied 16-bit samples with PREMULTIPLIED_BITS fraction bits; the alpha sample is scaled alike. */
export function premultiplyRow(source: usize, target: usize, pixels: i32): void {
  const pairs = source + (<usize>(pixels & ~1) << 2)
  for (; source < pairs; source += 8, target += 16) {
    v128.store(target, premultiply(v128.load64_zero(source)))
  }
  if (pixels & 1) v128.store64_lane(target, premultiply(v128.load32_zero(source)), 0)
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
