import type { Plan } from '@tintype/core'
import type { KernelRaster } from '@tintype/pixels'
import { flatten } from './steps/flatten.ts'
import { padCanvas } from './steps/pad-canvas.ts'

/** All numbers of a transformation: its geometry, and what becomes of pixels. */
export interface StepPlan extends Plan {
  /** The result has no place for transparency, or the source has none to show. */
  readonly isOpaque: boolean
  /** Under transparent pixels where they are flattened, and in the space that `pad` adds: red, green, blue, 0–255. */
  readonly background: readonly [number, number, number]
}

export interface Step {
  readonly name: string
  applies(plan: StepPlan): boolean
  /** Kernel bytes that it allocates. */
  price(plan: StepPlan): number
  /** Owns its input: it may change it and return it, or return another raster of the same kernel. */
  run(image: KernelRaster, plan: StepPlan): KernelRaster | Promise<KernelRaster>
}

/** The order is the contract. Flattening comes first: then the canvas is filled once. Rule: spec transforms §2.4. */
export const PIPELINE: readonly Step[] = [flatten, padCanvas]

/** Kernel bytes that all steps of a plan allocate. */
export const pricePipeline = (plan: StepPlan, steps: readonly Step[] = PIPELINE): number =>
  steps.reduce((sum, step) => sum + (step.applies(plan) ? step.price(plan) : 0), 0)

/** @param check throws once the job must not go on: it was cancelled, or its lease is lost. Never by the clock */
export async function runPipeline(
  image: KernelRaster,
  plan: StepPlan,
  check: () => void,
  steps: readonly Step[] = PIPELINE,
): Promise<KernelRaster> {
  let current = image
  for (const step of steps) {
    if (!step.applies(plan)) continue
    check()
    current = await step.run(current, plan)
  }
  return current
}
