// Colours of profiles with a table, and inks without a profile, to sRGB, in place, 4 bytes a pixel.
//
// Between grid points: tetrahedral interpolation over the first three channels (walk from the low corner to the high
// one, along the channel with the largest fraction first), linear over the fourth.

/** Grid points hold 1/64 levels. */
const LEVEL: f32 = 1.0 / 64.0

/** Bytes of one channel's positions: 256 × (byte offset of the grid point below, u32; fraction towards the next, f32). */
const CHANNEL_BYTES: usize = 2048

// @ts-ignore: decorator
@inline function point(at: usize): v128 {
  return f32x4.convert_i32x4_s(v128.load_ext<i16>(at))
}

// @ts-ignore: decorator
@inline function mix(sum: v128, colour: v128, share: f32): v128 {
  return f32x4.add(sum, f32x4.mul(colour, f32x4.splat(share)))
}

/** Colour inside the cell whose low corner is at `corner`; `x`, `y`, `z` are fractions, `sx`.. strides in bytes. */
// @ts-ignore: decorator
@inline function tetrahedral(corner: usize, x: f32, y: f32, z: f32, sx: usize, sy: usize, sz: usize): v128 {
  let most = x, middle = y, least = z
  let first = sx, second = sy, third = sz
  if (most < middle) {
    most = y; middle = x
    first = sy; second = sx
  }
  if (middle < least) {
    const share = least, stride = third
    least = middle; third = second
    middle = share; second = stride
    if (most < middle) {
      middle = most; second = first
      most = share; first = stride
    }
  }
  let colour = f32x4.mul(point(corner), f32x4.splat(1.0 - most))
  colour = mix(colour, point(corner + first), most - middle)
  colour = mix(colour, point(corner + first + second), middle - least)
  return mix(colour, point(corner + first + second + third), least)
}

// @ts-ignore: decorator
@inline function offsetOf(positions: usize, channel: usize, level: u32): usize {
  return load<usize>(positions + channel * CHANNEL_BYTES + (level << 3))
}

// @ts-ignore: decorator
@inline function fractionOf(positions: usize, channel: usize, level: u32): f32 {
  return load<f32>(positions + channel * CHANNEL_BYTES + (level << 3), 4)
}

/** Levels of a colour as RGB bytes, alpha 0. */
// @ts-ignore: decorator
@inline function packed(colour: v128): u32 {
  // Adding 2^23 leaves the nearest integer in the low bits.
  const levels = f32x4.add(f32x4.mul(colour, f32x4.splat(LEVEL)), f32x4.splat(8388608.0))
  const bytes = i8x16.shuffle(levels, levels, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  return i32x4.extract_lane(bytes, 0) & 0xffffff
}

/**
 * Convert `count` RGB pixels; alpha stays.
 * @param positions 3 × 256 × (u32, f32), see CHANNEL_BYTES
 * @param grid points of 4 × i16: red, green, blue in 1/64 levels, and nothing; the last channel varies fastest
 */
export function colourRgbLutRow(row: usize, count: i32, positions: usize, grid: usize, sx: usize, sy: usize, sz: usize): void {
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const pixel = load<u32>(row)
    const r = pixel & 255, g = (pixel >>> 8) & 255, b = (pixel >>> 16) & 255
    const corner = grid + offsetOf(positions, 0, r) + offsetOf(positions, 1, g) + offsetOf(positions, 2, b)
    const colour = tetrahedral(
      corner, fractionOf(positions, 0, r), fractionOf(positions, 1, g), fractionOf(positions, 2, b), sx, sy, sz,
    )
    store<u32>(row, (pixel & 0xff000000) | packed(colour))
  }
}

/** Bytes of one channel's positions for 16-bit samples: an entry for each of 4096 steps and for the end. */
const CHANNEL_BYTES_16: usize = 4097 * 8

/** The entry nearest to a big-endian 16-bit sample. */
// @ts-ignore: decorator
@inline function entryOf16(from: usize, channel: usize): usize {
  const sample = <u32>bswap<u16>(load<u16>(from))
  return channel + <usize>(((sample + (sample >> 15) + 8) >> 4) << 3)
}

/**
 * Convert `count` pixels of 16-bit RGB samples, big-endian, to RGBA8.
 * @param samples in a pixel: 3 RGB, 4 RGB and alpha
 * @param positions 3 × 4097 × (u32, f32), otherwise as for `colourRgbLutRow`
 */
export function colourRgbLutRow16(
  to: usize, from: usize, count: usize, samples: u32, positions: usize, grid: usize, sx: usize, sy: usize, sz: usize,
): void {
  const pixelBytes = <usize>samples << 1
  for (const end = to + (count << 2); to < end; to += 4, from += pixelBytes) {
    const r = entryOf16(from, positions)
    const g = entryOf16(from + 2, positions + CHANNEL_BYTES_16)
    const b = entryOf16(from + 4, positions + 2 * CHANNEL_BYTES_16)
    const corner = grid + load<usize>(r) + load<usize>(g) + load<usize>(b)
    const colour = tetrahedral(corner, load<f32>(r, 4), load<f32>(g, 4), load<f32>(b, 4), sx, sy, sz)
    const alpha: u32 = samples == 4 ? <u32>load<u8>(from + 6) : 255
    store<u32>(to, (alpha << 24) | packed(colour))
  }
}

/** Convert `count` CMYK pixels (0 no ink, 255 full ink) to opaque RGBA; tables as above, with four channels. */
export function colourCmykLutRow(
  row: usize, count: i32, positions: usize, grid: usize, sx: usize, sy: usize, sz: usize, sk: usize,
): void {
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const pixel = load<u32>(row)
    const c = pixel & 255, m = (pixel >>> 8) & 255, y = (pixel >>> 16) & 255, k = pixel >>> 24
    const corner = grid + offsetOf(positions, 0, c) + offsetOf(positions, 1, m) + offsetOf(positions, 2, y)
      + offsetOf(positions, 3, k)
    const fx = fractionOf(positions, 0, c), fy = fractionOf(positions, 1, m), fz = fractionOf(positions, 2, y)
    const fk = fractionOf(positions, 3, k)
    const light = tetrahedral(corner, fx, fy, fz, sx, sy, sz)
    const dark = tetrahedral(corner + sk, fx, fy, fz, sx, sy, sz)
    store<u32>(row, 0xff000000 | packed(mix(light, f32x4.sub(dark, light), fk)))
  }
}

/** Convert `count` CMYK pixels (0 no ink, 255 full ink) as if each ink were a perfect filter: (1 − ink) × (1 − K). */
export function colourNaiveCmykRow(row: usize, count: i32): void {
  for (const end = row + (usize(count) << 2); row < end; row += 4) {
    const paper = ~load<u32>(row)
    const k = paper >>> 24
    const r = overFull((paper & 255) * k)
    const g = overFull(((paper >>> 8) & 255) * k)
    const b = overFull(((paper >>> 16) & 255) * k)
    store<u32>(row, 0xff000000 | (b << 16) | (g << 8) | r)
  }
}

/** A product of two bytes divided by 255, rounded. */
// @ts-ignore: decorator
@inline function overFull(product: u32): u32 {
  return ((product + 128) * 257) >>> 16
}
