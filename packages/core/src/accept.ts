import type { FormatClass } from './formats.ts'

/** Browsers send some hundred characters; what stands behind this many is not looked at. */
const MAX_LENGTH = 4096

/**
 * The best format class that an `Accept` header names; AVIF before WebP, whatever their order and quality.
 * @param acceptHeader the header's value; null when the request has none
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function negotiateFormat(acceptHeader: string | null): FormatClass {
  if (isNamed(acceptHeader, 'image/avif')) return 'avif'
  return isNamed(acceptHeader, 'image/webp') ? 'webp' : 'base'
}

/**
 * Whether an `Accept` header names a media type with a quality above 0. Wildcards promise nothing about a type that
 * not everybody takes, and an entry that cannot be read counts for nothing.
 * @param acceptHeader the header's value; null when the request has none
 * @param mediaType    lower case, without parameters
 */
export function isNamed(acceptHeader: string | null, mediaType: string): boolean {
  if (acceptHeader === null) return false
  return splitOutsideQuotes(bounded(acceptHeader), ',').some((entry) => {
    const [type = '', ...parameters] = splitOutsideQuotes(entry, ';').map((part) => part.trim())
    return type.toLowerCase() === mediaType && parameters.every(allows)
  })
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
