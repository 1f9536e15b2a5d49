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

function unfilterAverage(to: usize, from: usize, above: usize, length: usize, unit: usize): void {
  const end = from + length
  const one = i8x16.splat(1)
  let left = i8x16.splat(0)
  while (from < end) {
    const up = v128.load64_zero(above)
    // The instruction rounds up; the filter rounds down.
    const mean = i8x16.sub(i8x16.avgr_u(left, up), v128.and(v128.xor(left, up), one))
    left = i8x16.add(mean, v128.load64_zero(from))
    v128.store64_lane(to, left, 0)
    from += unit
    above += unit
    to += unit
  }
}

/**
 * Paeth: of left (a), up (b) and upper left (c), the one nearest to a + b - c. With p = b - c and q = a - c the three
 * distances are |p|, |q| and |p + q|. Pixels stay widened to 16 bits from one to the next: the chain is what costs.
 */
function unfilterPaeth(to: usize, from: usize, above: usize, length: usize, unit: usize): void {
  const end = from + length
  const lowByte = i16x8.splat(0xff)
  let left = i16x8.splat(0)
  let corner = left
  while (from < end) {
    const up = v128.load_ext<u8>(above)
    const p = i16x8.sub(up, corner)
    const q = i16x8.sub(left, corner)
    const toLeft = i16x8.abs(p)
    const toUp = i16x8.abs(q)
    const nearest = i16x8.min_s(i16x8.abs(i16x8.add(p, q)), i16x8.min_s(toLeft, toUp))
    const upOrCorner = v128.bitselect(up, corner, i16x8.eq(nearest, toUp))
    const predicted = v128.bitselect(left, upOrCorner, i16x8.eq(nearest, toLeft))
    left = v128.and(i16x8.add(predicted, v128.load_ext<u8>(from)), lowByte)
    v128.store64_lane(to, i8x16.narrow_i16x8_u(left, left), 0)
    corner = up
    from += unit
    above += unit
    to += unit
  }
}
