import type { Rect, Size } from '../orientation.ts'
import type { BoxReader } from './box-reader.ts'

/**
 * `clap`, ISO 14496-12, 12.1.4: the part of a picture that is meant to be seen, as four fractions (32 bits each above
 * and below the line): width, height, and how far its centre stands right of and below the picture's.
 * Fractions of pixels are cut off towards the inside, so that nothing shows which the file hides.
 * @returns null for a part that is empty or not inside the picture, which is as good as none
 */
export function readCleanAperture(clap: BoxReader, picture: Size): Rect | null {
  const width = spanOf(readFraction(clap), picture.width)
  const height = spanOf(readFraction(clap), picture.height)
  const x = width(readFraction(clap))
  const y = height(readFraction(clap))
  return x === null || y === null ? null : { x: x.at, y: y.at, width: x.length, height: y.length }
}

const readFraction = (clap: BoxReader): number => {
  const above = clap.int32()
  const below = clap.int32()
  return below === 0 ? Number.NaN : above / below
}

/** Slack for fractions that floating point does not hold. */
const NEARLY = 1e-6

const spanOf = (length: number, whole: number) => (offset: number) => {
  const from = (whole - length) / 2 + offset
  const end = from + length
  if (!(from >= -NEARLY && end <= whole + NEARLY)) return null
  const at = Math.ceil(from - NEARLY)
  const pixels = Math.floor(end + NEARLY) - at
  return pixels > 0 ? { at, length: pixels } : null
}
