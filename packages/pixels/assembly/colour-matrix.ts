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

/** Steps of the tables for 16-bit samples, and the bytes of one channel: an entry for each end, and one beyond. */
const STEPS_16: i32 = 4096
const CHANNEL_BYTES_16: usize = (STEPS_16 + 2) * 16

/** Between the entries on both sides of a big-endian 16-bit sample. */
// @ts-ignore: decorator
@inline function lightOf16(from: usize, channel: usize): v128 {
  const sample = <u32>bswap<u16>(load<u16>(from))
  const at = sample + (sample >> 15) // 0 to 65536
  const entry = channel + <usize>((at >> 4) << 4)
  const low = v128.load(entry), high = v128.load(entry, 16)
  return f32x4.add(low, f32x4.mul(f32x4.sub(high, low), f32x4.splat(<f32>(at & 15) * (1.0 / 16.0))))
}

/**
 * Convert `count` pixels of 16-bit samples, big-endian, to RGBA8.
 * @param samples in a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
 * @param columns as for `colourMatrixRow`, but 4098 entries a channel, of which the last is never reached; a grey
 *   picture has one channel
 * @param encode as for `colourMatrixRow`
 */
export function colourMatrixRow16(
  to: usize, from: usize, count: usize, samples: u32, columns: usize, encode: usize,
): void {
  const zero = f32x4.splat(0.0)
  const one = f32x4.splat(1.0)
  const steps = f32x4.splat(ENCODE_STEPS)
  const toInteger = f32x4.splat(TO_INTEGER)
  const integerBits = i32x4.splat(INTEGER_BITS)
  const pixelBytes = <usize>samples << 1
  const isGrey = samples < 3, hasAlpha = (samples & 1) == 0
  for (const end = to + (count << 2); to < end; to += 4, from += pixelBytes) {
    let sum = lightOf16(from, columns)
    if (!isGrey) {
      sum = f32x4.add(sum, lightOf16(from + 2, columns + CHANNEL_BYTES_16))
      sum = f32x4.add(sum, lightOf16(from + 4, columns + 2 * CHANNEL_BYTES_16))
    }
    const light = f32x4.pmin(one, f32x4.pmax(zero, sum))
    const entry = v128.and(f32x4.add(f32x4.mul(f32x4.sqrt(light), steps), toInteger), integerBits)
    store<u8>(to, load<u8>(encode + i32x4.extract_lane(entry, 0)))
    store<u8>(to, load<u8>(encode + i32x4.extract_lane(entry, 1)), 1)
    store<u8>(to, load<u8>(encode + i32x4.extract_lane(entry, 2)), 2)
    store<u8>(to, hasAlpha ? load<u8>(from + pixelBytes - 2) : 255, 3)
  }
}

/** Convert `count` pixels whose channels are equal: `levels` is 256 × u8. */
export function colourGreyRow(row: usize, count: i32, levels: usize): void {
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const level = <u32>load<u8>(levels + usize(load<u8>(row)))
    store<u32>(row, (load<u32>(row) & 0xff000000) | (level * 0x010101))
  }
}
