import { FORMATS, type JsonOutput, type Size } from '@tintype/core'
import type { PicturePlan } from './picture-plan.ts'
import type { ProbedSource } from './source.ts'
import type { Transformed } from './transform-image.ts'

/**
 * What is known of a picture and of its result, instead of the result. Nothing is decoded for it: both follow from headers
 * and the plan.
 * @returns JSON: `width` and `height` of the result, px; `original` with `file_size` (bytes), `width`, `height` (px, as they are
 *   stored), `format` (MIME) and, of an animation whose frames are to be counted, `frames`
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function describePicture(
  { canvas, warnings }: Pick<PicturePlan, 'canvas' | 'warnings'>,
  { facts }: Pick<ProbedSource, 'facts'>,
  frames: JsonOutput['frames'],
): Transformed {
  const { width, height } = canvas.size
  const description = {
    ...{ width, height },
    original: {
      file_size: facts.sizeBytes,
      width: facts.width,
      height: facts.height,
      format: FORMATS[facts.format].mime,
      ...(frames === 'all' && facts.animation !== undefined && { frames: facts.animation.frames }),
    },
  }
  return toJson(description, canvas.size, warnings)
}

/** An SVG has no size in px and is not changed: only its format is told. Rule: docs/parity.md#svg. */
export const describeDrawing = ({ facts }: Pick<ProbedSource, 'facts'>): Transformed =>
  toJson({ original: { format: FORMATS[facts.format].mime } }, facts, [])

const toJson = (description: object, { width, height }: Size, warnings: readonly string[]): Transformed => ({
  bytes: new TextEncoder().encode(JSON.stringify(description)),
  ...{ format: 'json', width, height, warnings },
  memory: { pricedBytes: 0, peakBytes: 0 },
})
