// The box stage: for ratios of 4 and more, blocks of source samples are averaged before the filter. That costs one
// addition per sample whatever the ratio, and leaves the filter a ratio between 2 and 4 (libvips does the same).
//
// Sums of a row are 16 bits wide for 8-bit samples (at most 256 rows) and 32 bits for premultiplied 16-bit ones.

/** Most rows or columns in one box: 256 × 255 still fits 16 bits. */
export const LARGEST_BOX: i32 = 256

/** sums += row, 8-bit samples. Whole groups of 16. */
export function addRow8(row: usize, sums: usize, samples: i32): void {
  const end = row + <usize>samples
  for (; row < end; row += 16, sums += 32) {
    const v = v128.load(row)
    v128.store(sums, i16x8.add(v128.load(sums), i16x8.extend_low_i8x16_u(v)))
    v128.store(sums, i16x8.add(v128.load(sums, 16), i16x8.extend_high_i8x16_u(v)), 16)
  }
}

/** sums += row, 16-bit samples. Whole groups of 8. */
export function addRow16(row: usize, sums: usize, samples: i32): void {
  const end = row + (<usize>samples << 1)
  for (; row < end; row += 16, sums += 32) {
    const v = v128.load(row)
    v128.store(sums, i32x4.add(v128.load(sums), i32x4.extend_low_i16x8_u(v)))
    v128.store(sums, i32x4.add(v128.load(sums, 16), i32x4.extend_high_i16x8_u(v)), 16)
  }
}

/** 16-bit sums of `rows` rows of RGBA → averages over `box` columns each, 8 bits. The last cell may have fewer columns. */
export function averagePixels8(sums: usize, rows: i32, box: i32, pixels: i32, target: usize): void {
  for (let left = pixels; left > 0; left -= box, target += 4) {
    const columns = min(box, left)
    let sum = i32x4.splat(0)
    for (let i = 0; i < columns; i++, sums += 8) {
      sum = i32x4.add(sum, i32x4.extend_low_i16x8_u(v128.load64_zero(sums)))
    }
    const mean = i32x4.trunc_sat_f32x4_s(scaled(f32x4.convert_i32x4_u(sum), rows * columns))
    const narrow = i16x8.narrow_i32x4_s(mean, mean)
    v128.store32_lane(target, i8x16.narrow_i16x8_u(narrow, narrow), 0)
  }
}

/** 32-bit sums of premultiplied RGBA → averages, 16 bits. */
export function averagePixels16(sums: usize, rows: i32, box: i32, pixels: i32, target: usize): void {
  for (let left = pixels; left > 0; left -= box, target += 8) {
    const columns = min(box, left)
    let sum = i32x4.splat(0)
    for (let i = 0; i < columns; i++, sums += 16) sum = i32x4.add(sum, v128.load(sums))
    const mean = i32x4.trunc_sat_f32x4_s(scaled(f32x4.convert_i32x4_u(sum), rows * columns))
    v128.store64_lane(target, i16x8.narrow_i32x4_s(mean, mean), 0)
  }
}

/** 16-bit sums of a plane → averages, 8 bits. */
export function averageSamples8(sums: usize, rows: i32, box: i32, samples: i32, target: usize): void {
  for (let left = samples; left > 0; left -= box, target++) {
    const columns = min(box, left)
    let sum: u32 = 0
    for (let i = 0; i < columns; i++, sums += 2) sum += <u32>load<u16>(sums)
    const parts = <u32>(rows * columns)
    store<u8>(target, <u8>((sum + (parts >> 1)) / parts))
  }
}

// @ts-ignore: decorator
@inline function scaled(sum: v128, parts: i32): v128 {
  return f32x4.nearest(f32x4.mul(sum, f32x4.splat(<f32>1 / <f32>parts)))
}
