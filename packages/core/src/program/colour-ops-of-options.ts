import type { ResolvedOptions } from '../client-hints.ts'
import { parseColour } from '../options/colour.ts'
import { dprOf, toDevicePx } from '../options/dpr.ts'
import { OPTIONS } from '../options/option-table.ts'
import type { AdjustOp, BorderOp, SharpenOp } from './program.ts'

/** `border` is in CSS px: a frame keeps its looks on every screen. */
export function borderOf(options: ResolvedOptions): BorderOp | null {
  const { border } = options
  const colour = border === undefined ? null : parseColour(border.color)
  if (border === undefined || colour === null) return null
  const dpr = dprOf(options)
  const [top, right, bottom, left] = [border.top, border.right, border.bottom, border.left].map((px) =>
    toDevicePx(px, dpr),
  ) as [number, number, number, number]
  return top + right + bottom + left === 0 ? null : { op: 'border', colour, top, right, bottom, left }
}

/** 0 leaves a factor out, but for `saturation`, where it means grey. */
export function adjustOf(options: ResolvedOptions): AdjustOp | null {
  const factor = (name: 'brightness' | 'contrast' | 'gamma') => options[name] || OPTIONS[name].default
  const { saturation = OPTIONS.saturation.default } = options
  const factors = {
    ...{ brightness: factor('brightness'), contrast: factor('contrast'), gamma: factor('gamma') },
    saturation,
  }
  return Object.values(factors).every((value) => value === 1) ? null : { op: 'adjust', ...factors }
}

/** The operation of `sharpen`; null for 0. */
export const sharpenOf = ({ sharpen = OPTIONS.sharpen.default }: ResolvedOptions): SharpenOp | null =>
  sharpen === 0 ? null : { op: 'sharpen', amount: sharpen }
