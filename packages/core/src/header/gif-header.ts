import { checkAnimationSize, checkSourceSize, damagedPicture } from '../picture-limits.ts'
import { type ByteFeed, type Parsing, readAscii } from './byte-feed.ts'
import type { ImageHeader } from './header-parser.ts'

const EXTENSION = 0x21
const FRAME = 0x2c
const TRAILER = 0x3b
const GRAPHIC_CONTROL = 0xf9
const APPLICATION = 0xff
/** Applications whose block says how often an animation is repeated. */
const REPEATING = ['NETSCAPE2.0', 'ANIMEXTS1.0']
/** Disposal methods of a frame that leaves nothing behind, and of one that leaves what was there before. */
const CLEARED = 2
const RESTORED = 3

/**
 * GIF: signature (6 bytes), screen width and height (16 bits each), flags, background, aspect (8 each), colour table;
 * then blocks up to the trailer. The first frame may enlarge the screen, whose size some writers leave empty or too small.
 * Each frame may be transparent, the first may leave a part of the screen uncovered, and so may one that
 * follows a frame that is cleared. Frames are counted to the trailer, and the header is known there.
 */
export function* readGifHeader(feed: ByteFeed): Generator<ImageHeader | undefined, void, undefined> {
  const screen = yield* feed.take(13)
  let width = screen.getUint16(6, true)
  let height = screen.getUint16(8, true)
  checkSourceSize('gif', Math.max(width, 1), Math.max(height, 1))
  yield* feed.skip(colourTableBytes(screen.getUint8(10)))

  let frames = 0
  let hasAlpha = false
  let plays = 1
  let restoresPrevious = false
  /** Whether the frame that comes, and the one before, are cleared when another one follows. */
  let [isCleared, wasCleared] = [false, false]
  const header = (): ImageHeader => ({
    format: 'gif',
    width,
    height,
    orientation: 1,
    hasAlpha,
    animated: frames > 1,
    ...(frames > 1 && { animation: { frames, plays, restoresPrevious } }),
  })
  for (;;) {
    feed.endMayMiss = frames > 0
    const block = (yield* feed.take(1)).getUint8(0)
    feed.endMayMiss = false
    if (block === TRAILER) break
    if (block === EXTENSION) {
      const extension = yield* feed.take(2)
      const sizeBytes = extension.getUint8(1)
      if (extension.getUint8(0) === GRAPHIC_CONTROL && sizeBytes > 0) {
        const flags = (yield* feed.take(1)).getUint8(0)
        hasAlpha ||= (flags & 1) !== 0
        const disposal = (flags >> 2) & 7
        isCleared = disposal === CLEARED
        restoresPrevious ||= disposal === RESTORED
        yield* feed.skip(sizeBytes - 1)
      } else if (extension.getUint8(0) === APPLICATION && sizeBytes === 11) {
        if (REPEATING.includes(readAscii(yield* feed.take(11), 0, 11))) {
          plays = (yield* readPlays(feed)) ?? plays
          continue
        }
      } else yield* feed.skip(sizeBytes)
      if (sizeBytes > 0) yield* skipSubBlocks(feed)
    } else if (block === FRAME) {
      const frame = yield* feed.take(9)
      const [left, top] = [frame.getUint16(0, true), frame.getUint16(2, true)]
      const [right, bottom] = [left + frame.getUint16(4, true), top + frame.getUint16(6, true)]
      frames += 1
      if (frames === 1) {
        ;[width, height] = [Math.max(width, right), Math.max(height, bottom)]
        checkSourceSize('gif', width, height)
      }
      checkAnimationSize(width, height, frames)
      const isCovered = left === 0 && top === 0 && right >= width && bottom >= height
      hasAlpha ||= !isCovered && (frames === 1 || wasCleared)
      ;[wasCleared, isCleared] = [isCleared, false]
      yield* feed.skip(colourTableBytes(frame.getUint8(8)) + 1) // and the first code size
      yield* skipSubBlocks(feed)
      feed.provisional = header()
    } else throw damagedPicture('gif', 'a block is no block')
  }
  if (frames === 0) throw damagedPicture('gif', 'it holds no frame')
  yield header()
}

/** Sub-blocks up to their end. One that begins with 1 says how often the animation is repeated after its first time (16 bits). */
function* readPlays(feed: ByteFeed): Parsing<number | null> {
  let plays: number | null = null
  for (;;) {
    const sizeBytes = (yield* feed.take(1)).getUint8(0)
    if (sizeBytes === 0) return plays
    const block = yield* feed.take(sizeBytes)
    if (sizeBytes < 3 || block.getUint8(0) !== 1) continue
    const repetitions = block.getUint16(1, true)
    plays = repetitions === 0 ? 0 : repetitions + 1
  }
}

const colourTableBytes = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0)

/** Runs of up to 255 bytes, each after its length; a length of 0 ends them. */
function* skipSubBlocks(feed: ByteFeed): Parsing<void> {
  for (;;) {
    let sizeBytes = feed.nextByte()
    for (; sizeBytes < 0; sizeBytes = feed.nextByte()) yield
    if (sizeBytes === 0) return
    yield* feed.skip(sizeBytes)
  }
}
