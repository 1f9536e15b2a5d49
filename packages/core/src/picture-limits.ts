import { FORMATS, type Format } from './formats.ts'

/** Longest side of a picture, coming or going, px. Rule: docs/parity.md#limits. */
export const MAX_SIDE_PX = 12_000
/** Largest area of a picture, coming or going, px. Rule: docs/parity.md#limits. */
export const MAX_AREA_PX = 100_000_000

/** Largest area of an animation, canvas times frames, px. Rule: docs/parity.md#limits. */
export const MAX_ANIMATION_PX = 100_000_000
/** Above this an animation is delivered as it came, px. Rule: docs/parity.md#limits. */
export const MAX_TRANSFORMED_ANIMATION_PX = 50_000_000
/** Above this too: each frame costs about a millisecond, whatever its size. Ours: docs/decisions/0040. */
export const MAX_TRANSFORMED_FRAMES = 3000

/**
 * Which limit a size breaks, as half a sentence that gives the size and the limit; null when it breaks none.
 * @param width  px, at least 1
 * @param height px, at least 1
 */
export function describeExcess(width: number, height: number): string | null {
  if (Math.max(width, height) > MAX_SIDE_PX) {
    return `${width}x${height} px, at most ${MAX_SIDE_PX} px a side`
  }
  if (width * height > MAX_AREA_PX) return `${width}x${height} px, at most ${MAX_AREA_PX / 1e6} megapixels`
  return null
}

/** Why a header reader gives a picture up. Whoever reads headers says which error of its own that is. */
export type PictureFault = 'damaged' | 'unsupported' | 'too-large'

/** A picture that must be refused for what its header says. The message is half a sentence for the caller. */
export class PictureRefusal extends Error {
  override name = 'PictureRefusal'
  readonly fault: PictureFault
  constructor(fault: PictureFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/**
 * Judge the size a picture's header claims, before anything is allocated for it.
 * @throws PictureRefusal `too-large` beyond a limit; `damaged` for a side of 0
 */
export function checkSourceSize(format: Format, width: number, height: number): void {
  if (width < 1 || height < 1) throw damagedPicture(format, `its size is ${width}x${height} px`)
  const excess = describeExcess(width, height)
  if (excess !== null) throw new PictureRefusal('too-large', excess)
}

/**
 * Judge how much there is of an animation, while its frames are counted.
 * @throws PictureRefusal `too-large` beyond {@link MAX_ANIMATION_PX}
 */
export function checkAnimationSize(width: number, height: number, frames: number): void {
  if (frames < 2 || width * height * frames <= MAX_ANIMATION_PX) return
  const most = `at most ${MAX_ANIMATION_PX / 1e6} megapixels together`
  throw new PictureRefusal('too-large', `${frames} frames or more of ${width}x${height} px, ${most}`)
}

/** The error for a picture whose bytes contradict its format. `reason` is half a sentence about the picture. */
export const damagedPicture = (format: Format, reason: string): PictureRefusal =>
  new PictureRefusal('damaged', `damaged ${FORMATS[format].name}: ${reason}`)

/** The error for a picture that is whole, but of a kind of its format that we do not decode. */
export const unsupportedPicture = (format: Format, reason: string): PictureRefusal =>
  new PictureRefusal('unsupported', `${FORMATS[format].name} with ${reason}`)
