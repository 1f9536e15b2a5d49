import { extend, priceExtend } from '@tintype/pixels'
import type { Step, StepPlan } from '../pipeline.ts'

const canvasOf = ({ canvas, offset }: StepPlan) => ({ ...canvas, left: offset.x, top: offset.y })

/** Put the picture on a larger canvas of the background colour; its own transparency stays. */
export const padCanvas: Step = {
  name: 'pad-canvas',
  applies: ({ scaled, canvas }) => scaled.width !== canvas.width || scaled.height !== canvas.height,
  price: (plan) => priceExtend(canvasOf(plan)),
  run(image, plan) {
    const [r, g, b] = plan.background
    return extend(image, canvasOf(plan), { r, g, b, a: 255 })
  },
}
