// Colours of matrix and grey profiles to sRGB, in place, RGBA8.

/** Steps of the encoding table: it is entered with the square root of light, which spreads its dark end. */
const ENCODE_STEPS: f32 = 4096.0

/**
 * Convert `count` pixels of a row.
 * @param columns for red, green and blue 256 × f32x4 each: light of the level times its column of the matrix
 * @param encode 4097 × u8: sRGB level of light (index / 4096)²
 */
export function colourMatrixRow(row: usize, count: i32, columns: usize, encode: usize): void {
  const zero = f32x4.splat(0.0)
  const one = f32x4.splat(1.0)
  const steps = f32x4.splat(ENCODE_STEPS)
  const half = f32x4.splat(0.5)
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const pixel = load<u32>(row)
    const red = v128.load(columns + ((pixel & 255) << 4))
    const green = v128.load(columns + ((pixel >>> 4) & 0xff0), 4096)
    const blue = v128.load(columns + ((pixel >>> 12) & 0xff0), 8192)
    const light = f32x4.min(f32x4.max(f32x4.add(f32x4.add(red, green), blue), zero), one)
    const entry = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(f32x4.sqrt(light), steps), half))
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
