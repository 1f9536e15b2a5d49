import { concatenate } from '@tintype/core/containers'
import type { KernelExports } from '../build/kernel-exports.d.ts'
import {
  formatJpegFrame,
  formatJpegQuantisation,
  formatJpegScan,
  formatJpegStart,
  JPEG_END,
  type JpegHuffmanTable,
  type JpegScan,
} from './jpeg-encode-headers.ts'
import {
  type JpegGrid,
  type JpegSampling,
  jpegExtraBytes,
  placeJpegBlocks,
  planJpegGrid,
} from './jpeg-encode-layout.ts'
import { planJpegQuantisation } from './jpeg-encode-tables.ts'
import { guardTraps, type KernelRaster } from './kernel.ts'
import { PixelError } from './pixel-error.ts'
import { align16 } from './resize.ts'

/** How to write a JPEG. */
export interface JpegEncodeOptions {
  /** 1 (smallest) to 100 (best); fractions are rounded. */
  readonly quality: number
  /** Default: 4:2:0. */
  readonly sampling?: JpegSampling
  /** Several scans, from coarse to fine, instead of one from top to bottom; usually smaller too. Default: false. */
  readonly progressive?: boolean
  /** Leave the raster's pixels as they are, at the cost of memory; by default the encoder works in their place. */
  readonly keepRaster?: boolean
  /** Ready-made APPn or COM segments, marker and length included, in order. */
  readonly metadata?: readonly Uint8Array[]
}

/** The format could do 65535, but libjpeg, and with it most readers, stops here. */
const LARGEST_SIDE = 65_500
/** Fixed tables and buffers of the kernel's encoder; a test holds this against what it takes. */
const FIXED_BYTES = 112_272
const BASELINE_SCAN: JpegScan = { components: [0, 1, 2], first: 0, last: 63 }
/** A small whole picture first, then luma's coarse shapes, colour, and last luma's fine detail. */
const PROGRESSIVE_SCANS: readonly JpegScan[] = [
  { components: [0, 1, 2], first: 0, last: 0 },
  { components: [0], first: 1, last: 8 },
  { components: [1], first: 1, last: 63 },
  { components: [2], first: 1, last: 63 },
  { components: [0], first: 9, last: 63 },
]

/**
 * Kernel bytes that an encode takes beside the raster itself. It never takes more; grey pictures take less.
 * The encoded bytes, which are collected outside the kernel, come on top.
 * @param width px, 1..65500
 * @param height px, 1..65500
 */
export function priceJpegEncode(
  width: number,
  height: number,
  options: Pick<JpegEncodeOptions, 'sampling' | 'keepRaster'> = {},
): number {
  const sampling = options.sampling ?? '4:2:0'
  const grid = planJpegGrid(width, height, sampling, false)
  const stride = align16(width)
  const strips = align16(stride * 8 * grid.factor) + align16((stride / grid.factor) * 16)
  const rowTables = grid.planes.reduce((sum, plane) => sum + align16(plane.blocksDown * 4), 0)
  return FIXED_BYTES + strips + rowTables + align16(jpegExtraBytes(grid, width, height, !options.keepRaster))
}

/**
 * Encode a raster as JPEG; alpha is ignored, so flatten first. Pictures without colour become greyscale JPEGs.
 * Huffman tables are made for the picture. Unless `keepRaster` is set, **the raster's pixels are destroyed**.
 * @returns the file in pieces of at most some tens of kilobytes, each in a buffer of its own
 * @throws PixelError `too-large` above 65500 px a side; `unsupported` for a metadata segment that is none
 */
export function* encodeJpegChunks(raster: KernelRaster, options: JpegEncodeOptions): Generator<Uint8Array> {
  const chunks = writeJpeg(raster, options)
  for (;;) {
    const { value, done } = guardTraps(() => chunks.next())
    if (done) return
    yield value
  }
}

/** The file of {@link encodeJpegChunks} as a whole. */
export const encodeJpeg = (raster: KernelRaster, options: JpegEncodeOptions): Uint8Array<ArrayBuffer> =>
  concatenate([...encodeJpegChunks(raster, options)])

function* writeJpeg(raster: KernelRaster, options: JpegEncodeOptions): Generator<Uint8Array> {
  const { kernel, width, height } = raster
  if (width > LARGEST_SIDE || height > LARGEST_SIDE) {
    throw new PixelError('too-large', `A JPEG has at most ${LARGEST_SIDE} pixels a side`)
  }
  const metadata = options.metadata ?? []
  metadata.forEach(assertSegment)
  const exports = kernel.exports
  const grid = planJpegGrid(width, height, options.sampling ?? '4:2:0', isGrey(exports, raster))
  const progressive = options.progressive ?? false

  yield formatJpegStart()
  yield* metadata
  yield formatJpegQuantisation(prepare(exports, raster, grid, options))
  yield formatJpegFrame(width, height, grid, progressive)
  for (let row = 0; row < grid.mcuRows; row++) exports.jpegPackRow(raster.pointer, row)
  for (const scan of progressive ? PROGRESSIVE_SCANS : [BASELINE_SCAN]) {
    const components = scan.components.filter((component) => component < grid.planes.length)
    if (components.length > 0) yield* writeScan(kernel, exports, grid, { ...scan, components })
  }
  yield JPEG_END
}

function assertSegment(bytes: Uint8Array): void {
  const [first = 0, marker = 0, high = 0, low = 0] = bytes
  const allowed = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe
  if (first !== 0xff || !allowed || bytes.length !== ((high << 8) | low) + 2) {
    throw new PixelError('unsupported', 'A metadata segment for the JPEG is malformed')
  }
}

function isGrey(exports: KernelExports, { pointer, width, height }: KernelRaster): boolean {
  for (let y = 0; y < height; y++) {
    if (!exports.jpegIsGreyRow(pointer + y * width * 4, width)) return false
  }
  return true
}

/** Reserve memory and set tables; returns the quantisation steps. */
function prepare(
  exports: KernelExports,
  { kernel, pointer, width, height }: KernelRaster,
  grid: JpegGrid,
  options: JpegEncodeOptions,
): Uint8Array {
  const { steps, rounding } = planJpegQuantisation(Math.min(100, Math.max(1, Math.round(options.quality))))
  const reuse = !options.keepRaster
  exports.jpegBegin(width, height, grid.planes.length, grid.factor)
  const tables = grid.planes.map((plane, index) =>
    exports.jpegSetPlane(index, plane.blocksAcross, plane.blocksDown),
  )
  const extra = exports.allocate(jpegExtraBytes(grid, width, height, reuse))
  const rows = tables.map((table, index) => {
    const length = (grid.planes[index]?.blocksDown ?? 0) * 4
    return new Uint32Array(kernel.bytes(table, length).buffer, table, length / 4)
  })
  for (const { component, row, inRaster, offset } of placeJpegBlocks(grid, width, height, reuse)) {
    const table = rows[component]
    if (table) table[row] = (inRaster ? pointer : extra) + offset
  }
  for (let natural = 0; natural < 64; natural++) {
    const fraction = Math.round((rounding[natural] ?? 0.5) * 4096)
    exports.jpegSetQuantiser(natural, steps[natural] ?? 1, fraction)
  }
  return steps
}

/** Count a scan's symbols, make its tables, and write it. */
function* writeScan(
  kernel: KernelRaster['kernel'],
  exports: KernelExports,
  grid: JpegGrid,
  scan: JpegScan,
): Generator<Uint8Array> {
  const band = scan.first > 0
  const component = scan.components[0] ?? 0
  const plane = grid.planes[component]
  const rows = band ? (plane?.blocksDown ?? 0) : grid.mcuRows
  const withAc = scan.last > 0
  const across = band
    ? (plane?.blocksAcross ?? 0)
    : Math.ceil((grid.planes[0]?.blocksAcross ?? 0) / grid.factor)

  const slots = slotsOf(scan)
  for (const { slot } of slots) exports.jpegClearCounts(slot)
  exports.jpegBeginScan()
  for (let row = 0; row < rows; row++) {
    if (band) exports.jpegCountBand(component, row, scan.first, scan.last)
    else exports.jpegCountMcus(row, withAc)
  }
  if (band) exports.jpegCountLastRun()
  const tables = slots.map(({ slot, kind, id }): JpegHuffmanTable => {
    const length = 16 + exports.jpegBuildTable(slot)
    return { kind, id, lists: kernel.bytes(exports.jpegTableLists(slot), length).slice() }
  })
  yield formatJpegScan(scan, tables)

  exports.jpegBeginScan()
  const limit = exports.jpegOutputLimit()
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < across; ) {
      column = band
        ? exports.jpegWriteBand(component, row, column, scan.first, scan.last)
        : exports.jpegWriteMcus(row, column, withAc)
      if (exports.jpegOutputBytes() >= limit) yield fetchOutput(kernel, exports)
    }
  }
  exports.jpegEndScan()
  yield fetchOutput(kernel, exports)
}

/** Slots of a scan's Huffman tables (`assembly/jpeg-encode-huffman.ts`). */
function slotsOf(scan: JpegScan): { slot: number; kind: 'dc' | 'ac'; id: 0 | 1 }[] {
  if (scan.first > 0) return [{ slot: 1, kind: 'ac', id: 0 }]
  const ids = scan.components.length > 1 ? ([0, 1] as const) : ([0] as const)
  return ids.flatMap((id) => {
    const dc = { slot: 2 * id, kind: 'dc' as const, id }
    return scan.last > 0 ? [dc, { slot: 2 * id + 1, kind: 'ac' as const, id }] : [dc]
  })
}

function fetchOutput(kernel: KernelRaster['kernel'], exports: KernelExports): Uint8Array {
  const bytes = kernel.bytes(exports.jpegOutput(), exports.jpegOutputBytes()).slice()
  exports.jpegOutputFetched()
  return bytes
}
