// PNG's five row filters undone (PNG specification, §9). `unit` is the distance to the same byte of the pixel before:
// 1 to 8 bytes, so a pixel always fits the low half of a vector. Its neighbours on the left stay in registers.
// Rows must not overlap, and each may be read and written up to 16 bytes beyond its end.

/**
 * Undo the filter of one row.
 * @param filter 0 to 4
 * @param to     where the row goes
 * @param from   the filtered bytes
 * @param above  the row before, unfiltered, or zeros
 * @param length bytes of the row, filter byte excluded
 */
export function unfilterRow(
  filter: u32,
  to: usize,
  from: usize,
  above: usize,
  length: usize,
  unit: usize,
): void {
  if (filter == 0) memory.copy(to, from, length)
  else if (filter == 1) unfilterSub(to, from, length, unit)
  else if (filter == 2) unfilterUp(to, from, above, length)
  else if (filter == 3) unfilterAverage(to, from, above, length, unit)
  else unfilterPaeth(to, from, above, length, unit)
}

function unfilterUp(to: usize, from: usize, above: usize, length: usize): void {
  for (let at: usize = 0; at < length; at += 16) {
    v128.store(to + at, i8x16.add(v128.load(from + at), v128.load(above + at)))
  }
}

function unfilterSub(to: usize, from: usize, length: usize, unit: usize): void {
  if (unit == 4) return unfilterSub4(to, from, length)
  const end = from + length
  let left = i8x16.splat(0)
  while (from < end) {
    left = i8x16.add(left, v128.load64_zero(from))
    v128.store64_lane(to, left, 0)
    from += unit
    to += unit
  }
}

/** Four pixels of four bytes at once: a prefix sum in two steps, then the pixel before added to all. */
function unfilterSub4(to: usize, from: usize, length: usize): void {
  const end = from + length
  const zero = i32x4.splat(0)
  let left = zero
  while (from < end) {
    let sums = v128.load(from)
    sums = i8x16.add(sums, v128.shuffle<i32>(zero, sums, 0, 4, 5, 6))
    sums = i8x16.add(sums, v128.shuffle<i32>(zero, sums, 0, 1, 4, 5))
    left = i8x16.add(sums, v128.shuffle<i32>(left, left, 3, 3, 3, 3))
    v128.store(to, left)
    from += 16
    to += 16
  }
}

/**
 * The instruction rounds a mean up, the filter rounds it down; on complements up is down. With A the rounded-up mean of the
 * complements of left and up, the byte is ~A + raw, and its own complement A - raw: two steps from pixel to pixel.
 */
function unfilterAverage(to: usize, from: usize, above: usize, length: usize, unit: usize): void {
  const end = from + length
  let notLeft = i8x16.splat(-1)
  while (from < end) {
    const notUp = v128.not(v128.load64_zero(above))
    notLeft = i8x16.sub(i8x16.avgr_u(notLeft, notUp), v128.load64_zero(from))
    v128.store64_lane(to, v128.not(notLeft), 0)
    from += unit
    above += unit
    to += unit
  }
}

/**
 * Paeth: of left (a), up (b) and upper left (c), the one nearest to a + b - c. The distances are |b - c|, |a - c| and
 * |a + (b - 2c)|. What follows from one pixel to the next is the whole cost, so pixels stay widened to 16 bits, and the
 * filtered byte is added to all three before one is chosen.
 */
function unfilterPaeth(to: usize, from: usize, above: usize, length: usize, unit: usize): void {
  const end = from + length
  const lowByte = i16x8.splat(0xff)
  let left = i16x8.splat(0)
  let corner = left
  while (from < end) {
    const up = v128.load_ext<u8>(above)
    const raw = v128.load_ext<u8>(from)
    const slope = i16x8.sub(up, corner)
    const toLeft = i16x8.abs(slope)
    const toUp = i16x8.abs(i16x8.sub(left, corner))
    const toCorner = i16x8.abs(i16x8.add(left, i16x8.sub(slope, corner)))
    const isCorner = i16x8.gt_s(toUp, toCorner)
    const isOther = i16x8.gt_s(toLeft, i16x8.min_s(toUp, toCorner))
    const upOrCorner = v128.bitselect(
      v128.and(i16x8.add(corner, raw), lowByte),
      v128.and(i16x8.add(up, raw), lowByte),
      isCorner,
    )
    left = v128.bitselect(upOrCorner, v128.and(i16x8.add(left, raw), lowByte), isOther)
    v128.store64_lane(to, i8x16.narrow_i16x8_u(left, left), 0)
    corner = up
    from += unit
    above += unit
    to += unit
  }
}
