/** A header of the form `value; name=text; name="quoted text"`. */
export interface HeaderParameters {
  /** What stands before the first `;`, trimmed and in lower case. */
  readonly value: string
  /** By name, in lower case. The first of two with one name counts. */
  readonly parameters: ReadonlyMap<string, string>
}

const BACKSLASH = '\\'

/**
 * Read `Content-Type` and `Content-Disposition` in one pass over the text: no expression that could backtrack.
 * A backslash escapes a quote or another backslash and is itself anywhere else, because browsers write paths as they
 * are. One that stands before the last quote of the header is text too: that quote must close the value.
 * @returns null when a quote is never closed
 */
export function parseHeaderParameters(header: string): HeaderParameters | null {
  const lastQuote = header.lastIndexOf('"')
  const parameters = new Map<string, string>()
  const valueEnd = indexOrEnd(header, ';', 0)
  for (let at = valueEnd; at < header.length; ) {
    const nameEnd = endOfName(header, at + 1)
    const name = header
      .slice(at + 1, nameEnd)
      .trim()
      .toLowerCase()
    at = nameEnd
    if (header[at] !== '=') continue
    at = skipBlanks(header, at + 1)
    let text: string
    if (header[at] === '"') {
      const quoted = readQuoted(header, at + 1, lastQuote)
      if (quoted === null) return null
      text = quoted.text
      at = indexOrEnd(header, ';', quoted.end)
    } else {
      const end = indexOrEnd(header, ';', at)
      text = header.slice(at, end).trim()
      at = end
    }
    if (!parameters.has(name)) parameters.set(name, text)
  }
  return { value: header.slice(0, valueEnd).trim().toLowerCase(), parameters }
}

/** The text of a quoted value that begins at `start`, and where the header goes on. null when no quote closes it. */
function readQuoted(header: string, start: number, lastQuote: number): { text: string; end: number } | null {
  let text = ''
  let copied = start
  for (let at = start; at <= lastQuote; at++) {
    if (header[at] === '"') return { text: text + header.slice(copied, at), end: at + 1 }
    if (header[at] !== BACKSLASH) continue
    const isEscape = header[at + 1] === BACKSLASH || (header[at + 1] === '"' && at + 1 !== lastQuote)
    if (!isEscape) continue
    text += header.slice(copied, at)
    copied = at + 1
    at++
  }
  return null
}

const indexOrEnd = (text: string, character: string, from: number): number => {
  const index = text.indexOf(character, from)
  return index < 0 ? text.length : index
}

function endOfName(header: string, start: number): number {
  let at = start
  while (at < header.length && header[at] !== '=' && header[at] !== ';') at++
  return at
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}
