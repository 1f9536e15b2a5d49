import { feed, hasTables, type JpegJob, startScan } from './jpeg-decode-job.ts'
import { PLACE_BIT_POSITION, PLACE_BYTES, SCAN } from './jpeg-decode-kernel.ts'
import { nextScan, skipToMarker } from './jpeg-decode-segments.ts'
import type { ScanHeader } from './jpeg-segments.ts'
import { PixelError } from './pixel-error.ts'

const LARGEST_SCALE = 3
/** Far more than any encoder writes; each may visit every block. */
const MOST_SCANS = 100

/** Where a scan went on to, per pass: its place in the kernel's words, and where the next segment is. */
interface ScanRecord {
  readonly place: Uint8Array
  /** File offset of the byte at which the place's bits go on. */
  offset: number
  end: number
}

/** Many scans: coefficients are kept for a band of MCU rows, and every scan is read up to the band's end in turn. */
export async function runScans(job: JpegJob): Promise<void> {
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

async function readBand(job: JpegJob, records: ScanRecord[], row: number, rows: number): Promise<void> {
  const { plan, reader, tables } = job
  const progress = createProgress(plan.components.length)
  tables.latched.clear()
  tables.restartInterval = 0
  job.endsEarly = false
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
  // Without its end marker a file is whole if its scans have sent all there is to send.
  if (index === MOST_SCANS || (job.endsEarly && !isComplete(progress))) job.isDamaged = true
}

/** Bits that each coefficient of each component has got so far, T.81 G.1.1.1.1: none is sent twice. */
type Progress = Int8Array[]
const NOT_SENT = -1
const createProgress = (components: number): Progress =>
  Array.from({ length: components }, () => new Int8Array(64).fill(NOT_SENT))

const isComplete = (progress: Progress): boolean => progress.every((bits) => bits.every((low) => low === 0))

/** How a scan is to be read; undefined when it is not needed, or out of turn. */
function chooseKind(job: JpegJob, scan: ScanHeader, progress: Progress): number | undefined {
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

/** As `nextScan`; segments that make no sense end the picture there, with what the scans before have given. */
async function nextScanIfSound(job: JpegJob): Promise<ScanHeader | null> {
  try {
    return await nextScan(job)
  } catch (error) {
    if (!(error instanceof PixelError)) throw error
    job.isDamaged = true
    return null
  }
}

function savePlace({ kernel, kernelFunctions, scratch, reader }: JpegJob): Omit<ScanRecord, 'end'> {
  kernelFunctions.jpegDecodeSavePlace(scratch)
  const place = kernel.bytes(scratch, PLACE_BYTES).slice()
  const bits = new DataView(place.buffer).getInt32(PLACE_BIT_POSITION, true)
  // The kernel counts from its input's start; what it took of that is behind the reader by now.
  return { place, offset: reader.position - kernelFunctions.jpegDecodeTaken() + (bits >> 3) }
}

function loadPlace({ kernel, kernelFunctions, scratch }: JpegJob, { place }: ScanRecord): void {
  kernel.bytes(scratch, PLACE_BYTES).set(place)
  kernelFunctions.jpegDecodeLoadPlace(scratch)
}
