// One row by whichever kind of profile, so that whoever has rows need not know which.

import { colourCmykLutRow, colourNaiveCmykRow, colourRgbLutRow } from './colour-lut'
import { colourGreyRow, colourMatrixRow } from './colour-matrix'

export const PROFILE_NONE: i32 = 0
const PROFILE_NAIVE_CMYK: i32 = 1
const PROFILE_MATRIX: i32 = 2
const PROFILE_GREY: i32 = 3
const PROFILE_RGB_LUT: i32 = 4
const PROFILE_CMYK_LUT: i32 = 5

/** Convert a row in place; `a` to `f` are what the function of the kind takes after `count`, in its order. */
export function colourRow(
  kind: i32, row: usize, count: i32, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize,
): void {
  if (kind == PROFILE_MATRIX) colourMatrixRow(row, count, a, b)
  else if (kind == PROFILE_GREY) colourGreyRow(row, count, a)
  else if (kind == PROFILE_NAIVE_CMYK) colourNaiveCmykRow(row, count)
  else if (kind == PROFILE_RGB_LUT) colourRgbLutRow(row, count, a, b, c, d, e)
  else if (kind == PROFILE_CMYK_LUT) colourCmykLutRow(row, count, a, b, c, d, e, f)
}
