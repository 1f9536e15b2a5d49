import {
  composeOrientation,
  type Op,
  type Orientation,
  type Rect,
  type Size,
  type SourceFacts,
  storedRect,
  toOrientation,
  trimWindow,
  uprightSize,
} from '@tintype/core'
import type { Findings } from './analyse/findings.ts'

/** What the cuts and turns at the beginning of a program make of a source, as one cut and one turn. */
export interface Head {
  /** The source's own orientation and all turns, as one. */
  readonly orientation: Orientation
  /** Size of the whole picture after the turns, px. */
  readonly whole: Size
  /** What of it there is, whole px. */
  readonly window: Rect
  /** How many operations it is. */
  readonly length: number
}

const isHead = ({ op }: Op): boolean => op === 'turn' || op === 'trim' || op === 'trim-border'

/** How many cuts and turns stand before anything else. */
export function headLength(ops: readonly Op[]): number {
  const first = ops.findIndex((op) => !isHead(op))
  return first < 0 ? ops.length : first
}

/**
 * @param findings with the box inside the border, where `ops` have a `trim-border`; absent: no border, which is how a
 *   program is priced whose pixels nobody has seen
 * @throws ApiError `refusedDimensions` when nothing is left
 */
export function planHead(facts: SourceFacts, ops: readonly Op[], { inside }: Findings): Head {
  const length = headLength(ops)
  let orientation = toOrientation(facts.orientation)
  let whole = uprightSize({ ...facts, orientation })
  let window: Rect = { x: 0, y: 0, ...whole }
  for (const op of ops.slice(0, length)) {
    if (op.op === 'trim') {
      const kept = trimWindow(window, op)
      window = { ...kept, x: window.x + kept.x, y: window.y + kept.y }
    } else if (op.op === 'trim-border') {
      if (inside !== undefined) window = shownRect(orientation, facts, inside)
    } else if (op.op === 'turn') {
      window = shownRect(op.orientation, whole, window)
      whole = uprightSize({ ...whole, orientation: op.orientation })
      orientation = composeOrientation(orientation, op.orientation)
    }
  }
  return { orientation, whole, window, length }
}

/** Where a rectangle of the stored rows lies once they are turned. */
const shownRect = (orientation: Orientation, stored: Size, rect: Rect): Rect =>
  storedRect(INVERSE[orientation], { width: stored.width, height: stored.height }, rect)

/** A quarter turn is undone by the other one; everything else by itself. */
const INVERSE: Readonly<Record<Orientation, Orientation>> = {
  ...{ 1: 1, 2: 2, 3: 3, 4: 4 },
  ...{ 5: 5, 6: 8, 7: 7, 8: 6 },
}
