import { ApiError } from '@tintype/core'

/** The error for a document that is no SVG. `reason` is half a sentence about it, and holds nothing that it says. */
export const damagedSvg = (reason: string): ApiError =>
  new ApiError('decodingFailed', `damaged SVG: ${reason}`)

/** The error for an SVG that is one, and asks for too much. */
export const excessiveSvg = (reason: string): ApiError =>
  new ApiError('refusedDimensions', `SVG with ${reason}`)
