import { KERNEL_LAYOUT } from '../build/kernel-layout.ts'
import type { JpegPlan } from './jpeg-plan.ts'
import { align16, paddedTapsX, paddedTapsY, priceAxis, priceStage } from './resize.ts'

const WHOLE_BLOCK_BYTES = 128
const DC_BYTES = 2
const LARGEST_SCALE = 3
/** Where TypeScript hands tables over, and a scan's place. */
export const SCRATCH_BYTES = 512
/** The kernel's own static data, at most. */
export const KERNEL_STATIC_BYTES = 65536
const PAGE = 65536

/** Bytes that a decode allocates in a kernel, the kernel's static data not included. */
export function allocatedByJpegDecode(plan: Omit<JpegPlan, 'priceBytes'>): number {
  const { components, outWidth, outHeight, mcusX, bandRows, isWatched } = plan
  const sizes = [
    isWatched ? 0 : outWidth * outHeight * 4,
    SCRATCH_BYTES,
    KERNEL_LAYOUT.JPEG_BITS_BYTES,
    KERNEL_LAYOUT.JPEG_HUFFMAN_BYTES,
    KERNEL_LAYOUT.JPEG_COMPONENTS_BYTES,
    KERNEL_LAYOUT.JPEG_BLOCKS_BYTES,
    KERNEL_LAYOUT.JPEG_COEFFICIENTS_BYTES,
    (align16(outWidth) + 16) * 4,
    KERNEL_LAYOUT.PLACEMENT_RECORD,
  ]
  for (const it of components) {
    const shape = {
      channels: 1,
      sampleBytes: 1,
      tapsX: paddedTapsX(it.x, 'plane'),
      rowSamples: it.columns,
      rowsAtOnce: it.bandRows,
      slack: it.slack,
    }
    sizes.push(KERNEL_LAYOUT.JPEG_STEPS_BYTES, priceStage(it.x, it.y, shape), (align16(outWidth) + 16) * 2)
    if (!it.sharesAxes) {
      sizes.push(priceAxis(it.x, paddedTapsX(it.x, 'plane')), priceAxis(it.y, paddedTapsY(it.y)))
    }
    const blockBytes = it.scale === LARGEST_SCALE ? DC_BYTES : WHOLE_BLOCK_BYTES
    sizes.push(mcusX * it.h * it.v * bandRows * blockBytes)
  }
  return sizes.reduce((sum, size) => sum + align16(size), 0)
}

/** Peak bytes of the memory of a kernel that does nothing but this decode. */
export function priceJpegDecode(plan: Omit<JpegPlan, 'priceBytes'>): number {
  return Math.ceil((KERNEL_STATIC_BYTES + allocatedByJpegDecode(plan)) / PAGE) * PAGE
}
