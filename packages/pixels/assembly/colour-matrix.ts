// Colours of matrix and grey profiles to sRGB, in place, RGBA8.

/** Steps of the encoding table: it is entered with the square root of light, which spreads its dark end. */
const ENCODE_STEPS: f32 = 4096.0
/** Adding 2^23 leaves the integer nearest to a small positive number in the low bits: cheaper than converting. */
const TO_INTEGER: f32 = 8388608.0
const INTEGER_BITS: i32 = 0x1fff

/**
 * Convert `count` pixels of a row.
 * @param columns for red, green and blue 256 × f32x4 each: light of the level times its column of the matrix
 * @param encode 4097 × u8: sRGB level of light (index / 4096)²
 */
export function colourMatrixRow(row: usize, count: i32, columns: usize, encode: usize): void {
  const zero = f32x4.splat(0.0)
  const one = f32x4.splat(1.0)
  const steps = f32x4.splat(ENCODE_STEPS)
  const toInteger = f32x4.splat(TO_INTEGER)
  const integerBits = i32x4.splat(INTEGER_BITS)
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const pixel = load<u32>(row)
    const red = v128.load(columns + ((pixel & 255) << 4))
    const green = v128.load(columns + ((pixel >>> 4) & 0xff0), 4096)
    const blue = v128.load(columns + ((pixel >>> 12) & 0xff0), 8192)
    // Not min and max: those also order NaN and signed zero, which do not occur here, at several times the cost.
    const light = f32x4.pmin(one, f32x4.pmax(zero, f32x4.add(f32x4.add(red, green), blue)))
    const entry = v128.and(f32x4.add(f32x4.mul(f32x4.sqrt(light), steps), toInteger), integerBits)
    store<u8>(row, load<u8>(encode + i32x4.extract_lane(entry, 0)))
    store<u8>(row, load<u8>(encode + i32x4.extract_lane(entry, 1)), 1)
    store<u8>(row, load<u8>(encode + i32x4.extract_lane(entry, 2)), 2)
  }
}

/** Convert `count` pixels whose channels are equal: `levels` is 256 × u8. */
export function colourGreyRow(row: usize, count: i32, levels: usize): void {
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const level = <u32>load<u8>(levels + usize(load<u8>(row)))
    store<u32>(row, (load<u32>(row) & 0xff000000) | (level * 0x010101))
  }
}
