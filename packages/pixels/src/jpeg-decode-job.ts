import type { KernelExports } from '../build/kernel-exports.d.ts'
import { KERNEL_LAYOUT } from '../build/kernel-layout.ts'
import type { ByteReader } from './byte-reader.ts'
import { RUN_DONE, SCAN } from './jpeg-decode-kernel.ts'
import type { JpegColour } from './jpeg-header.ts'
import type { JpegPlan } from './jpeg-plan.ts'
import { SCRATCH_BYTES } from './jpeg-price.ts'
import type { ScanHeader } from './jpeg-segments.ts'
import { STANDARD_HUFFMAN_LISTS } from './jpeg-standard-tables.ts'
import type { Kernel, KernelRaster } from './kernel.ts'
import { PixelError } from './pixel-error.ts'
import { createAxis, paddedTapsX, paddedTapsY } from './resize.ts'

const COLOURS = { grey: 0, ycc: 1, rgb: 2, cmyk: 3, ycck: 4 } as const satisfies Record<JpegColour, number>

/** What the segments before a scan say, as the kernel has it. */
export interface JpegTables {
  readonly quantisers: Map<number, Uint16Array>
  /** Huffman tables that are defined, as class × 4 + id. */
  readonly huffman: Set<number>
  /** Components whose quantisation table was handed over; it counts from their first scan. */
  readonly latched: Set<number>
  restartInterval: number
}

/** A job under way. */
export interface JpegJob {
  readonly plan: JpegPlan
  readonly kernel: Kernel
  readonly kernelFunctions: KernelExports
  readonly reader: ByteReader
  readonly scratch: number
  readonly tables: JpegTables
  isDamaged: boolean
  /** The file ended, or broke off, where its end marker or another scan should be. */
  endsEarly: boolean
}

/** Allocate everything in the kernel: exactly what `allocatedByJpegDecode` says. */
export function createJob(
  kernel: Kernel,
  reader: ByteReader,
  plan: JpegPlan,
): { job: JpegJob; raster: KernelRaster } {
  const { components, columns, rows, outWidth, outHeight, orientation } = plan
  const kernelFunctions = kernel.exports
  const pointer = plan.isWatched ? 0 : kernel.exports.allocate(outWidth * outHeight * 4)
  const scratch = kernel.exports.allocate(SCRATCH_BYTES)
  kernelFunctions.jpegDecodeCreate(
    components.length,
    plan.mcusX,
    columns.from,
    columns.to,
    rows.from,
    rows.to,
  )
  let [axisX, axisY] = [0, 0]
  components.forEach((it, i) => {
    if (!it.sharesAxes) {
      axisX = createAxis(kernel, it.x, paddedTapsX(it.x, 'plane'))
      axisY = createAxis(kernel, it.y, paddedTapsY(it.y))
    }
    const { h, v, scale, slack, blocksX, blocksY } = it
    kernelFunctions.jpegDecodeComponent(i, h, v, scale, axisX, axisY, it.columns, slack, blocksX, blocksY)
  })
  const colour = COLOURS[plan.colour]
  kernelFunctions.jpegDecodeOutput(
    components.length,
    colour,
    plan.keepInks,
    outWidth,
    outHeight,
    orientation,
    pointer,
  )
  if (plan.bandRows > 0) kernelFunctions.jpegDecodeKeep(plan.bandRows)
  const isTurned = orientation >= 5
  const [width, height] = isTurned ? [outHeight, outWidth] : [outWidth, outHeight]
  const tables = {
    quantisers: new Map(),
    huffman: new Set<number>(),
    latched: new Set<number>(),
    restartInterval: 0,
  }
  return {
    job: { plan, kernel, kernelFunctions, reader, scratch, tables, isDamaged: false, endsEarly: false },
    raster: { kernel, pointer, width, height },
  }
}

/**
 * Give a sequential scan the standard tables where it uses tables that were never defined: frames of cameras leave them
 * out, and so do abbreviated streams.
 * Rule: T.81 K.3; libjpeg does the same.
 */
export function defineStandardTables(job: JpegJob, scan: ScanHeader): void {
  if (job.plan.header.isProgressive) return
  const used = new Set(scan.components.flatMap(({ dc, ac }) => [dc, 4 + ac]))
  for (const slot of used) {
    const list = STANDARD_HUFFMAN_LISTS.get(slot)
    if (list !== undefined && !job.tables.huffman.has(slot)) setHuffman(job, slot, list)
  }
}

/** @param slot class × 4 + id @throws PixelError `corrupt` */
export function setHuffman(job: JpegJob, slot: number, list: Uint8Array): void {
  const { kernel, kernelFunctions, scratch, tables, plan } = job
  kernel.bytes(scratch, list.length).set(list)
  const [tableClass, id] = [slot >> 2, slot & 3]
  const mergesEnds = tableClass === 1 && !plan.header.isProgressive
  if (!kernelFunctions.jpegDecodeSetHuffman(tableClass, id, scratch, mergesEnds)) {
    throw new PixelError('corrupt', 'The JPEG has a Huffman table with too many codes')
  }
  tables.huffman.add(slot)
}

/** Whether all tables that a scan uses are defined. */
export function hasTables({ tables, plan }: JpegJob, scan: ScanHeader, kind: number): boolean {
  const usesDc = kind === SCAN.sequential || kind === SCAN.whole || kind === SCAN.dcFirst
  const usesAc = kind !== SCAN.dcFirst && kind !== SCAN.dcRefine
  return scan.components.every(
    ({ index, dc, ac }) =>
      (!usesDc || tables.huffman.has(dc)) &&
      (!usesAc || tables.huffman.has(4 + ac)) &&
      tables.quantisers.has(plan.header.components[index]?.quantiser as number),
  )
}

/** Hand the tables of a scan's components over, and start it. */
export function startScan(job: JpegJob, scan: ScanHeader, kind: number, toRow: number): void {
  const { kernel, kernelFunctions, scratch, tables, plan } = job
  if (!hasTables(job, scan, kind))
    throw new PixelError('corrupt', 'The JPEG uses a table that it does not define')
  let packed = 0
  scan.components.forEach(({ index, dc, ac }, i) => {
    packed |= index << (2 * i)
    kernelFunctions.jpegDecodeTables(index, dc, ac)
    if (tables.latched.has(index)) return
    const steps = tables.quantisers.get(plan.header.components[index]?.quantiser as number) as Uint16Array
    kernel.bytes(scratch, steps.byteLength).set(new Uint8Array(steps.buffer, 0, steps.byteLength))
    kernelFunctions.jpegDecodeQuantiser(index, scratch)
    tables.latched.add(index)
  })
  const { start, end, low, components } = scan
  const { restartInterval } = tables
  kernelFunctions.jpegDecodeScan(kind, packed, components.length, start, end, low, toRow, restartInterval)
}

/** Push bytes until the scan, or its part in the band, is read. */
export async function feed({ kernel, kernelFunctions, reader }: JpegJob): Promise<void> {
  const input = kernelFunctions.jpegDecodeInput()
  let unused = 0
  for (;;) {
    const bytes = await reader.peek(unused + 1)
    const given = Math.min(bytes.length, KERNEL_LAYOUT.JPEG_INPUT_BYTES)
    const isLast = given === bytes.length && (reader.isLast() || given === unused)
    kernel.bytes(input, given).set(bytes.subarray(0, given))
    kernelFunctions.jpegDecodeGiven(given, isLast)
    const status = kernelFunctions.jpegDecodeRun()
    const taken = kernelFunctions.jpegDecodeTaken()
    reader.advance(taken)
    unused = given - taken
    if (status === RUN_DONE) return
    if (isLast) throw new PixelError('internal', 'The JPEG could not be decoded')
  }
}
