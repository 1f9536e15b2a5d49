import type { Format, FormatClass, OutputFormat, Size } from '@tintype/core'
import { FORMATS } from '@tintype/core'
import { CODECS } from './codecs.ts'

export interface FormatChoice {
  readonly format: OutputFormat
  readonly warnings: readonly string[]
}

/** What everybody can show: the original's own format, or one that can hold it. */
function baseFormats(source: Format, hasAlpha: boolean): readonly OutputFormat[] {
  if (source === 'jpeg') return ['jpeg']
  if (hasAlpha) return ['png']
  return source === 'png' ? ['png', 'jpeg'] : ['jpeg']
}

/**
 * The format a hosted picture leaves in: the best one its client takes that can be afforded at this size, with a
 * warning for each one given up.
 * @param size      of the result, px
 * @param isAffordable whether the result can be encoded within the isolate's memory
 * @returns null when there is none
 * Rule: spec transforms §5.2, §5.3.
 */
export function chooseOutputFormat(
  source: { readonly format: Format; readonly hasAlpha: boolean },
  formatClass: FormatClass,
  size: Size,
  isAffordable: (format: OutputFormat) => boolean,
): FormatChoice | null {
  const base = baseFormats(source.format, source.hasAlpha)
  const wanted: Record<FormatClass, readonly OutputFormat[]> = {
    avif: ['avif', 'webp', ...base],
    webp: ['webp', ...base],
    base,
  }
  const warnings: string[] = []
  for (const format of wanted[formatClass]) {
    if (Math.max(size.width, size.height) <= CODECS[format].maxSidePx && isAffordable(format)) {
      return { format, warnings }
    }
    warnings.push(`image too large for ${FORMATS[format].name}`)
  }
  return null
}
