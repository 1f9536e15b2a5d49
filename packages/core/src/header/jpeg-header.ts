import type { Orientation } from '../orientation.ts'
import { checkSourceSize, damagedPicture, unsupportedPicture } from '../picture-limits.ts'
import { type ByteFeed, type Parsing, readAscii } from './byte-feed.ts'
import { readExifOrientation } from './exif-orientation.ts'
import type { ImageHeader } from './header-parser.ts'

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP1 = 0xe1
const EXIF_NAME = 'Exif\0\0'

/**
 * JPEG: segments (`ff`, code, 16-bit length that counts itself, payload) up to the end marker; entropy-coded data
 * after each scan header, in which `ff 00` and restart markers do not end the scan. Known at the first scan.
 * Bytes after the end marker (gain maps, motion photos) belong to somebody else.
 */
export function* readJpegHeader(feed: ByteFeed): Generator<ImageHeader | undefined, void, undefined> {
  let frame: { width: number; height: number } | null = null
  let orientation: Orientation | null = null
  let hasScan = false

  yield* feed.skip(2)
  for (;;) {
    const marker = yield* nextMarker(feed)
    if (marker === EOI) break
    if (marker === SOI) throw damagedPicture('jpeg', 'it starts a second time')
    const sizeBytes = (yield* feed.take(2)).getUint16(0) - 2
    if (sizeBytes < 0) throw damagedPicture('jpeg', 'a segment has no length')

    if (isFrameMarker(marker)) {
      if (frame !== null) throw damagedPicture('jpeg', 'it gives its size twice')
      frame = yield* readFrame(feed, marker, sizeBytes)
    } else if (marker === APP1 && orientation === null) {
      orientation = yield* readApp1(feed, sizeBytes)
    } else {
      yield* feed.skip(sizeBytes)
    }
    if (marker === SOS && !hasScan) {
      if (frame === null) throw damagedPicture('jpeg', 'pixels come before their size')
      hasScan = true
      yield { format: 'jpeg', ...frame, orientation: orientation ?? 1, hasAlpha: false, animated: false }
    }
  }
  if (!hasScan) throw damagedPicture('jpeg', 'it holds no pixels')
}

/** The next marker that means something. Stray bytes are passed over, as every decoder does; so is entropy-coded data. */
function* nextMarker(feed: ByteFeed): Parsing<number> {
  for (;;) {
    while (!feed.seekPast(0xff)) yield
    let code = feed.nextByte()
    for (; code < 0 || code === 0xff; code = feed.nextByte()) if (code < 0) yield // any number of ff may fill
    const standsAlone = code <= 0x01 || (code >= 0xd0 && code <= 0xd7) // stuffing, TEM, RST0 to RST7
    if (!standsAlone) return code
  }
}

/** SOF0 to SOF15 but DHT (c4), JPG (c8) and DAC (cc); and DHP (de), which announces a hierarchy of frames. */
const isFrameMarker = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) ||
  marker === 0xde

/** Frame header: precision (8 bits), height (16), width (16), component count (8); then 3 bytes per component. */
function* readFrame(
  feed: ByteFeed,
  marker: number,
  sizeBytes: number,
): Parsing<{ width: number; height: number }> {
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
  yield* feed.skip(components * 3)
  return { width, height }
}

/** @returns null when this APP1 is not EXIF (XMP has the same marker) */
function* readApp1(feed: ByteFeed, sizeBytes: number): Parsing<Orientation | null> {
  if (sizeBytes < EXIF_NAME.length) {
    yield* feed.skip(sizeBytes)
    return null
  }
  const name = readAscii(yield* feed.take(EXIF_NAME.length), 0, EXIF_NAME.length)
  const restBytes = sizeBytes - EXIF_NAME.length
  if (name === EXIF_NAME) return yield* readExifOrientation(feed, restBytes)
  yield* feed.skip(restBytes)
  return null
}
