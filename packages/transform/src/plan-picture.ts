import {
  ApiError,
  type DrawOp,
  formatSourceIdentity,
  isSought,
  nameSought,
  type Op,
  type OverlayOp,
  type OverlaySide,
  type Size,
} from '@tintype/core'
import { priceColourProfile } from '@tintype/pixels'
import type { Findings } from './analyse/findings.ts'
import type { View } from './decoder.ts'
import type { PicturePlan } from './picture-plan.ts'
import { planView } from './plan-view.ts'
import type { ProbedSource } from './source.ts'
import type { Canvas, PlannedStep } from './step.ts'
import { planDraw } from './steps/draw.ts'
import { planStep } from './steps.ts'

/** What a program needs to know before it is planned: its other sources, by identity, and what was found in the picture. */
export interface Known {
  readonly overlays: ReadonlyMap<string, ProbedSource>
  readonly findings: Findings
}

/**
 * Plan what a program does to one source. Pure.
 * @throws ApiError `refusedDimensions` for a size that is too large; what the decoder's `plan` throws
 */
export function planPicture(
  ops: readonly Op[],
  source: ProbedSource,
  frames: View['frames'],
  known: Known,
): PicturePlan {
  const { view, pad, rest, warnings } = planView(source.facts, ops, frames, known.findings)
  const decode = source.decoder.plan(source.facts, source.start, view)
  const steps: PlannedStep[] = []
  let canvas: Canvas = { size: view.size, hasAlpha: source.facts.hasAlpha }
  const add = (step: PlannedStep): void => {
    steps.push(step)
    canvas = { size: step.size, hasAlpha: step.hasAlpha }
  }
  if (pad !== null) add(pad)
  for (const op of rest)
    add(op.op === 'draw' ? planOverlay(op, canvas, known, decode.frames > 1) : planStep(op, canvas))

  const most = (price: (step: PlannedStep) => number) => Math.max(0, ...steps.map(price))
  const profileBytes = decode.profile === null ? 0 : priceColourProfile(decode.profile)
  const rasterBytes = steps.reduce((sum, step) => sum + step.rasterBytes, 0)
  return {
    decode,
    steps,
    canvas,
    kernelBytes: decode.price.kernelBytes + profileBytes + rasterBytes + most((step) => step.scratchBytes),
    besideBytes: most((step) => step.besideBytes),
    heapBytes: steps.reduce((sum, step) => sum + step.heapBytes, 0),
    warnings,
  }
}

/** An overlay's first frame is drawn; it is planned like any picture, but nothing is looked for in it. */
function planOverlay(op: DrawOp, canvas: Canvas, known: Known, isRepeated: boolean): PlannedStep {
  const source = known.overlays.get(formatSourceIdentity(op.source))
  if (source === undefined) throw new ApiError('deliveryInternal')
  const ops = op.ops.map((inner) => resolveSides(inner, canvas.size))
  for (const inner of ops) {
    if (inner.op === 'trim-border')
      throw new ApiError('invalidOptions', '"trim" of an overlay cannot be "border"')
    if (inner.op !== 'resize' || !isSought(inner.gravity)) continue
    throw new ApiError('invalidOptions', `"gravity" of an overlay cannot be "${nameSought(inner.gravity)}"`)
  }
  const picture = planPicture(ops, source, 'first', { ...known, findings: {} })
  return planDraw(op, canvas, picture, source, isRepeated)
}

/** Sides that are fractions of the picture below, in px: nearest whole number, at least 1. */
function resolveSides(op: OverlayOp, below: Size): Op {
  if (op.op !== 'resize') return op
  return { ...op, width: resolveSide(op.width, below.width), height: resolveSide(op.height, below.height) }
}

const resolveSide = (side: OverlaySide, below: number): number | null =>
  side === null || typeof side === 'number' ? side : Math.max(1, Math.round(side.ofBase * below))
