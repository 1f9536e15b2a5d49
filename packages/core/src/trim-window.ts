import { ApiError } from './errors.ts'
import type { Rect, Size } from './orientation.ts'

/** How much of a picture: whole px of the source, or a fraction of that side, above 0 and below 1. */
export type Amount = { readonly px: number } | { readonly fraction: number }

/** What is cut off a picture. `width` and `height` are what is kept from the left and the top edge on; they win over the far sides. */
export interface Trim {
  readonly top: Amount
  readonly right: Amount
  readonly bottom: Amount
  readonly left: Amount
  readonly width: Amount | null
  readonly height: Amount | null
}

/**
 * What is left of a picture, whole px. Amounts are rounded to the nearest px.
 * @throws ApiError `refusedDimensions` when nothing is left
 * Rule: docs/parity.md#options.
 */
export function trimWindow(size: Size, { top, right, bottom, left, width, height }: Trim): Rect {
  const x = along(size.width, left, right, width)
  const y = along(size.height, top, bottom, height)
  if (x.length < 1 || y.length < 1) {
    throw new ApiError('refusedDimensions', `"trim" leaves nothing of ${size.width}x${size.height} px`)
  }
  return { x: x.start, y: y.start, width: x.length, height: y.length }
}

function along(whole: number, near: Amount, far: Amount, kept: Amount | null) {
  const start = toPixels(whole, near)
  const rest = whole - start
  return {
    start,
    length: kept === null ? rest - toPixels(whole, far) : Math.min(rest, toPixels(whole, kept)),
  }
}

const toPixels = (whole: number, amount: Amount): number =>
  Math.round('px' in amount ? amount.px : whole * amount.fraction)
