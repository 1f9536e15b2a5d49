import { GifBlockReader } from './gif-blocks.ts'
import { PixelError } from './pixel-error.ts'

/** What can be known of a GIF without decoding a pixel. */
export interface GifHeader {
  /** Canvas, px, 1 to 65535. Each frame as shown has this size. */
  readonly width: number
  readonly height: number
  /** Frames that begin within the bytes that were read. */
  readonly frameCount: number
  /** How long each frame is shown, ms; a multiple of 10, often 0 where the player is to choose. */
  readonly delaysMs: readonly number[]
  /** Times the animation is to be played: 0 for ever, 1 when the file says nothing. */
  readonly loopCount: number
  /** Some frame has transparent pixels, or leaves part of the canvas uncovered. */
  readonly hasAlpha: boolean
  /** Some frame restores what was there before it, which takes a second canvas. */
  readonly restoresPrevious: boolean
}

/**
 * Skim a GIF, block by block, without decompressing anything.
 * @param bytes the file, or a prefix of it: then the frames within it are counted
 * @returns the header, and whether the bytes reached the end of the file
 * @throws PixelError `truncated` when no frame begins within the bytes; `corrupt` when that is because of damage.
 *   Damage after the first frame only ends the count.
 */
export function readGifHeader(bytes: Uint8Array): { header: GifHeader; complete: boolean } {
  let screen = { width: 0, height: 0 }
  let loopCount = 1
  let hasAlpha = false
  let restoresPrevious = false
  const delaysMs: number[] = []
  const reader = new GifBlockReader({
    screen: (found) => {
      screen = found
    },
    loopCount: (count) => {
      loopCount = count
    },
    image: (image) => {
      if (delaysMs.length === 0) screen = canvasSize(screen, image)
      delaysMs.push(image.delayMs)
      const covers =
        image.left === 0 && image.top === 0 && image.width >= screen.width && image.height >= screen.height
      hasAlpha ||=
        image.transparentIndex !== null || image.disposal === 2 || (delaysMs.length === 1 && !covers)
      restoresPrevious ||= image.disposal === 3
    },
    imageData: () => {},
    imageEnd: () => false,
  })
  let complete = false
  try {
    reader.push(bytes)
    complete = reader.ended
  } catch (error) {
    if (delaysMs.length === 0) throw error
  }
  if (delaysMs.length === 0) throw new PixelError('truncated', 'The GIF ends before its first frame')
  if (screen.width === 0 || screen.height === 0) throw new PixelError('corrupt', 'The GIF has no size')
  const header = { ...screen, frameCount: delaysMs.length, delaysMs, loopCount, hasAlpha, restoresPrevious }
  return { header, complete }
}

/** The first frame may enlarge the screen: some writers leave the screen's size empty or too small. */
export function canvasSize(
  screen: { width: number; height: number },
  first: { left: number; top: number; width: number; height: number },
): { width: number; height: number } {
  return {
    width: Math.max(screen.width, first.left + first.width),
    height: Math.max(screen.height, first.top + first.height),
  }
}
