import { NO_HINTS, type ResolvedOptions, resolveHints } from '../client-hints.ts'
import type { DrawEntry } from '../options/draw.ts'
import { sourceOfOverlay } from '../options/overlay-source.ts'
import type { DrawOp, Op, OverlayOp, OverlaySide, Place } from './program.ts'

/** What is drawn, in order. `opsOf` makes the operations of any picture; those of an overlay are no others. */
export const drawOf = (
  { draw = [] }: ResolvedOptions,
  opsOf: (options: ResolvedOptions) => readonly Op[],
): DrawOp[] =>
  draw.map((entry) => ({
    op: 'draw',
    source: sourceOfOverlay(entry),
    ops: opsOf(ownOptions(entry)).map(resolveSides),
    place: placeOf(entry),
    opacity: entry.opacity ?? 1,
    repeat: entry.repeat === true ? 'both' : entry.repeat === false ? 'none' : (entry.repeat ?? 'none'),
    composite: entry.composite ?? 'over',
  }))

/** A text is as large as its letters: it has no box. Nothing of an overlay is left to the client. */
function ownOptions(entry: DrawEntry): ResolvedOptions {
  const { options } = resolveHints(entry, NO_HINTS)
  if (entry.text === undefined) return options
  const { width: _width, height: _height, ...rest } = options
  return rest
}

const resolveSides = (op: Op): OverlayOp =>
  op.op === 'resize' ? { ...op, width: sideOf(op.width), height: sideOf(op.height) } : op

const sideOf = (side: number | null): OverlaySide => (side !== null && side < 1 ? { ofBase: side } : side)

const placeOf = ({ top, bottom, left, right }: DrawEntry): Place => ({
  x:
    left !== undefined
      ? { from: 'left', px: left }
      : right !== undefined
        ? { from: 'right', px: right }
        : null,
  y:
    top !== undefined
      ? { from: 'top', px: top }
      : bottom !== undefined
        ? { from: 'bottom', px: bottom }
        : null,
})
