import type { Canvas, PlannedStep, PlanStep, StepOp } from './step.ts'
import { planBackground } from './steps/background.ts'
import { planBlur } from './steps/blur.ts'
import { planResizeStep } from './steps/resize.ts'
import { planTurn } from './steps/turn.ts'

/** One row per operation on a raster, each in a file of its own. */
const STEPS: { readonly [K in StepOp['op']]: PlanStep<K> } = {
  turn: planTurn,
  resize: planResizeStep,
  background: planBackground,
  blur: planBlur,
}

/** Plan one operation on the picture that the operations before it leave. */
export const planStep = <K extends StepOp['op']>(
  op: Extract<StepOp, { readonly op: K }>,
  canvas: Canvas,
): PlannedStep => (STEPS[op.op as K] as PlanStep<K>)(op, canvas)
