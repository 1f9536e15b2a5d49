import type { Step } from '../pipeline.ts'
import { createRaster, releaseRaster } from '../raster.ts'

/** Put the picture on a larger canvas of the background colour; its own transparency stays. */
export const padCanvas: Step = {
  name: 'pad-canvas',
  applies: ({ scaled, canvas }) => scaled.width !== canvas.width || scaled.height !== canvas.height,
  run(image, { canvas, offset, background }) {
    const result = createRaster(canvas.width, canvas.height)
    fill(result.data, [...background, 255])
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(y * image.width * 4, (y + 1) * image.width * 4)
      result.data.set(row, ((offset.y + y) * canvas.width + offset.x) * 4)
    }
    releaseRaster(image)
    return result
  },
}

function fill(data: Uint8ClampedArray<ArrayBuffer>, colour: readonly number[]): void {
  const [pixel = 0] = new Uint32Array(Uint8Array.from(colour).buffer)
  new Uint32Array(data.buffer).fill(pixel)
}
