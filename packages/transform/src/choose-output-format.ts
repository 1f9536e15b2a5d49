import {
  FORMATS,
  type Format,
  type FormatClass,
  OUTPUT_FORMATS,
  type OutputFormat,
  type Size,
} from '@tintype/core'

export interface FormatChoice {
  readonly format: OutputFormat
  readonly warnings: readonly string[]
}

/** Best first: the classes that a client of a class can show besides the base. */
const OFFERED = {
  avif: ['avif', 'webp'],
  webp: ['webp'],
  base: [],
} as const satisfies Record<FormatClass, readonly FormatClass[]>

/** What everybody can show: what the original's own format falls back to, or PNG where there is transparency. */
const baseFormats = (source: Format, hasAlpha: boolean): readonly OutputFormat[] =>
  hasAlpha ? ['png'] : FORMATS[source].opaqueBase

const formatsOf = (formatClass: FormatClass): readonly OutputFormat[] =>
  OUTPUT_FORMATS.filter((format) => FORMATS[format].output.class === formatClass)

/**
 * The format a picture leaves in: the best one that its client takes, or the one that was asked for, if it can be afforded
 * at this size; else the next one down, with a warning for each one given up.
 * @param picture    format of the source, and whether the finished picture may be transparent
 * @param wanted     a class of clients, or one format
 * @param size       of the result, px
 * @param isAffordable whether the result can be encoded within the isolate's memory
 * @returns null when there is none
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function chooseOutputFormat(
  picture: { readonly format: Format; readonly hasAlpha: boolean },
  wanted: FormatClass | OutputFormat,
  size: Size,
  isAffordable: (format: OutputFormat) => boolean,
): FormatChoice | null {
  const base = baseFormats(picture.format, picture.hasAlpha)
  const candidates =
    wanted in OFFERED
      ? [...OFFERED[wanted as FormatClass].flatMap(formatsOf), ...base]
      : [wanted as OutputFormat, ...base]
  const warnings: string[] = []
  for (const format of new Set(candidates)) {
    const { name, output } = FORMATS[format]
    if (Math.max(size.width, size.height) <= output.maxSidePx && isAffordable(format)) {
      return { format, warnings }
    }
    warnings.push(`image too large for ${name}`)
  }
  return null
}
