import { type ByteFeed, MARKER, nextSegment, type Parsing } from '@tintype/core/containers'
import { defineStandardTables, type JpegJob, setHuffman } from './jpeg-decode-job.ts'
import { parseHuffmanLists, parseQuantisers, parseScan, type ScanHeader, u16 } from './jpeg-segments.ts'
import { parseFrom } from './parse-from.ts'

/** Go to the next marker other than a restart: the end of a scan's data. Returns false at the end of the file. */
export async function skipToMarker({ reader }: JpegJob): Promise<boolean> {
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

/** Read segments up to and with the next scan's header. Returns null where there are no more scans: see `endsEarly`. */
export async function nextScan(job: JpegJob): Promise<ScanHeader | null> {
  const scan = await parseFrom(job.reader, (feed) => readToScan(feed, job))
  if (scan === undefined) job.endsEarly = true
  return scan ?? null
}

/** @returns null at the end marker; undefined where the structure breaks off */
function* readToScan(feed: ByteFeed, job: JpegJob): Parsing<ScanHeader | null | undefined> {
  const { plan, tables } = job
  for (;;) {
    const { marker, sizeBytes } = yield* nextSegment(feed)
    if (marker === MARKER.eoi) return null
    if (sizeBytes < 0) return undefined
    if (!NEEDED.has(marker)) {
      yield* feed.skip(sizeBytes)
      continue
    }
    const body = yield* feed.takeBytes(sizeBytes)
    if (marker === MARKER.dqt)
      for (const { id, steps } of parseQuantisers(body)) tables.quantisers.set(id, steps)
    else if (marker === MARKER.dht) defineHuffman(job, body)
    else if (marker === MARKER.dri && sizeBytes >= 2) tables.restartInterval = u16(body, 0)
    else if (marker === MARKER.sos) {
      const ids = plan.header.components.map(({ id }) => id)
      const scan = parseScan(body, ids, plan.header.isProgressive)
      defineStandardTables(job, scan)
      return scan
    }
  }
}

const NEEDED: ReadonlySet<number> = new Set([MARKER.dqt, MARKER.dht, MARKER.dri, MARKER.sos])

function defineHuffman(job: JpegJob, body: Uint8Array): void {
  for (const { tableClass, id, list } of parseHuffmanLists(body)) setHuffman(job, tableClass * 4 + id, list)
}
