import { ApiError } from '@tintype/core'
import { parseHeaderParameters } from './header-parameters.ts'

/** What the `Content-Disposition` of a form's part says. */
export interface Disposition {
  readonly name: string
  /** null when the part is no file. May hold any Unicode. */
  readonly filename: string | null
}

const ESCAPED = { '%22': '"', '%0d': '\r', '%0a': '\n' } as const

/** Browsers write `"`, CR and LF as %22, %0D and %0A, and leave the rest as it is. */
const unescapeName = (text: string): string =>
  text.replace(/%(?:22|0d|0a)/gi, (code) => ESCAPED[code.toLowerCase() as keyof typeof ESCAPED])

/** `charset'language'percent-encoded text` (RFC 8187); null for another charset, and for text that can't be decoded. */
function decodeExtended(text: string): string | null {
  const [charset = '', language, ...encoded] = text.split("'")
  if (charset.toLowerCase() !== 'utf-8' || language === undefined || encoded.length === 0) return null
  try {
    return decodeURIComponent(encoded.join("'"))
  } catch {
    return null
  }
}

/**
 * Read a header whose bytes were UTF-8, as every browser and client sends names.
 * @returns a name of `''` when there is none
 * @throws ApiError `badRequest` when a quote is never closed
 */
export function parseContentDisposition(header: string): Disposition {
  const parsed = parseHeaderParameters(header)
  if (parsed === null)
    throw new ApiError('badRequest', 'the Content-Disposition of a part has a quote that is never closed')
  const { parameters } = parsed
  const textOf = (name: string) => {
    const text = parameters.get(name)
    return text === undefined ? null : unescapeName(text)
  }
  const extended = decodeExtended(parameters.get('filename*') ?? '')
  return { name: textOf('name') ?? '', filename: extended ?? textOf('filename') }
}
