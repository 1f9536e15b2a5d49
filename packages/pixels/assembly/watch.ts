// Rows that are looked at instead of placed: where does the even border of a picture end? Nothing is kept of them.

import { colourRow, PROFILE_NONE } from './colour-row'

let reference: u32 = 0
let isGiven: bool = false
/** Bits of a pixel that count: where the border is transparent, its colours are not seen. */
let mask: u32 = 0
let tolerance: i32 = 0

/** The smallest box around all that differs from the border; right and bottom are not part of it. */
let left: i32 = 0
let top: i32 = 0
let right: i32 = 0
let bottom: i32 = 0
/** Frames that began; the corners are those of the first one, for the others may show anything there. */
let frames: i32 = 0
let topRight: u32 = 0
let bottomLeft: u32 = 0
let bottomRight: u32 = 0

let profile: i32 = PROFILE_NONE
let profileA: usize = 0
let profileB: usize = 0
let profileC: usize = 0
let profileD: usize = 0
let profileE: usize = 0
let profileF: usize = 0

function setReference(colour: u32): void {
  reference = colour
  mask = colour >>> 24 == 0 ? 0xff000000 : 0xffffffff
}

/**
 * Look for a border in all rows that are placed from now on by placements without a raster.
 * @param colour of the border, 0xAABBGGRR, unless the first pixel has it
 * @param most   greatest difference of a channel that still counts as border, 0 to 255
 */
export function watchBegin(colour: u32, given: bool, most: i32): void {
  isGiven = given
  frames = 0
  setReference(colour)
  tolerance = most
  left = i32.MAX_VALUE
  top = -1
  right = 0
  bottom = 0
  profile = PROFILE_NONE
}

/** Rows are converted before they are looked at; see `colourRow`. */
export function watchProfile(kind: i32, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize): void {
  profile = kind
  profileA = a
  profileB = b
  profileC = c
  profileD = d
  profileE = e
  profileF = f
}

/** Not zero where a channel of a pixel differs by too much. */
// @ts-ignore: decorator
@inline function excess(pixels: v128, border: v128, seen: v128, most: v128): v128 {
  const shown = v128.and(pixels, seen)
  const distance = v128.or(i8x16.sub_sat_u(shown, border), i8x16.sub_sat_u(border, shown))
  return i8x16.sub_sat_u(distance, most)
}

/** Whether a pixel counts as border. */
function isBorder(pixel: u32): bool {
  const most = i8x16.splat(<i8>tolerance)
  const border = i32x4.splat(<i32>(reference & mask))
  return !v128.any_true(excess(i32x4.splat(<i32>pixel), border, i32x4.splat(<i32>mask), most))
}

/** The first pixel from `from` on that is no border; `to` where there is none. */
function firstInside(row: usize, from: i32, to: i32): i32 {
  const border = i32x4.splat(<i32>(reference & mask)), seen = i32x4.splat(<i32>mask)
  const most = i8x16.splat(<i8>tolerance)
  let x = from
  for (; x + 4 <= to; x += 4) {
    if (v128.any_true(excess(v128.load(row + (<usize>x << 2)), border, seen, most))) break
  }
  for (; x < to; x++) if (!isBorder(load<u32>(row + (<usize>x << 2)))) return x
  return to
}

/** One past the last pixel before `to` that is no border; `from` where there is none. */
function endInside(row: usize, from: i32, to: i32): i32 {
  const border = i32x4.splat(<i32>(reference & mask)), seen = i32x4.splat(<i32>mask)
  const most = i8x16.splat(<i8>tolerance)
  let x = to
  for (; x - 4 >= from; x -= 4) {
    if (v128.any_true(excess(v128.load(row + (<usize>(x - 4) << 2)), border, seen, most))) break
  }
  for (; x > from; x--) if (!isBorder(load<u32>(row + (<usize>(x - 1) << 2)))) return x
  return from
}

/**
 * Take row `y`; rows come in their order, and those of the next frame of an animation behind them. It may be changed. The
 * box is around what any frame shows, and the border has the colour that it has in the first one.
 */
export function watchRow(row: usize, width: i32, y: i32): void {
  if (profile != PROFILE_NONE) {
    colourRow(profile, row, width, profileA, profileB, profileC, profileD, profileE, profileF)
  }
  if (y == 0) frames += 1
  if (frames == 1) {
    const last = load<u32>(row + (<usize>(width - 1) << 2))
    if (y == 0) {
      if (!isGiven) setReference(load<u32>(row))
      topRight = last
    }
    bottomLeft = load<u32>(row)
    bottomRight = last
  }
  const first = firstInside(row, 0, width)
  if (first == width) return
  top = top < 0 ? y : min(top, y)
  bottom = max(bottom, y + 1)
  left = min(left, first)
  right = endInside(row, max(right, first), width)
}

/**
 * What was found: left, top, right, bottom, for 0 to 3; bottom is 0 where all is border.
 * 4: whether all corners are border, or its colour was given.
 */
export function watchFound(what: i32): i32 {
  if (what == 0) return left
  if (what == 1) return top
  if (what == 2) return right
  if (what == 3) return bottom
  return isGiven || (isBorder(topRight) && isBorder(bottomLeft) && isBorder(bottomRight)) ? 1 : 0
}
