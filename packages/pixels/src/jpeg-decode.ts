import { type ByteReader, type ByteSource, createByteReader } from './byte-reader.ts'
import type { JpegColour } from './jpeg-header.ts'
import type { JpegPlan } from './jpeg-plan.ts'
import { SCRATCH_BYTES } from './jpeg-price.ts'
import {
  MARKER,
  parseHuffmanLists,
  parseQuantisers,
  parseScan,
  type ScanHeader,
  standsAlone,
  u16,
} from './jpeg-segments.ts'
import type { Kernel, KernelRaster } from './kernel.ts'
import { PixelError } from './pixel-error.ts'
import { createAxis, paddedTapsX, paddedTapsY } from './resize.ts'

/** A decoded picture, possibly not whole. */
export interface DecodedJpeg {
  readonly raster: KernelRaster
  /** Something was missing or made no sense; what could not be read is mid-grey, or less sharp. */
  readonly truncated: boolean
}

/** The kernel's functions for decoding JPEG. Pointers are numbers; booleans are 0 or 1. */
interface JpegDecodeExports {
  jpegDecodeCreate(
    count: number,
    mcusX: number,
    from: number,
    to: number,
    fromRow: number,
    toRow: number,
  ): void
  jpegDecodeComponent(
    index: number,
    h: number,
    v: number,
    scale: number,
    axisX: number,
    axisY: number,
    columns: number,
    slack: number,
    blocksX: number,
    blocksY: number,
  ): void
  jpegDecodeOutput(
    count: number,
    colour: number,
    keepInks: boolean,
    width: number,
    height: number,
    orientation: number,
    raster: number,
  ): void
  jpegDecodeKeep(rows: number): void
  jpegDecodeQuantiser(index: number, table: number): void
  jpegDecodeSetHuffman(tableClass: number, id: number, list: number, mergesEnds: boolean): number
  jpegDecodeTables(index: number, dc: number, ac: number): void
  jpegDecodeScan(
    kind: number,
    components: number,
    count: number,
    start: number,
    end: number,
    low: number,
    toRow: number,
    restartInterval: number,
  ): void
  jpegDecodeInput(): number
  jpegDecodeGiven(bytes: number, isLast: boolean): void
  jpegDecodeTaken(): number
  jpegDecodeRun(): number
  jpegDecodeDamaged(): number
  jpegDecodeBand(first: number, rows: number): void
  jpegDecodeRender(rows: number): void
  jpegDecodeBlankRest(): void
  jpegDecodeSavePlace(place: number): void
  jpegDecodeLoadPlace(place: number): void
}

const COLOURS = { grey: 0, ycc: 1, rgb: 2, cmyk: 3, ycck: 4 } as const satisfies Record<JpegColour, number>
const SCAN = { sequential: 0, whole: 1, dcFirst: 2, dcRefine: 3, acFirst: 4, acRefine: 5 } as const
const RUN_DONE = 0
const INPUT_BYTES = 32768
const PLACE_BYTES = 36
const BIT_POSITION = 32
const LARGEST_SCALE = 3
/** Far more than any encoder writes; each may visit every block. */
const MOST_SCANS = 100

/** What the segments before a scan say, as the kernel has it. */
interface Tables {
  readonly quantisers: Map<number, Uint16Array>
  /** Huffman tables that are defined, as class × 4 + id. */
  readonly huffman: Set<number>
  /** Components whose quantisation table was handed over; it counts from their first scan. */
  readonly latched: Set<number>
  restartInterval: number
}

/** A job under way. */
interface Job {
  readonly plan: JpegPlan
  readonly kernel: Kernel
  readonly kernelFunctions: JpegDecodeExports
  readonly reader: ByteReader
  readonly scratch: number
  readonly tables: Tables
  isDamaged: boolean
}

/**
 * Decode a JPEG into a raster of the planned size.
 * @param kernel a fresh one: it takes `plan.priceBytes` at most, and serves nothing else meanwhile
 * @param source the whole file, from its first byte. A plan with `isMultiPass` keeps a stream in memory (of
 *   JavaScript), unless it can be opened again
 * @throws PixelError `corrupt` where nothing can be shown; `truncated` where the file ends before its first scan
 */
export async function decodeJpeg(kernel: Kernel, source: ByteSource, plan: JpegPlan): Promise<DecodedJpeg> {
  const keepsAll = plan.isMultiPass && !('reopen' in source)
  const reader = createByteReader(source, keepsAll)
  try {
    const { job, raster } = createJob(kernel, reader, plan)
    await (plan.bandRows === 0 ? runSequential(job) : runScans(job))
    return { raster, truncated: job.isDamaged || job.kernelFunctions.jpegDecodeDamaged() !== 0 }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      throw new PixelError('internal', 'The JPEG could not be decoded', { cause: error })
    }
    throw error
  } finally {
    await reader.close()
  }
}

/** Allocate everything in the kernel: exactly what `allocatedByJpegDecode` says. */
function createJob(kernel: Kernel, reader: ByteReader, plan: JpegPlan): { job: Job; raster: KernelRaster } {
  const { components, columns, rows, outWidth, outHeight, orientation } = plan
  const kernelFunctions = kernel.exports as unknown as JpegDecodeExports
  const pointer = kernel.exports.allocate(outWidth * outHeight * 4)
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
    job: { plan, kernel, kernelFunctions, reader, scratch, tables, isDamaged: false },
    raster: { kernel, pointer, width, height },
  }
}

/** One scan holds everything: it is turned into pixels while it is read. */
async function runSequential(job: Job): Promise<void> {
  const { kernelFunctions, plan } = job
  const scan = await nextScan(job)
  if (!scan) throw new PixelError('truncated', 'The JPEG ends before its first scan')
  startScan(job, scan, SCAN.sequential, plan.rows.to)
  await feed(job)
  kernelFunctions.jpegDecodeBlankRest()
}

/** Where a scan went on to, per pass: its place in the kernel's words, and where the next segment is. */
interface ScanRecord {
  readonly place: Uint8Array
  /** File offset of the byte at which the place's bits go on. */
  offset: number
  end: number
}

/** Many scans: coefficients are kept for a band of MCU rows, and every scan is read up to the band's end in turn. */
async function runScans(job: Job): Promise<void> {
  const { kernelFunctions, plan, reader } = job
  const records: ScanRecord[] = []
  for (let row = 0; row < plan.rows.to; row += plan.bandRows) {
    const rows = Math.min(plan.bandRows, plan.rows.to - row)
    if (row > 0) await reader.seek(0)
    kernelFunctions.jpegDecodeBand(row, rows)
    await readBand(job, records, row, rows)
    kernelFunctions.jpegDecodeRender(rows)
  }
}

async function readBand(job: Job, records: ScanRecord[], row: number, rows: number): Promise<void> {
  const { plan, reader, tables } = job
  const progress = createProgress(plan.components.length)
  tables.latched.clear()
  tables.restartInterval = 0
  let index = 0
  for (; index < MOST_SCANS; index++) {
    const scan = await (index === 0 ? nextScan(job) : nextScanIfSound(job))
    if (!scan) break
    const kind = chooseKind(job, scan, progress)
    if (kind === undefined) {
      await skipToMarker(job)
      continue
    }
    if (index > 0 && !hasTables(job, scan, kind)) {
      job.isDamaged = true
      break
    }
    startScan(job, scan, kind, row + rows)
    const known = records[index]
    if (known) {
      loadPlace(job, known)
      await reader.seek(known.offset)
    }
    await feed(job)
    const place = savePlace(job)
    if (!known) await skipToMarker(job)
    records[index] = { ...place, end: known?.end ?? reader.position }
    await reader.seek(records[index]?.end as number)
  }
  if (index === 0 && records.length === 0)
    throw new PixelError('truncated', 'The JPEG ends before its first scan')
  if (index === MOST_SCANS) job.isDamaged = true
}

/** Bits that each coefficient of each component has got so far, T.81 G.1.1.1.1: none is sent twice. */
type Progress = Int8Array[]
const NOT_SENT = -1
const createProgress = (components: number): Progress =>
  Array.from({ length: components }, () => new Int8Array(64).fill(NOT_SENT))

/** How a scan is to be read; undefined when it is not needed, or out of turn. */
function chooseKind(job: Job, scan: ScanHeader, progress: Progress): number | undefined {
  const { plan } = job
  const { start, end, high, low, components } = scan
  if (!plan.header.isProgressive) {
    const isRepeated = components.some(({ index }) => progress[index]?.[0] !== NOT_SENT)
    for (const { index } of components) progress[index]?.fill(0)
    if (isRepeated) job.isDamaged = true
    return isRepeated ? undefined : SCAN.whole
  }
  for (const { index } of components) {
    const bits = progress[index] as Int8Array
    for (let k = start; k <= end; k++) {
      if (bits[k] !== (high === 0 ? NOT_SENT : high)) {
        job.isDamaged = true
        return undefined
      }
    }
    bits.fill(low, start, end + 1)
  }
  if (start === 0) return high === 0 ? SCAN.dcFirst : SCAN.dcRefine
  const isDcOnly = plan.components[components[0]?.index ?? 0]?.scale === LARGEST_SCALE
  if (isDcOnly) return undefined
  return high === 0 ? SCAN.acFirst : SCAN.acRefine
}

/** Whether all tables that a scan uses are defined. */
function hasTables({ tables, plan }: Job, scan: ScanHeader, kind: number): boolean {
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
function startScan(job: Job, scan: ScanHeader, kind: number, toRow: number): void {
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
async function feed({ kernel, kernelFunctions, reader }: Job): Promise<void> {
  const input = kernelFunctions.jpegDecodeInput()
  let unused = 0
  for (;;) {
    const bytes = await reader.peek(unused + 1)
    const given = Math.min(bytes.length, INPUT_BYTES)
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

function savePlace({ kernel, kernelFunctions, scratch, reader }: Job): Omit<ScanRecord, 'end'> {
  kernelFunctions.jpegDecodeSavePlace(scratch)
  const place = kernel.bytes(scratch, PLACE_BYTES).slice()
  const bits = new DataView(place.buffer).getInt32(BIT_POSITION, true)
  // The kernel counts from its input's start; what it took of that is behind the reader by now.
  return { place, offset: reader.position - kernelFunctions.jpegDecodeTaken() + (bits >> 3) }
}

function loadPlace({ kernel, kernelFunctions, scratch }: Job, { place }: ScanRecord): void {
  kernel.bytes(scratch, PLACE_BYTES).set(place)
  kernelFunctions.jpegDecodeLoadPlace(scratch)
}

/** Go to the next marker other than a restart. Returns false at the end of the file. */
async function skipToMarker({ reader }: Job): Promise<boolean> {
  for (;;) {
    const bytes = await reader.peek(2)
    if (bytes.length < 2) return false
    let at = bytes.indexOf(0xff)
    for (; at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
      const code = bytes[at + 1] as number
      const isData = code === 0 || code === 0xff || (code >= MARKER.rst0 && code <= MARKER.rst7)
      if (isData) continue
      reader.advance(at)
      return true
    }
    reader.advance(bytes.length - (bytes[bytes.length - 1] === 0xff ? 1 : 0))
  }
}

/** Read segments up to and with the next scan's header. Returns null where there are no more scans. */
async function nextScan(job: Job): Promise<ScanHeader | null> {
  const { reader, plan, tables } = job
  while (await skipToMarker(job)) {
    const marker = (await reader.peek(2))[1] as number
    if (marker === MARKER.eoi) return null
    reader.advance(2)
    if (standsAlone(marker)) continue
    const head = await reader.peek(2)
    const length = head.length < 2 ? 0 : u16(head, 0)
    if (length < 2) break
    const isNeeded =
      marker === MARKER.dqt || marker === MARKER.dht || marker === MARKER.dri || marker === MARKER.sos
    if (!isNeeded) {
      await reader.seek(reader.position + length)
      continue
    }
    const segment = await reader.peek(length)
    if (segment.length < length) break
    const body = segment.subarray(2, length)
    if (marker === MARKER.dqt)
      for (const { id, steps } of parseQuantisers(body)) tables.quantisers.set(id, steps)
    else if (marker === MARKER.dht) defineHuffman(job, body)
    else if (marker === MARKER.dri && length >= 4) tables.restartInterval = u16(body, 0)
    const ids = plan.header.components.map(({ id }) => id)
    const scan = marker === MARKER.sos ? parseScan(body, ids, plan.header.isProgressive) : null
    reader.advance(length)
    if (scan) return scan
  }
  job.isDamaged = true
  return null
}

/** As `nextScan`; segments that make no sense end the picture there, with what the scans before have given. */
async function nextScanIfSound(job: Job): Promise<ScanHeader | null> {
  try {
    return await nextScan(job)
  } catch (error) {
    if (!(error instanceof PixelError)) throw error
    job.isDamaged = true
    return null
  }
}

function defineHuffman({ kernel, kernelFunctions, scratch, tables, plan }: Job, body: Uint8Array): void {
  for (const { tableClass, id, list } of parseHuffmanLists(body)) {
    kernel.bytes(scratch, list.length).set(list)
    const mergesEnds = tableClass === 1 && !plan.header.isProgressive
    if (!kernelFunctions.jpegDecodeSetHuffman(tableClass, id, scratch, mergesEnds)) {
      throw new PixelError('corrupt', 'The JPEG has a Huffman table with too many codes')
    }
    tables.huffman.add(tableClass * 4 + id)
  }
}
