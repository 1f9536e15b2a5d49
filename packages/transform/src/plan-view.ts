import {
  composeOrientation,
  type Op,
  type Plan,
  planTransform,
  type SourceFacts,
  toOrientation,
  uprightSize,
} from '@tintype/core'
import type { View } from './decoder.ts'
import type { PlannedStep } from './step.ts'
import { planPad } from './steps/pad.ts'

/** What a decoder does at once, and what is left to do. */
export interface PlannedView {
  readonly view: View
  /** The canvas of a padded resize, which no decoder draws. */
  readonly pad: PlannedStep | null
  /** Operations that the view does not contain. */
  readonly rest: readonly Op[]
  readonly warnings: readonly string[]
}

/**
 * Fuse the turns and the resize at the head of a program into the view that a decoder is asked for: it never makes more
 * pixels than are wanted.
 * @throws ApiError `refusedDimensions` when the result is too large
 */
export function planView(facts: SourceFacts, ops: readonly Op[], frames: View['frames']): PlannedView {
  let orientation = toOrientation(facts.orientation)
  let next = 0
  for (let op = ops[next]; op?.op === 'turn'; op = ops[++next]) {
    orientation = composeOrientation(orientation, op.orientation)
  }
  const upright = uprightSize({ ...facts, orientation })
  const op = ops[next]
  // Without a resize the plan still judges the size.
  const geometry: Plan = planTransform(
    upright,
    op?.op === 'resize' ? op : { width: null, height: null, fit: 'scale-down' },
  )
  return {
    view: { orientation, crop: geometry.crop, size: geometry.scaled, frames },
    pad: op?.op === 'resize' ? planPad(geometry, op.fill, facts.hasAlpha) : null,
    rest: ops.slice(op?.op === 'resize' ? next + 1 : next),
    warnings: geometry.warnings,
  }
}
