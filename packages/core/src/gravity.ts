import type { Size } from './orientation.ts'

/**
 * What stays in sight where a picture is cut. A side is never cut, the other axis is centred. A point is given in
 * fractions of the picture, 0 to 1: by default (`remainder`) that fraction of what is cut off goes on its left and
 * top, so that 0 and 1 are the very edges; `box-center` puts the point in the window's middle, as far as there is
 * picture.
 * Rule: docs/parity.md#formats-and-geometry.
 */
export type Gravity =
  | 'center'
  | 'left'
  | 'right'
  | 'top'
  | 'bottom'
  | { readonly x: number; readonly y: number; readonly mode?: 'remainder' | 'box-center' }

/**
 * What stays in sight, where the pixels decide: a finder turns it into a {@link Gravity} first. `auto`: most of what stands
 * out; `entropy`: most of what changes; `face`: the faces, at a zoom of 0 (as wide as the picture allows) to 1 (cut at them).
 */
export type SoughtGravity = 'auto' | 'entropy' | { readonly face: number }

/** Whether the pixels must be looked at to know what stays in sight. */
export const isSought = (gravity: Gravity | SoughtGravity): gravity is SoughtGravity =>
  gravity === 'auto' || gravity === 'entropy' || (typeof gravity === 'object' && 'face' in gravity)

/** What an option calls it. */
export const nameSought = (gravity: SoughtGravity): string => (typeof gravity === 'string' ? gravity : 'face')

const FRACTIONS = {
  center: { x: 0.5, y: 0.5 },
  left: { x: 0, y: 0.5 },
  right: { x: 1, y: 0.5 },
  top: { x: 0.5, y: 0 },
  bottom: { x: 0.5, y: 1 },
} as const satisfies Record<string, Gravity>

/**
 * Where the window's left top corner goes, whole px.
 * @param whole  the picture, px
 * @param window what is kept of it, px; no larger than it
 */
export function placeWindow(whole: Size, window: Size, gravity: Gravity): { x: number; y: number } {
  const point = typeof gravity === 'string' ? FRACTIONS[gravity] : gravity
  const place = 'mode' in point && point.mode === 'box-center' ? placeAround : placeRemainder
  return {
    x: place(whole.width, window.width, toFraction(point.x)),
    y: place(whole.height, window.height, toFraction(point.y)),
  }
}

const toFraction = (value: number): number => Math.min(1, Math.max(0, value))

const placeRemainder = (whole: number, window: number, fraction: number): number =>
  Math.round((whole - window) * fraction)

const placeAround = (whole: number, window: number, fraction: number): number =>
  Math.min(Math.max(Math.round(whole * fraction - window / 2), 0), whole - window)
