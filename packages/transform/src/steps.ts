import type { Canvas, PlannedStep, PlanStep, StepOp } from './step.ts'
import { planAdjust } from './steps/adjust.ts'
import { planBackground } from './steps/background.ts'
import { planBlur } from './steps/blur.ts'
import { planBorder } from './steps/border.ts'
import { planResizeStep } from './steps/resize.ts'
import { planSegment } from './steps/segment.ts'
import { planSharpen } from './steps/sharpen.ts'
import { planTrim, planTrimBorder } from './steps/trim.ts'
import { planTurn } from './steps/turn.ts'

/** One row per operation on a raster, each in a file of its own. */
const STEPS: { readonly [K in StepOp['op']]: PlanStep<K> } = {
  trim: planTrim,
  'trim-border': planTrimBorder,
  turn: planTurn,
  resize: planResizeStep,
  segment: planSegment,
  background: planBackground,
  border: planBorder,
  adjust: planAdjust,
  blur: planBlur,
  sharpen: planSharpen,
}

/** Plan one operation on the picture that the operations before it leave. */
export const planStep = <K extends StepOp['op']>(
  op: Extract<StepOp, { readonly op: K }>,
  canvas: Canvas,
): PlannedStep => (STEPS[op.op as K] as PlanStep<K>)(op, canvas)
