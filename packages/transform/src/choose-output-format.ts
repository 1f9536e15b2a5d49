import {
  FORMATS,
  type Format,
  type FormatClass,
  OUTPUT_FORMATS,
  type OutputFormat,
  type PictureOutput,
  type Size,
  writesAnimations,
} from '@tintype/core'

export interface FormatChoice {
  readonly format: OutputFormat
  readonly warnings: readonly string[]
}

/** Format of the source, whether the finished picture may be transparent, and whether it has frames. */
interface Picture {
  readonly format: Format
  readonly hasAlpha: boolean
  readonly isAnimated?: boolean
}

/** Best first: the classes that a client of a class can show besides the base. */
const OFFERED = {
  avif: ['avif', 'webp'],
  webp: ['webp'],
  base: [],
} as const satisfies Record<FormatClass, readonly FormatClass[]>

/** What everybody can show: what the original's own format falls back to, or PNG where there is transparency. */
const baseFormats = ({ format, hasAlpha }: Picture): readonly OutputFormat[] =>
  hasAlpha ? ['png'] : FORMATS[format].opaqueBase

const formatsOf = (formatClass: FormatClass): readonly OutputFormat[] =>
  OUTPUT_FORMATS.filter((format) => FORMATS[format].output.class === formatClass)

/** Where time counts: nothing is written sooner than a JPEG, and of what keeps transparency a PNG. */
function soonestFormats({ hasAlpha }: Picture, asked: PictureOutput['format']): readonly OutputFormat[] {
  if (!hasAlpha) return asked === 'png' ? ['png'] : ['jpeg']
  return asked === 'webp' || asked === 'jpeg' ? [asked, 'png'] : ['png']
}

/** Whether the client decides what an animation leaves as. */
const isOpen = (format: PictureOutput['format']): format is 'auto' | 'standard' | 'base' | 'svg' =>
  format === 'auto' || format === 'standard' || format === 'base' || format === 'svg'

/** Best first. */
function candidatesOf(
  picture: Picture,
  { format, effort }: PictureOutput,
  formatClass: FormatClass,
): readonly OutputFormat[] {
  if (picture.isAnimated) {
    const offered = OFFERED[formatClass].flatMap(formatsOf).filter(writesAnimations)
    return [...(isOpen(format) ? offered : [format]), 'gif']
  }
  if (effort === 'fast') return soonestFormats(picture, format)
  const base = baseFormats(picture)
  switch (format) {
    case 'auto':
      return [...OFFERED[formatClass].flatMap(formatsOf), ...base]
    case 'svg':
      return [] // nothing with pixels
    case 'standard':
      return [picture.hasAlpha ? 'png' : 'jpeg']
    case 'base':
      return base
    case 'avif':
      return ['avif', 'webp', ...base]
    default:
      return [format, ...base]
  }
}

/**
 * The format a picture leaves in: the best one that its client takes, or the one that was asked for, if it can be afforded
 * at this size; else the next one down, with a warning for each one given up.
 * @param formatClass  decides where the output leaves it to the client
 * @param size         of the result, px
 * @param isAffordable whether the result can be encoded within the isolate's memory
 * @returns null when there is none
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function chooseOutputFormat(
  picture: Picture,
  output: PictureOutput,
  formatClass: FormatClass,
  size: Size,
  isAffordable: (format: OutputFormat) => boolean,
): FormatChoice | null {
  const warnings: string[] = []
  for (const format of new Set(candidatesOf(picture, output, formatClass))) {
    const { name, output: limits } = FORMATS[format]
    const maxSidePx = output.format === 'auto' ? limits.autoMaxSidePx : limits.maxSidePx
    if (Math.max(size.width, size.height) <= maxSidePx && isAffordable(format)) return { format, warnings }
    warnings.push(`image too large for ${name}`)
  }
  return null
}
