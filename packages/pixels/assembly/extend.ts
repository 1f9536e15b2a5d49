// The canvas around a raster.

/** Fill `count` pixels with one colour, `0xAABBGGRR`. */
export function fillRow(row: usize, count: i32, colour: u32): void {
  const wide = i32x4.splat(colour)
  let x = 0
  for (; x + 4 <= count; x += 4) v128.store(row + (usize(x) << 2), wide)
  for (; x < count; x++) store<u32>(row + (usize(x) << 2), colour)
}
