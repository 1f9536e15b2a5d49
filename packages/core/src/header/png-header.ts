import type { AnimationFacts } from '../image.ts'
import type { Orientation } from '../orientation.ts'
import { checkAnimationSize, checkSourceSize, damagedPicture, unsupportedPicture } from '../picture-limits.ts'
import { type ByteFeed, type Parsing, readAscii } from './byte-feed.ts'
import { crc32 } from './crc32.ts'
import { readExifOrientation } from './exif-orientation.ts'
import type { ImageHeader } from './header-parser.ts'

const SIGNATURE_BYTES = 8
const CRC_BYTES = 4
/** After IHDR, which stands first and once. A decoder must refuse any other type that begins with a capital letter. */
const CRITICAL_CHUNKS: readonly string[] = ['PLTE', 'IDAT', 'IEND']
/** A chunk's checksum runs over its type and its payload. */
const CRC_OF_IHDR = crc32(Uint8Array.of(0x49, 0x48, 0x44, 0x52))
const MAX_CHUNK_BYTES = 2 ** 31 - 1
/** Bit depths each colour type may have. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

/**
 * PNG: after the signature, chunks (32-bit length, type, payload, CRC) up to IEND. Known at the first IDAT: whatever
 * says something about transparency, orientation or an animation stands before it. IEND may be missing. An animation may
 * be transparent whatever its pixels: its frames may clear a part of the canvas.
 */
export function* readPngHeader(feed: ByteFeed): Generator<ImageHeader | undefined, void, undefined> {
  yield* feed.skip(SIGNATURE_BYTES)
  const first = yield* feed.take(8)
  const firstType = readAscii(first, 4, 4)
  if (firstType === 'CgBI') throw unsupportedPicture('png', "Apple's private changes (CgBI)")
  if (firstType !== 'IHDR' || first.getUint32(0) !== 13)
    throw damagedPicture('png', 'it does not start with IHDR')
  const { width, height, colourType } = readIhdr(yield* feed.take(13 + CRC_BYTES))

  let hasAlpha = colourType === 4 || colourType === 6
  let hasPalette = false
  let hasPixels = false
  let orientation: Orientation = 1
  let animation: AnimationFacts | null = null
  for (let type = ''; type !== 'IEND'; ) {
    feed.endMayMiss = hasPixels
    const chunk = yield* feed.take(8)
    const sizeBytes = chunk.getUint32(0)
    type = readAscii(chunk, 4, 4)
    feed.endMayMiss = type === 'IEND' && hasPixels
    if (sizeBytes > MAX_CHUNK_BYTES || !/^[A-Za-z]{4}$/.test(type)) {
      throw damagedPicture('png', 'a chunk is no chunk')
    }
    if (/^[A-Z]/.test(type) && !CRITICAL_CHUNKS.includes(type)) {
      throw damagedPicture('png', `${type} is no chunk that may stand there`)
    }

    if (type === 'PLTE') hasPalette = true
    if (type === 'tRNS') hasAlpha = true
    if (type === 'IDAT' && !hasPixels) {
      if (colourType === 3 && !hasPalette) throw damagedPicture('png', 'its palette is missing')
      hasPixels = true
      if (animation !== null) checkAnimationSize(width, height, animation.frames)
      yield {
        ...{ format: 'png', width, height, orientation },
        ...(animation === null
          ? { hasAlpha, animated: false }
          : { hasAlpha: true, animated: true, animation }),
      }
    }
    if (type === 'eXIf' && !hasPixels) orientation = yield* readExifOrientation(feed, sizeBytes)
    else if (type === 'acTL' && !hasPixels && sizeBytes === 8) animation = yield* readActl(feed)
    else yield* feed.skip(sizeBytes)
    yield* feed.skip(CRC_BYTES)
  }
  if (!hasPixels) throw damagedPicture('png', 'it holds no pixels')
}

/** acTL: frames (32 bits), times they are played (32), 0 for ever. A single frame is a still picture. */
function* readActl(feed: ByteFeed): Parsing<AnimationFacts | null> {
  const body = yield* feed.take(8)
  const [frames, plays] = [body.getUint32(0), body.getUint32(4)]
  return frames < 2 ? null : { frames, plays, restoresPrevious: true }
}

/** IHDR: width (32 bits), height (32), bit depth, colour type, compression, filter, interlace (8 each); then its CRC. */
function readIhdr(ihdr: DataView): { width: number; height: number; colourType: number } {
  const width = ihdr.getUint32(0)
  const height = ihdr.getUint32(4)
  const depth = ihdr.getUint8(8)
  const colourType = ihdr.getUint8(9)
  if (ihdr.getUint32(13) !== crc32(new Uint8Array(ihdr.buffer, ihdr.byteOffset, 13), CRC_OF_IHDR))
    throw damagedPicture('png', 'the checksum of IHDR is wrong')
  if (!DEPTHS[colourType]?.includes(depth)) {
    throw damagedPicture('png', `colour type ${colourType} with ${depth} bits does not exist`)
  }
  if (ihdr.getUint8(10) !== 0 || ihdr.getUint8(11) !== 0 || ihdr.getUint8(12) > 1) {
    throw damagedPicture('png', 'its compression, filter or interlace method does not exist')
  }
  checkSourceSize('png', width, height)
  return { width, height, colourType }
}
