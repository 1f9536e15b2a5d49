import type { Plan } from '@tintype/core'
import type { Raster } from './raster.ts'
import { flatten } from './steps/flatten.ts'
import { padCanvas } from './steps/pad-canvas.ts'

/** All numbers of a transformation: its geometry, and what becomes of pixels. */
export interface StepPlan extends Plan {
  /** The result has no place for transparency. */
  readonly isOpaque: boolean
  /** Under transparent pixels where they are flattened, and in the space that `pad` adds: red, green, blue, 0–255. */
  readonly background: readonly [number, number, number]
}

export interface Step {
  readonly name: string
  applies(plan: StepPlan): boolean
  /** Owns its input: it may change it and return it, or release it and return another. A raster exists once. */
  run(image: Raster, plan: StepPlan): Raster | Promise<Raster>
}

/** The order is the contract. Flattening comes first: then the canvas is filled once. Rule: spec transforms §2.4. */
export const PIPELINE: readonly Step[] = [flatten, padCanvas]

/** @param check throws once the job must not go on: it was cancelled, or its lease is lost. Never by the clock */
export async function runPipeline(
  image: Raster,
  plan: StepPlan,
  check: () => void,
  steps: readonly Step[] = PIPELINE,
): Promise<Raster> {
  let current = image
  for (const step of steps) {
    if (!step.applies(plan)) continue
    check()
    current = await step.run(current, plan)
  }
  return current
}
