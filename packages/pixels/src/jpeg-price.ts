import type { JpegPlan } from './jpeg-plan.ts'
import { align16, paddedTapsX, paddedTapsY, priceAxis, priceStage } from './resize.ts'

// Sizes of the kernel's buffers and records, bytes; a test compares the prices made from them with what is allocated.
const INPUT = 32768 + 16
const READY = 16 + 16384 + 3072 + 16
const HUFFMAN_TABLES = 8 * 8592
const COMPONENT_RECORDS = 4 * 80
const BLOCK_RECORDS = 10 * 48
const BLOCK_ROOM = 144
const MOST_BLOCKS = 10
const STEPS = 64 * 16
const PLACEMENT_RECORD = 20
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
  const { components, outWidth, outHeight, mcusX, bandRows } = plan
  const sizes = [
    outWidth * outHeight * 4,
    SCRATCH_BYTES,
    INPUT,
    READY,
    HUFFMAN_TABLES,
    COMPONENT_RECORDS,
    BLOCK_RECORDS,
    MOST_BLOCKS * BLOCK_ROOM,
    2 * BLOCK_ROOM,
    (align16(outWidth) + 16) * 4,
    PLACEMENT_RECORD,
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
    sizes.push(STEPS, priceStage(it.x, it.y, shape), (align16(outWidth) + 16) * 2)
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
