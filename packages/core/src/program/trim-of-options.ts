import type { ResolvedOptions } from '../client-hints.ts'
import { parseColour } from '../options/colour.ts'
import { dprOf, toDevicePx } from '../options/dpr.ts'
import type { Amount } from '../trim-window.ts'
import type { TrimBorderOp, TrimOp } from './program.ts'

/** Differences that lossy formats leave in an even border. libvips begins here too. */
const DEFAULT_TOLERANCE = 10

/**
 * What `trim` cuts off, in px times `dpr`, or fractions of a side: first the sides that are given, then, of what is left, the border that is looked for.
 * Rule: docs/parity.md#trim.
 */
export function trimOf(options: ResolvedOptions): (TrimOp | TrimBorderOp)[] {
  const { trim } = options
  if (trim === undefined) return []
  const dpr = dprOf(options)
  const amountOf = (amount: number): Amount =>
    amount > 0 && amount < 1 ? { fraction: amount } : { px: toDevicePx(amount, dpr) }
  const { border, ...amounts } = trim
  const { top = 0, right = 0, bottom = 0, left = 0, width, height } = amounts
  const sides: TrimOp = {
    op: 'trim',
    top: amountOf(top),
    right: amountOf(width === undefined ? right : 0),
    bottom: amountOf(height === undefined ? bottom : 0),
    left: amountOf(left),
    width: width === undefined ? null : amountOf(width),
    height: height === undefined ? null : amountOf(height),
  }
  return [...(Object.keys(amounts).length === 0 ? [] : [sides]), ...borderOf(border, dpr)]
}

function borderOf(border: NonNullable<ResolvedOptions['trim']>['border'], dpr: number): TrimBorderOp[] {
  if (border === undefined) return []
  const { color, tolerance = DEFAULT_TOLERANCE, keep = 0 } = border === true ? {} : border
  return [
    {
      op: 'trim-border',
      colour: color === undefined ? null : parseColour(color),
      tolerance,
      keep: toDevicePx(keep, dpr),
    },
  ]
}
