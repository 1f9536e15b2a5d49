import { ApiError, planTransform, type Size } from '@tintype/core'
import { type KernelRaster, planResize, priceResize, resizeRaster } from '@tintype/pixels'
import type { PlanStep } from '../step.ts'
import type { SeenPicture } from '../vision.ts'

/** Longest side of the copy that is looked at, px. Rule: docs/parity.md#options. */
const COPY_SIDE_PX = 1024

/** Make everything but the foreground transparent. The mask is found on a small copy, and scaled up smoothly. */
export const planSegment: PlanStep<'segment'> = (_, { size }) => {
  const box = { width: COPY_SIDE_PX, height: COPY_SIDE_PX, fit: 'scale-down' } as const
  const { scaled } = planTransform(size, box)
  const shrinking = planResize({ kind: 'alpha', ...size, outWidth: scaled.width, outHeight: scaled.height })
  const copyBytes = scaled.width * scaled.height * 4
  const maskBytes = scaled.width * scaled.height
  return {
    ...{ size, hasAlpha: true, rasterBytes: 0, heapBytes: 0 },
    scratchBytes: priceResize(shrinking),
    besideBytes: copyBytes + maskBytes,
    async run(raster, { vision, meter }) {
      if (!vision) throw new ApiError('deliveryInternal')
      meter.hold(copyBytes + maskBytes)
      const mask = await vision.maskForeground(copyOf(resizeRaster(raster, shrinking)))
      if (mask.length !== maskBytes) throw new ApiError('deliveryInternal', 'the mask has another size')
      applyMask(raster, mask, scaled)
      meter.release(copyBytes + maskBytes)
      return raster
    },
  }
}

const copyOf = ({ kernel, pointer, width, height }: KernelRaster): SeenPicture => ({
  width,
  height,
  data: kernel.bytes(pointer, width * height * 4).slice(),
})

/** Where a pixel's middle lies between the samples of a mask that is stretched over `length` pixels. */
function samplesOf(
  length: number,
  samples: number,
): { readonly at: Int32Array; readonly share: Float32Array } {
  const at = new Int32Array(length)
  const share = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    const middle = Math.min(Math.max(((i + 0.5) * samples) / length - 0.5, 0), samples - 1)
    at[i] = Math.min(Math.floor(middle), Math.max(samples - 2, 0))
    share[i] = middle - (at[i] as number)
  }
  return { at, share }
}

/** Multiply the alpha of a raster with a mask of another size, bilinear. */
export function applyMask(
  { kernel, pointer, width, height }: KernelRaster,
  mask: Uint8Array,
  size: Size,
): void {
  const pixels = kernel.bytes(pointer, width * height * 4)
  const columns = samplesOf(width, size.width)
  const rows = samplesOf(height, size.height)
  const right = size.width > 1 ? 1 : 0
  const below = size.height > 1 ? size.width : 0
  for (let y = 0; y < height; y++) {
    const row = (rows.at[y] as number) * size.width
    const down = rows.share[y] as number
    for (let x = 0; x < width; x++) {
      const at = row + (columns.at[x] as number)
      const across = columns.share[x] as number
      const upper = (mask[at] as number) * (1 - across) + (mask[at + right] as number) * across
      const lower =
        (mask[at + below] as number) * (1 - across) + (mask[at + below + right] as number) * across
      const alpha = (y * width + x) * 4 + 3
      const share = (upper * (1 - down) + lower * down) / 255
      pixels[alpha] = Math.round((pixels[alpha] as number) * share)
    }
  }
}
