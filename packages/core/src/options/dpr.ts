import type { ResolvedOptions } from '../client-hints.ts'
import { OPTIONS } from './option-table.ts'

/** Above it, `dpr` counts as this much. Rule: docs/parity.md#options. */
export const MAX_DPR = 2

/**
 * Device px per px of an option: of `width`, `height`, `border` and `trim`. 1 where neither a width nor a height is given.
 */
export const dprOf = ({ width, height, dpr = OPTIONS.dpr.default }: ResolvedOptions): number =>
  width === undefined && height === undefined ? 1 : Math.min(dpr, MAX_DPR)

/** A length in px, 0 or more, at a `dpr`: whole device px, at least 1 where there was anything. At 1 it stays as it is. */
export const toDevicePx = (px: number, dpr: number): number =>
  px === 0 || dpr === 1 ? px : Math.max(1, Math.round(px * dpr))
