/** Which encodings a client takes beside the ones that everybody takes. Three classes, so three cached results at most. */
export type FormatClass = 'avif' | 'webp' | 'base'

/** Browsers send some hundred characters; what stands behind this many is not looked at. */
const MAX_LENGTH = 4096

/**
 * The best format class that an `Accept` header names with a quality above 0; AVIF before WebP, whatever their order.
 * Wildcards (any type, any image) promise nothing about either. An entry that cannot be read counts for nothing.
 * @param acceptHeader the header's value; null when the request has none
 * Rule: spec transforms §5.2.
 */
export function negotiateFormat(acceptHeader: string | null): FormatClass {
  if (acceptHeader === null) return 'base'
  let accepted: FormatClass = 'base'
  for (const entry of splitOutsideQuotes(bounded(acceptHeader), ',')) {
    const [type = '', ...parameters] = splitOutsideQuotes(entry, ';').map((part) => part.trim())
    const name = type.toLowerCase()
    if (name !== 'image/avif' && name !== 'image/webp') continue
    if (!parameters.every(allows)) continue
    if (name === 'image/avif') return 'avif'
    accepted = 'webp'
  }
  return accepted
}

/** Cut behind a whole entry: half of one could lose its `q=0`. */
const bounded = (header: string): string =>
  header.length <= MAX_LENGTH ? header : header.slice(0, header.lastIndexOf(',', MAX_LENGTH) + 1)

/** A parameter allows its type unless it is a quality of 0, or one that is no quality (RFC 9110 §12.4.2). */
function allows(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=', 2).map((part) => part.trim())
  if (name.toLowerCase() !== 'q') return true
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) && Number(value) > 0
}

/** Split at a separator that does not stand inside a quoted string. An open quote lasts to the end. */
function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isQuoted && character === '\\') i++
    else if (character === '"') isQuoted = !isQuoted
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}
