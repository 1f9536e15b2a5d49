// Most coefficients are zero: loops walk a mask of those that are not.

/** Which of a block's 64 coefficients (i16) are nonzero, bit k for the one at position k. */
// @ts-ignore: decorator
@inline export function nonzeroMask(block: usize): u64 {
  const low = quarterMask(block) | (quarterMask(block + 32) << 16)
  return low | (quarterMask(block + 64) << 32) | (quarterMask(block + 96) << 48)
}

// @ts-ignore: decorator
@inline function quarterMask(at: usize): u64 {
  const bytes = i8x16.narrow_i16x8_s(v128.load(at), v128.load(at, 16)) // saturation keeps nonzero nonzero
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0))) ^ 0xffff)
}
