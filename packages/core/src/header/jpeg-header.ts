import type { Orientation } from '../orientation.ts'
import { checkSourceSize, damagedPicture, unsupportedPicture } from '../picture-limits.ts'
import { type ByteFeed, type Parsing, readAscii } from './byte-feed.ts'
import { readExifOrientation } from './exif-orientation.ts'
import type { ImageHeader } from './header-parser.ts'
import {
  type DefinedTables,
  isFrameMarker,
  MARKER,
  nextSegment,
  readTables,
  SEGMENT_NAME,
} from './jpeg-segments.ts'

/** T.81 K.3 has tables 0 and 1 of both classes, for sequential scans. */
const LAST_STANDARD_TABLE = 1

/**
 * JPEG: segments (`ff`, code, 16-bit length that counts itself, payload) up to the end marker; entropy-coded data
 * after each scan header, in which `ff 00` and restart markers do not end the scan. Known at the first scan.
 * Bytes after the end marker (gain maps, motion photos) belong to somebody else. The end marker may be missing.
 */
export function* readJpegHeader(feed: ByteFeed): Generator<ImageHeader | undefined, void, undefined> {
  let frame: Frame | null = null
  let orientation: Orientation | null = null
  let hasScan = false
  const tables: DefinedTables = { quantisers: new Set(), huffman: new Set() }

  yield* feed.skip(2)
  for (;;) {
    feed.endMayMiss = hasScan
    const { marker, sizeBytes } = yield* nextSegment(feed)
    if (marker === MARKER.eoi) break
    if (marker === MARKER.soi) throw damagedPicture('jpeg', 'it starts a second time')
    if (sizeBytes < 0) throw damagedPicture('jpeg', 'a segment has no length')

    if (isFrameMarker(marker)) {
      if (frame !== null) throw damagedPicture('jpeg', 'it gives its size twice')
      frame = yield* readFrame(feed, marker, sizeBytes)
    } else if (marker === MARKER.app1 && orientation === null) {
      orientation = yield* readApp1(feed, sizeBytes)
    } else if (!hasScan && (marker === MARKER.dqt || marker === MARKER.dht)) {
      yield* readTables(feed, marker, sizeBytes, tables)
    } else if (marker === MARKER.sos && !hasScan) {
      if (frame === null) throw damagedPicture('jpeg', 'pixels come before their size')
      yield* checkScan(feed, sizeBytes, frame, tables)
      hasScan = true
      const { width, height } = frame
      yield { format: 'jpeg', width, height, orientation: orientation ?? 1, hasAlpha: false, animated: false }
    } else {
      yield* feed.skip(sizeBytes)
    }
  }
  if (!hasScan) throw damagedPicture('jpeg', 'it holds no pixels')
}

interface Frame {
  readonly width: number
  readonly height: number
  readonly isProgressive: boolean
  /** Quantisation table of each component, by the component's name. */
  readonly quantisers: ReadonlyMap<number, number>
}

/**
 * The first scan must find its tables: `n`, n × (component, `dc << 4 | ac`), first coefficient, last, bits. Huffman tables
 * that are missing are the standard ones where such exist.
 */
function* checkScan(
  feed: ByteFeed,
  sizeBytes: number,
  frame: Frame,
  { quantisers, huffman }: DefinedTables,
): Parsing<void> {
  const count = sizeBytes < 1 ? 0 : (yield* feed.take(1)).getUint8(0)
  if (count < 1 || count > 4 || sizeBytes < 4 + count * 2) {
    throw damagedPicture('jpeg', 'its scan header is cut short')
  }
  const scan = yield* feed.take(count * 2 + 1)
  const usesAc = !frame.isProgressive || scan.getUint8(count * 2) > 0
  const usesDc = !frame.isProgressive || !usesAc
  const isKnown = (table: number): boolean =>
    huffman.has(table) || (!frame.isProgressive && (table & 15) <= LAST_STANDARD_TABLE)
  for (let i = 0; i < count; i++) {
    const quantiser = frame.quantisers.get(scan.getUint8(i * 2))
    const [dc, ac] = [scan.getUint8(i * 2 + 1) >> 4, scan.getUint8(i * 2 + 1) & 15]
    if (quantiser === undefined)
      throw damagedPicture('jpeg', 'a scan has a component that the picture has not')
    if (!quantisers.has(quantiser)) throw damagedPicture('jpeg', 'its quantisation tables are missing')
    if ((usesDc && !isKnown(dc)) || (usesAc && !isKnown(0x10 | ac))) {
      throw damagedPicture('jpeg', 'its Huffman tables are missing')
    }
  }
  yield* feed.skip(sizeBytes - 2 - count * 2)
}

/** Frame header: precision (8 bits), height (16), width (16), component count (8); then 3 bytes per component. */
function* readFrame(feed: ByteFeed, marker: number, sizeBytes: number): Parsing<Frame> {
  if (sizeBytes < 6) throw damagedPicture('jpeg', 'its frame header is cut short')
  const header = yield* feed.take(6)
  const precision = header.getUint8(0)
  const height = header.getUint16(1)
  const width = header.getUint16(3)
  const components = header.getUint8(5)

  if (marker >= 0xc9 && marker <= 0xcf) throw unsupportedPicture('jpeg', 'arithmetic coding')
  if (marker === 0xc3) throw unsupportedPicture('jpeg', 'lossless coding')
  if (marker > 0xc2) throw unsupportedPicture('jpeg', 'hierarchical coding')
  if (precision !== 8) throw unsupportedPicture('jpeg', `${precision} bits a sample, not 8`)
  if (height === 0 && width > 0) throw unsupportedPicture('jpeg', 'its height after its pixels (DNL)')
  checkSourceSize('jpeg', width, height)
  if (components !== 1 && components !== 3 && components !== 4) {
    throw unsupportedPicture('jpeg', `${components} colour components`)
  }
  if (sizeBytes !== 6 + components * 3) throw damagedPicture('jpeg', 'its frame header has a wrong length')
  const quantisers = new Map<number, number>()
  for (let i = 0; i < components; i++) {
    const component = yield* feed.take(3)
    quantisers.set(component.getUint8(0), component.getUint8(2))
  }
  return { width, height, isProgressive: marker === MARKER.sof2, quantisers }
}

/** @returns null when this APP1 is not EXIF (XMP has the same marker) */
function* readApp1(feed: ByteFeed, sizeBytes: number): Parsing<Orientation | null> {
  if (sizeBytes < SEGMENT_NAME.exif.length) {
    yield* feed.skip(sizeBytes)
    return null
  }
  const name = readAscii(yield* feed.take(SEGMENT_NAME.exif.length), 0, SEGMENT_NAME.exif.length)
  const restBytes = sizeBytes - SEGMENT_NAME.exif.length
  if (name === SEGMENT_NAME.exif) return yield* readExifOrientation(feed, restBytes)
  yield* feed.skip(restBytes)
  return null
}
