import type { DrawEntry } from '../options/draw.ts'
import type { Options } from '../options/option-table.ts'
import { sourceOfOverlay } from '../options/overlay-source.ts'
import type { DrawOp, Op, OverlayOp, OverlaySide, Place } from './program.ts'

/** What is drawn, in order. `opsOf` makes the operations of any picture; those of an overlay are no others. */
export const drawOf = ({ draw = [] }: Options, opsOf: (options: Options) => readonly Op[]): DrawOp[] =>
  draw.map((entry) => ({
    op: 'draw',
    source: sourceOfOverlay(entry),
    ops: opsOf(ownOptions(entry)).map(resolveSides),
    place: placeOf(entry),
    opacity: entry.opacity ?? 1,
    repeat: entry.repeat === true ? 'both' : entry.repeat === false ? 'none' : (entry.repeat ?? 'none'),
    composite: entry.composite ?? 'over',
  }))

/** A text is as large as its letters: it has no box. */
function ownOptions(entry: DrawEntry): Options {
  if (entry.text === undefined) return entry
  const { width: _width, height: _height, ...rest } = entry
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
