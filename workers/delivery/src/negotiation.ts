import { FORMATS, type FormatClass, isNamed, OUTPUT_FORMATS, type OutputFormat } from '@tintype/core'

/** The formats that a class asks for when nothing makes the render Worker fall back. */
export const formatsAimedAt = (formatClass: FormatClass): readonly OutputFormat[] =>
  OUTPUT_FORMATS.filter((format) => FORMATS[format].output.class === formatClass)

/**
 * Whether a client can show a result that its class of clients got. Not a matter of course: where AVIF was asked for
 * and the picture is too large for it, the result is WebP, which a client that names AVIF alone does not take.
 */
export const canShow = (accept: string | null, format: OutputFormat): boolean =>
  FORMATS[format].output.class === 'base' || isNamed(accept, FORMATS[format].mime)
