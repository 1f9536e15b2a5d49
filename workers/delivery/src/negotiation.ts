import {
  FORMATS,
  type FormatClass,
  isNamed,
  isOutputFormat,
  negotiateFormat,
  OUTPUT_FORMATS,
  type Output,
  type ResultFormat,
} from '@tintype/core'

/** Whether the client decides what format it gets. A still leaves as `standard` the same for all, an animation does not. */
const isNegotiated = (output: Output): boolean =>
  output.kind === 'picture' && (output.format === 'auto' || output.format === 'standard')

/** The class that a client counts to; where it decides nothing, all are one. */
export const formatClassOf = (output: Output, accept: string | null): FormatClass =>
  isNegotiated(output) ? negotiateFormat(accept) : 'base'

/** The formats that a program aims at for a class of clients, when nothing makes the render Worker fall back. */
export function formatsAimedAt(output: Output, formatClass: FormatClass): readonly ResultFormat[] {
  if (output.kind === 'json') return ['json']
  const { format: wanted } = output
  const written = OUTPUT_FORMATS.filter(
    (format) => format === wanted || FORMATS[format].output.class === formatClass,
  )
  return isNegotiated(output) || wanted === 'svg' ? [...written, 'svg'] : written
}

/**
 * Whether a client can show a result that its class of clients got. Not a matter of course: where AVIF was chosen for it
 * and the picture is too large for that, the result is WebP, which a client that names AVIF alone does not take. What was
 * asked for by name is answered as it was asked for.
 */
export const canShow = (output: Output, accept: string | null, format: ResultFormat): boolean =>
  !isNegotiated(output) ||
  format === 'json' ||
  !isOutputFormat(format) || // it was passed on, so there is nothing else to offer
  FORMATS[format].output.class === 'base' ||
  isNamed(accept, FORMATS[format].mime)
