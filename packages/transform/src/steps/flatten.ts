import type { Step } from '../pipeline.ts'

/** Lay transparent pixels over the background, where the result cannot be transparent. */
export const flatten: Step = {
  name: 'flatten',
  applies: (plan) => plan.isOpaque,
  run(image, { background }) {
    const { data } = image
    const [red, green, blue] = background
    for (let p = 0; p < data.length; p += 4) {
      const alpha = (data[p + 3] as number) / 255
      if (alpha === 1) continue
      data[p] = red + ((data[p] as number) - red) * alpha
      data[p + 1] = green + ((data[p + 1] as number) - green) * alpha
      data[p + 2] = blue + ((data[p + 2] as number) - blue) * alpha
      data[p + 3] = 255
    }
    return image
  },
}
