import { ApiError } from './errors.ts'
import { FORMATS, type SourceFormat } from './header/source-format.ts'

/** Longest side of a picture, coming or going, px. Rule: docs/parity.md#limits. */
export const MAX_SIDE_PX = 12_000
/** Largest area of a picture, coming or going, px. Rule: docs/parity.md#limits. */
export const MAX_AREA_PX = 100_000_000

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

/**
 * Judge the size a picture's header claims, before anything is allocated for it.
 * @throws ApiError `uploadTooLarge` beyond a limit; `unsupportedImage` for a side of 0
 */
export function checkSourceSize(format: SourceFormat, width: number, height: number): void {
  if (width < 1 || height < 1) throw damagedPicture(format, `its size is ${width}x${height} px`)
  const excess = describeExcess(width, height)
  if (excess !== null) throw new ApiError('uploadTooLarge', excess)
}

/** The error for a picture whose bytes contradict its format. `reason` is half a sentence about the picture. */
export const damagedPicture = (format: SourceFormat, reason: string): ApiError =>
  new ApiError('unsupportedImage', `damaged ${FORMATS[format].name}: ${reason}`)

/** The error for a picture that is whole, but of a kind of its format that we do not decode. */
export const unsupportedPicture = (format: SourceFormat, reason: string): ApiError =>
  new ApiError('unsupportedImage', `${FORMATS[format].name} with ${reason}`)
