import { defineStandardTables, type JpegJob, setHuffman } from './jpeg-decode-job.ts'
import {
  MARKER,
  parseHuffmanLists,
  parseQuantisers,
  parseScan,
  type ScanHeader,
  standsAlone,
  u16,
} from './jpeg-segments.ts'

/** Go to the next marker other than a restart. Returns false at the end of the file. */
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
    if (scan === null) continue
    defineStandardTables(job, scan)
    return scan
  }
  job.endsEarly = true
  return null
}

function defineHuffman(job: JpegJob, body: Uint8Array): void {
  for (const { tableClass, id, list } of parseHuffmanLists(body)) setHuffman(job, tableClass * 4 + id, list)
}
