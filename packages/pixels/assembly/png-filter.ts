// PNG's five row filters (PNG specification, §9), and the choice among them. Rows have 16 zero bytes before and 16 bytes
// of any content after them.

/** Filters by number. */
export const FILTER_NONE: u32 = 0
const FILTER_SUB: u32 = 1
const FILTER_UP: u32 = 2
const FILTER_AVERAGE: u32 = 3
const FILTER_PAETH: u32 = 4

/** Filter `length` bytes of a row. @param above the row before, or zeros */
export function filterRow(filter: u32, to: usize, from: usize, above: usize, length: usize, unit: usize): void {
  if (filter == FILTER_NONE) return memory.copy(to, from, length)
  const end = from + length
  while (from < end) {
    const bytes = v128.load(from)
    const left = v128.load(from - unit)
    const up = v128.load(above)
    let predicted = left
    if (filter == FILTER_UP) predicted = up
    else if (filter == FILTER_AVERAGE) predicted = average(left, up)
    else if (filter == FILTER_PAETH) predicted = paeth(left, up, v128.load(above - unit))
    v128.store(to, i8x16.sub(bytes, predicted))
    from += 16
    above += 16
    to += 16
  }
}

/** Rounded down; the instruction rounds up. */
// @ts-ignore: decorator
@inline function average(left: v128, up: v128): v128 {
  return i8x16.sub(i8x16.avgr_u(left, up), v128.and(v128.xor(left, up), i8x16.splat(1)))
}

/** Of left, up and corner the one nearest to left + up - corner, for 16 bytes. */
// @ts-ignore: decorator
@inline function paeth(left: v128, up: v128, corner: v128): v128 {
  // |up - corner| and |left - corner| fit a byte, and so does their difference; their sum saturates, which loses to both.
  const upSign = i8x16.ge_u(up, corner)
  const leftSign = i8x16.ge_u(left, corner)
  const toLeft = v128.or(i8x16.sub_sat_u(up, corner), i8x16.sub_sat_u(corner, up))
  const toUp = v128.or(i8x16.sub_sat_u(left, corner), i8x16.sub_sat_u(corner, left))
  const difference = v128.or(i8x16.sub_sat_u(toLeft, toUp), i8x16.sub_sat_u(toUp, toLeft))
  const toCorner = v128.bitselect(difference, i8x16.add_sat_u(toLeft, toUp), v128.xor(upSign, leftSign))
  const nearest = i8x16.min_u(toCorner, i8x16.min_u(toLeft, toUp))
  const upOrCorner = v128.bitselect(up, corner, i8x16.eq(nearest, toUp))
  return v128.bitselect(left, upOrCorner, i8x16.eq(nearest, toLeft))
}

/** Sum of the bytes taken as signed distances from 0, added to four lanes. */
// @ts-ignore: decorator
@inline function addDistances(sums: v128, residues: v128): v128 {
  const pairs = i16x8.extadd_pairwise_i8x16_u(i8x16.abs(residues))
  return i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs))
}

/** The filter whose residues are nearest to zero in sum: the specification's heuristic. */
export function chooseFilter(from: usize, above: usize, length: usize, unit: usize): u32 {
  const end = from + length
  let none = i32x4.splat(0)
  let sub = none
  let up = none
  let mean = none
  let path = none
  while (from < end) {
    const bytes = v128.load(from)
    const left = v128.load(from - unit)
    const over = v128.load(above)
    none = addDistances(none, bytes)
    sub = addDistances(sub, i8x16.sub(bytes, left))
    up = addDistances(up, i8x16.sub(bytes, over))
    mean = addDistances(mean, i8x16.sub(bytes, average(left, over)))
    path = addDistances(path, i8x16.sub(bytes, paeth(left, over, v128.load(above - unit))))
    from += 16
    above += 16
  }
  let filter = FILTER_NONE
  let least = total(none)
  for (let candidate = FILTER_SUB; candidate <= FILTER_PAETH; candidate++) {
    const sum = total(candidate == FILTER_SUB ? sub : candidate == FILTER_UP ? up : candidate == FILTER_AVERAGE ? mean : path)
    if (sum < least) {
      least = sum
      filter = candidate
    }
  }
  return filter
}

function total(sums: v128): u32 {
  return (
    i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)
  )
}
