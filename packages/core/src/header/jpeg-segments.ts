import type { ByteFeed, Parsing } from './byte-feed.ts'

/** JPEG markers by their second byte, T.81 table B.1. */
export const MARKER = {
  tem: 0x01,
  sof0: 0xc0,
  sof2: 0xc2,
  dht: 0xc4,
  jpg: 0xc8,
  dac: 0xcc,
  rst0: 0xd0,
  rst7: 0xd7,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dri: 0xdd,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app14: 0xee,
  app15: 0xef,
  com: 0xfe,
} as const

/** How the payload of an application segment begins. APP1 holds EXIF and XMP, APP2 profiles and other things. */
export const SEGMENT_NAME = {
  jfif: 'JFIF\0',
  exif: 'Exif\0\0',
  xmp: 'http://ns.adobe.com/xap/1.0/\0',
  icc: 'ICC_PROFILE\0',
  adobe: 'Adobe',
} as const

/** A segment whose payload is what the feed has next. */
export interface Segment {
  readonly marker: number
  /** Of the payload, 0 for markers that have none; negative when the length makes no sense. */
  readonly sizeBytes: number
}

/**
 * The one reader of JPEG segments: everything that looks into a JPEG asks it for the next one, and takes its payload or
 * skips it.
 *
 *     ff (fill: ff …) │ marker │ u16 length, which counts itself │ payload
 *
 * SOI, EOI and what `standsAlone` have no length. Stray bytes are passed over, as every decoder does; so is
 * entropy-coded data, in which `ff 00` and restart markers do not end a scan.
 * @param mostStrayBytes how far to look; what follows then is no segment, and has the marker 0
 */
export function* nextSegment(feed: ByteFeed, mostStrayBytes = Number.POSITIVE_INFINITY): Parsing<Segment> {
  const marker = yield* nextMarker(feed, feed.position + mostStrayBytes)
  if (marker === 0) return { marker, sizeBytes: -1 }
  if (marker === MARKER.soi || marker === MARKER.eoi) return { marker, sizeBytes: 0 }
  feed.endMayMiss = false
  return { marker, sizeBytes: (yield* feed.take(2)).getUint16(0) - 2 }
}

/** The next marker that means something; 0 when there is none up to `end`. */
function* nextMarker(feed: ByteFeed, end: number): Parsing<number> {
  for (;;) {
    while (!feed.seekPast(0xff)) {
      if (feed.position > end) return 0
      yield
    }
    let code = feed.nextByte()
    for (; code < 0 || code === 0xff; code = feed.nextByte()) if (code < 0) yield
    const standsAlone = code <= MARKER.tem || (code >= MARKER.rst0 && code <= MARKER.rst7) // stuffing, TEM, RST0 to RST7
    if (!standsAlone) return code
  }
}

/** SOF0 to SOF15 but DHT (c4), JPG (c8) and DAC (cc); and DHP (de), which announces a hierarchy of frames. */
export const isFrameMarker = (marker: number): boolean =>
  (marker >= 0xc0 &&
    marker <= 0xcf &&
    marker !== MARKER.dht &&
    marker !== MARKER.jpg &&
    marker !== MARKER.dac) ||
  marker === 0xde

/** Tables that a JPEG has defined so far, by what scans call them. */
export interface DefinedTables {
  readonly quantisers: Set<number>
  /** `class << 4 | id`: class 0 for DC, 1 for AC. */
  readonly huffman: Set<number>
}

/** DQT: `precision << 4 | id`, 64 steps of 1 or 2 bytes, repeated. DHT: `class << 4 | id`, 16 counts, values, repeated. */
export function* readTables(
  feed: ByteFeed,
  marker: number,
  sizeBytes: number,
  defined: DefinedTables,
): Parsing<void> {
  const end = feed.position + sizeBytes
  while (feed.position < end) {
    const head = (yield* feed.take(1)).getUint8(0)
    if (marker === MARKER.dqt) {
      defined.quantisers.add(head & 15)
      yield* feed.skip(Math.min(end - feed.position, head < 16 ? 64 : 128))
    } else {
      if (end - feed.position < 16) break
      const counts = yield* feed.take(16)
      let values = 0
      for (let i = 0; i < 16; i++) values += counts.getUint8(i)
      if (end - feed.position >= values) defined.huffman.add(head)
      yield* feed.skip(Math.min(end - feed.position, values))
    }
  }
  yield* feed.skip(end - feed.position)
}
