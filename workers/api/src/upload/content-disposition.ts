/** What the `Content-Disposition` of a form's part says. */
export interface Disposition {
  readonly name: string
  /** null when the part is no file. May hold any Unicode. */
  readonly filename: string | null
}

//                     ; name      =  "text, with \" and \\"     or  a token
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:\\["\\]|[^"])*)"|([^;"\s]*))/g
const EXTENDED_VALUE = /^utf-8'[^']*'(.*)$/i

/** Browsers write `"`, CR and LF as %22, %0D and %0A and leave the rest; curl writes `\"` and `\\`. */
const unquote = (text: string): string =>
  text
    .replace(/\\(["\\])/g, '$1')
    .replace(/%22/g, '"')
    .replace(/%0D/gi, '\r')
    .replace(/%0A/gi, '\n')

function decodeExtended(text: string): string | null {
  const encoded = EXTENDED_VALUE.exec(text)?.[1]
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

/**
 * Read a header whose bytes were UTF-8, as every browser and client sends names.
 * @returns a name of `''` when there is none
 */
export function parseContentDisposition(header: string): Disposition {
  const values = new Map<string, string>()
  for (const [, key = '', quoted, token = ''] of header.matchAll(PARAMETER)) {
    const name = key.toLowerCase()
    if (!values.has(name)) values.set(name, quoted === undefined ? token : unquote(quoted))
  }
  const extended = decodeExtended(values.get('filename*') ?? '')
  return { name: values.get('name') ?? '', filename: extended ?? values.get('filename') ?? null }
}
