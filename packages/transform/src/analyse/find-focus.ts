import type { Size } from '@tintype/core'
import { findInformation } from './information.ts'
import { findSaliency, integrate, type Pixels, sumOf } from './saliency.ts'

/** How much of a step away from the middle is held against a window: it decides between equals alone. */
const CENTRE_BIAS = 1e-3

/** What is looked for, by the word of `gravity`. */
const MEASURES = { auto: findSaliency, entropy: findInformation } as const

/**
 * The window of a size that holds most of what stands out (`auto`), or of what there is to tell (`entropy`).
 * @param window px of `pixels`, no larger than it; fractions are rounded
 * @returns the fraction of what is cut off that goes on its left and on its top, 0–1 each; the middle where nothing is
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function findFocus(
  pixels: Pixels,
  window: Size,
  by: keyof typeof MEASURES = 'auto',
): { readonly x: number; readonly y: number } {
  const { width, height } = pixels
  const inside = {
    width: Math.min(width, Math.max(1, Math.round(window.width))),
    height: Math.min(height, Math.max(1, Math.round(window.height))),
  }
  const sums = integrate(MEASURES[by](pixels), width, height)
  const total = sumOf(sums, width, 0, 0, width, height)
  const [spareX, spareY] = [width - inside.width, height - inside.height]
  let best = { x: spareX / 2, y: spareY / 2 }
  let bestScore = Number.NEGATIVE_INFINITY
  for (let y = 0; y <= spareY; y++) {
    for (let x = 0; x <= spareX; x++) {
      const held = sumOf(sums, width, x, y, x + inside.width, y + inside.height)
      const away = Math.hypot(x - spareX / 2, y - spareY / 2) / Math.hypot(width, height)
      const score = held - CENTRE_BIAS * total * away
      if (score <= bestScore) continue
      bestScore = score
      best = { x, y }
    }
  }
  return {
    x: spareX === 0 || total === 0 ? 0.5 : best.x / spareX,
    y: spareY === 0 || total === 0 ? 0.5 : best.y / spareY,
  }
}
