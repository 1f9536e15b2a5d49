import { createRowTables } from './apply-colour-profile.ts'
import type { ColourProfile } from './colour-profile.ts'
import { packRgba, type Rgba } from './flatten.ts'
import type { Kernel } from './kernel.ts'
import { guardTraps } from './kernel.ts'

/** What counts as the border of a picture. */
export interface BorderLook {
  /** Null: the colour of the first pixel that comes, if the other corners have it too. */
  readonly colour: Rgba | null
  /** Greatest difference of a channel, 0–255. */
  readonly tolerance: number
}

/** The smallest box around all that is no border, px. */
export interface InnerBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Look at the rows that a decoder makes from now on, where its plan says `isWatched`: they are converted to sRGB and
 * looked at, one by one, and nothing is kept of them.
 */
export const watchForBorder = ({ exports }: Kernel, { colour, tolerance }: BorderLook): void =>
  exports.watchBegin(colour === null ? 0 : packRgba(colour), colour !== null, tolerance)

/** What the numbers of the rows mean that are watched. Takes `priceColourProfile` bytes. */
export const watchThrough = (kernel: Kernel, profile: ColourProfile): void =>
  guardTraps(() => kernel.exports.watchProfile(...createRowTables(kernel, profile)))

/**
 * What the rows showed, once all have come.
 * @returns `all` where nothing but border was seen; `none` where the corners differ, so that nobody knows its colour
 */
export function foundInside({ exports }: Kernel): InnerBox | 'all' | 'none' {
  const [x, y, right, bottom, isAgreed] = [0, 1, 2, 3, 4].map((what) => exports.watchFound(what)) as [
    ...[number, number, number],
    ...[number, number],
  ]
  if (isAgreed === 0) return 'none'
  return bottom === 0 ? 'all' : { x, y, width: right - x, height: bottom - y }
}
