import {
  type FaceCrop,
  type Gravity,
  isSought,
  type Op,
  type Plan,
  planTransform,
  type ResizeOp,
  type Size,
  type SourceFacts,
} from '@tintype/core'
import type { Findings } from './analyse/findings.ts'
import type { View } from './decoder.ts'
import { planHead } from './plan-head.ts'
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
 * Fuse the cuts, the turns and the resize at the head of a program into the view that a decoder is asked for: it never
 * makes more pixels than are wanted.
 * @throws ApiError `refusedDimensions` when the result is too large, or nothing is left
 */
export function planView(
  facts: SourceFacts,
  ops: readonly Op[],
  frames: View['frames'],
  findings: Findings,
): PlannedView {
  const { orientation, whole, window, length } = planHead(facts, ops, findings)
  const rest = ops.slice(length)
  const resize = rest[0]?.op === 'resize' ? rest[0] : null
  const { width, height } = window
  const geometry = planGeometry({ width, height }, resize, findings)
  const crop = { ...geometry.crop, x: window.x + geometry.crop.x, y: window.y + geometry.crop.y }
  const isTrimmed = width < whole.width || height < whole.height
  return {
    view: { orientation, crop, size: geometry.scaled, frames, ...(isTrimmed ? { within: window } : {}) },
    pad: resize === null ? null : planPad(geometry, resize.fill, facts.hasAlpha),
    rest: resize === null ? rest : rest.slice(1),
    warnings: geometry.warnings,
  }
}

/** Without a resize the plan still judges the size. */
function planGeometry(upright: Size, resize: ResizeOp | null, findings: Findings): Plan {
  if (resize === null) return planTransform(upright, { fit: 'scale-down' })
  const gravity = gravityOf(resize, findings)
  const { faces, warnings = [] } = findings
  const plan =
    faces === undefined ? planTransform(upright, { ...resize, gravity }) : planWithin(faces, resize)
  return { ...plan, warnings: [...plan.warnings, ...warnings] }
}

/** The picture is cut to its faces first, and what is left fitted into the box. */
function planWithin({ area, gravity }: FaceCrop, resize: ResizeOp): Plan {
  const plan = planTransform(area, { ...resize, gravity })
  return { ...plan, crop: { ...plan.crop, x: area.x + plan.crop.x, y: area.y + plan.crop.y } }
}

/** Where nothing is cut off, nothing was looked for. */
const gravityOf = ({ gravity }: ResizeOp, { focus }: Findings): Gravity =>
  isSought(gravity) ? (focus ?? 'center') : gravity
