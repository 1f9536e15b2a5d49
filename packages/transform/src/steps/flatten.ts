import { flatten as flattenRaster } from '@tintype/pixels'
import type { Step } from '../pipeline.ts'

/** Lay transparent pixels over the background, where the result cannot be transparent. */
export const flatten: Step = {
  name: 'flatten',
  applies: (plan) => plan.isOpaque,
  price: () => 0,
  run(image, { background }) {
    flattenRaster(image, ...background)
    return image
  },
}
