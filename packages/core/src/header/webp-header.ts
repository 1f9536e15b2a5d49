import type { Orientation } from '../orientation.ts'
import { checkAnimationSize, checkSourceSize, damagedPicture } from '../picture-limits.ts'
import { type ByteFeed, type Parsing, readAscii } from './byte-feed.ts'
import { readExifOrientation } from './exif-orientation.ts'
import type { ImageHeader } from './header-parser.ts'

type Canvas = Pick<ImageHeader, 'width' | 'height' | 'hasAlpha' | 'animated'> & { readonly hasExif: boolean }

/** Whether a frame covers its canvas, and whether it is cleared before the next one. */
interface FrameFacts {
  readonly coversAll: boolean
  readonly isCleared: boolean
}

const FLAG_ANIMATION = 0x02
const FLAG_EXIF = 0x08
const FLAG_ALPHA = 0x10
const FRAME_CHUNKS = ['VP8 ', 'VP8L', 'ANMF']

const DISPOSE = 0x01

/**
 * WebP: `RIFF`, 32-bit length of what follows, `WEBP`, then chunks (type, 32-bit length, payload, padded to even).
 * A simple file is one VP8 or VP8L chunk; an extended one starts with VP8X. Known at the first frame, unless VP8X
 * announces EXIF: that comes after the pixels, and turns the picture, so the header has to wait for it. Of an animation
 * the frames are counted, to the end.
 */
export function* readWebpHeader(feed: ByteFeed): Generator<ImageHeader | undefined, void, undefined> {
  const end = 8 + (yield* feed.take(12)).getUint32(4, true)
  let canvas: Canvas | null = null
  let hasFrame = false
  let orientation: Orientation | null = null
  let isKnown = false
  let frames = 0
  let plays = 1
  let isCleared = false
  let showsThrough = false
  let largestFrameBytes = 0
  const header = (found: Canvas): ImageHeader => ({
    ...toHeader(found, orientation),
    ...(found.animated && { animated: frames > 0, hasAlpha: found.hasAlpha || showsThrough }),
    ...(frames > 0 && { animation: { frames, plays, restoresPrevious: false, largestFrameBytes } }),
  })

  while (feed.position + 8 <= end) {
    const chunk = yield* feed.take(8)
    const type = readAscii(chunk, 0, 4)
    const sizeBytes = chunk.getUint32(4, true)
    const payloadEnd = feed.position + sizeBytes
    if (payloadEnd > end) throw damagedPicture('webp', 'a chunk is longer than the file says it is')

    if (type === 'VP8X' && canvas === null) canvas = yield* readVp8x(feed, payloadEnd)
    else if (canvas === null && !FRAME_CHUNKS.includes(type)) {
      throw damagedPicture('webp', 'it does not start with its size')
    } else if (type === 'VP8 ' || type === 'VP8L') {
      const still: Canvas = yield* type === 'VP8 ' ? readVp8(feed, payloadEnd) : readVp8l(feed, payloadEnd)
      if (canvas !== null && !sameSize(canvas, still)) throw damagedPicture('webp', 'it gives two sizes')
      canvas ??= still
      hasFrame = true
    } else if (type === 'ANMF' && canvas?.animated) {
      const frame: FrameFacts = yield* readAnmf(feed, payloadEnd, canvas)
      hasFrame = true
      frames += 1
      largestFrameBytes = Math.max(largestFrameBytes, sizeBytes)
      checkAnimationSize(canvas.width, canvas.height, frames)
      showsThrough ||= !frame.coversAll && (frames === 1 || isCleared)
      isCleared ||= frame.isCleared
    } else if (type === 'ANIM' && canvas?.animated)
      plays = (yield* takePart(feed, 6, payloadEnd)).getUint16(4, true)
    else if (type === 'EXIF' && orientation === null) {
      orientation = yield* readExifOrientation(feed, payloadEnd - feed.position)
    }

    const isReady = canvas !== null && hasFrame && !canvas.animated && !isKnown
    if (canvas !== null && isReady && (!canvas.hasExif || orientation !== null)) {
      isKnown = true
      yield header(canvas)
    }
    yield* feed.skip(Math.min(payloadEnd + (payloadEnd & 1), end) - feed.position)
    if (canvas?.animated && hasFrame) feed.provisional = header(canvas)
  }
  if (canvas === null || !hasFrame) throw damagedPicture('webp', 'it holds no pixels')
  yield* feed.skip(end - feed.position)
  if (!isKnown) yield header(canvas)
}

function toHeader(canvas: Canvas, orientation: Orientation | null): ImageHeader {
  const { width, height, hasAlpha, animated } = canvas
  const isTurned = canvas.hasExif && orientation !== null
  return { format: 'webp', width, height, orientation: isTurned ? orientation : 1, hasAlpha, animated }
}

const sameSize = (a: Canvas, b: Canvas): boolean => a.width === b.width && a.height === b.height

function* takePart(feed: ByteFeed, sizeBytes: number, payloadEnd: number): Parsing<DataView> {
  if (feed.position + sizeBytes > payloadEnd) throw damagedPicture('webp', 'a header is cut short')
  return yield* feed.take(sizeBytes)
}

/** VP8X: flags (8 bits), reserved (24), canvas width - 1 (24), canvas height - 1 (24). */
function* readVp8x(feed: ByteFeed, payloadEnd: number): Parsing<Canvas> {
  const header = yield* takePart(feed, 10, payloadEnd)
  const flags = header.getUint8(0)
  const width = 1 + (header.getUint32(3, true) >>> 8)
  const height = 1 + (header.getUint32(6, true) >>> 8)
  checkSourceSize('webp', width, height)
  return {
    width,
    height,
    hasAlpha: (flags & FLAG_ALPHA) !== 0,
    animated: (flags & FLAG_ANIMATION) !== 0,
    hasExif: (flags & FLAG_EXIF) !== 0,
  }
}

/**
 * ANMF: left / 2, top / 2, width - 1, height - 1, duration (24 bits each), flags (8): do not blend, dispose; then the
 * frame's own chunks.
 */
function* readAnmf(feed: ByteFeed, payloadEnd: number, canvas: Canvas): Parsing<FrameFacts> {
  const head = yield* takePart(feed, 16, payloadEnd)
  const u24 = (at: number) => head.getUint16(at, true) | (head.getUint8(at + 2) << 16)
  const [left, top, width, height] = [2 * u24(0), 2 * u24(3), 1 + u24(6), 1 + u24(9)]
  if (left + width > canvas.width || top + height > canvas.height)
    throw damagedPicture('webp', 'a frame reaches over its canvas')
  return {
    coversAll: width === canvas.width && height === canvas.height,
    isCleared: (head.getUint8(15) & DISPOSE) !== 0,
  }
}

/** VP8 key frame: tag (24 bits, lowest bit 0), `9d 01 2a`, width (14 bits, 2 of scale), height (the same). */
function* readVp8(feed: ByteFeed, payloadEnd: number): Parsing<Canvas> {
  const header = yield* takePart(feed, 10, payloadEnd)
  const isKeyFrame = (header.getUint8(0) & 1) === 0
  if (!isKeyFrame || header.getUint32(2) % 2 ** 24 !== 0x9d012a) {
    throw damagedPicture('webp', 'its frame is no key frame')
  }
  const width = header.getUint16(6, true) & 0x3fff
  const height = header.getUint16(8, true) & 0x3fff
  checkSourceSize('webp', width, height)
  return { width, height, hasAlpha: false, animated: false, hasExif: false }
}

/** VP8L: `2f`, then from the lowest bit width - 1 (14 bits), height - 1 (14), has alpha (1), version 0 (3). */
function* readVp8l(feed: ByteFeed, payloadEnd: number): Parsing<Canvas> {
  const header = yield* takePart(feed, 5, payloadEnd)
  const bits = header.getUint32(1, true)
  if (header.getUint8(0) !== 0x2f || bits >>> 29 !== 0)
    throw damagedPicture('webp', 'its lossless frame is broken')
  const width = 1 + (bits & 0x3fff)
  const height = 1 + ((bits >>> 14) & 0x3fff)
  checkSourceSize('webp', width, height)
  return { width, height, hasAlpha: (bits & (1 << 28)) !== 0, animated: false, hasExif: false }
}
