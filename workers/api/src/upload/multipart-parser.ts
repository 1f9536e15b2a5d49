import { ApiError } from '@tintype/core'
import { type Disposition, parseContentDisposition } from './content-disposition.ts'

/** What a form yields, in its own order. A `file` is followed by its `chunk`s and one `end`. */
export type FormEvent =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | { readonly kind: 'file'; readonly name: string; readonly filename: string | null }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }

export interface MultipartParser {
  /**
   * What the next bytes complete. `chunk`s are views of `bytes`.
   * @throws ApiError `badRequest` for what is no form, or breaks a limit
   */
  push(bytes: Uint8Array): readonly FormEvent[]
  /** The closing boundary has come; whatever follows belongs to nobody. */
  readonly isDone: boolean
}

/** More than the fields of any known client, metadata as bracket fields included. */
const MAX_PARTS = 200
/** The headers of one part: a name, a file name and a type need a tenth of it. */
const MAX_HEADER_BYTES = 4096
const MAX_FIELD_BYTES = 64 * 1024
const [TAB, LF, CR, SPACE, HYPHEN] = [9, 10, 13, 32, 45]

/** What becomes of one part's bytes. */
interface Sink {
  write(bytes: Uint8Array): void
  end(): void
}

const nowhere: Sink = { write() {}, end() {} }
const malformed = (what: string) => new ApiError('badRequest', `the form is malformed: ${what}`)

/**
 * Parse a form from pieces of any size (RFC 7578, RFC 2046 §5.1.1). Each byte is looked at once, and no more is held
 * than one text field and the headers of one part.
 *
 *     --boundary CRLF headers CRLF CRLF body CRLF --boundary CRLF headers … body CRLF --boundary--
 *
 * @param boundary printable ASCII, without the hyphens before it
 * @param isFile   which parts are files; the others are text and bounded
 */
export function createMultipartParser(
  boundary: string,
  isFile: (part: Disposition) => boolean,
): MultipartParser {
  // Its only CR is its first byte, so a match that fails can only begin anew at the byte that failed it.
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
  const head = new Uint8Array(MAX_HEADER_BYTES)
  let state: 'body' | 'delimiter' | 'head' | 'done' = 'body'
  /** Before the first boundary stands a body that nobody reads. It may be empty, and then its line break is missing. */
  let sink = nowhere
  let matched = 2
  let restOfLine: '' | '-' | ' ' | '\r' = ''
  let headBytes = 0
  let parts = 0
  let events: FormEvent[] = []

  /** Passes body bytes on up to the delimiter. @returns where reading goes on */
  function readBody(bytes: Uint8Array, start: number): number {
    const matchedBefore = matched
    let matchStart = start - matched
    let at = start
    while (at < bytes.length && matched < delimiter.length) {
      if (matched > 0 && bytes[at] === delimiter[matched]) {
        matched++
        at++
        continue
      }
      const next = bytes.indexOf(CR as number, at)
      matched = next < 0 ? 0 : 1
      matchStart = next
      at = next < 0 ? bytes.length : next + 1
    }
    const bodyEnd = matched === 0 ? bytes.length : Math.max(matchStart, start)
    // What looked like a delimiter when the last piece ended was none: it is part of the body.
    if (matchedBefore > 0 && (matched === 0 || matchStart >= start))
      sink.write(delimiter.subarray(0, matchedBefore))
    if (bodyEnd > start) sink.write(bytes.subarray(start, bodyEnd))
    if (matched === delimiter.length) {
      sink.end()
      state = 'delimiter'
      restOfLine = ''
    }
    return at
  }

  /** The rest of the line of a delimiter: `--` at the end of the form, else blanks (RFC 2046's padding) and CRLF. */
  function readDelimiterLine(byte: number): void {
    if (byte === HYPHEN && restOfLine === '') restOfLine = '-'
    else if (byte === HYPHEN && restOfLine === '-') state = 'done'
    else if ((byte === SPACE || byte === TAB) && (restOfLine === '' || restOfLine === ' ')) restOfLine = ' '
    else if (byte === CR && (restOfLine === '' || restOfLine === ' ')) restOfLine = '\r'
    else if (byte === LF && restOfLine === '\r') {
      state = 'head'
      headBytes = 0
    } else throw malformed('a boundary is not followed by a line break')
  }

  function readHead(byte: number): void {
    if (headBytes === MAX_HEADER_BYTES)
      throw new ApiError('badRequest', `the headers of a part are over ${MAX_HEADER_BYTES} bytes`)
    head[headBytes++] = byte
    if (byte !== LF || !endsHead(head, headBytes)) return
    if (++parts > MAX_PARTS) throw new ApiError('badRequest', `the form has more than ${MAX_PARTS} parts`)
    const part = parseContentDisposition(dispositionIn(head.subarray(0, headBytes)))
    sink = isFile(part) ? fileSink(part) : fieldSink(part.name)
    state = 'body'
    matched = 0
  }

  function fileSink(part: Disposition): Sink {
    events.push({ kind: 'file', ...part })
    return {
      write: (bytes) => void events.push({ kind: 'chunk', bytes }),
      end: () => void events.push({ kind: 'end' }),
    }
  }

  function fieldSink(name: string): Sink {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    let value = ''
    let sizeBytes = 0
    const decode = (bytes?: Uint8Array) => {
      try {
        value += bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
      } catch (cause) {
        // Replaced characters would make two ids one.
        const why = `the field ${quoteName(name)} is not valid UTF-8; a part that is a file needs a file name`
        throw new ApiError('badRequest', why, { cause })
      }
    }
    return {
      write(bytes) {
        sizeBytes += bytes.length
        if (sizeBytes > MAX_FIELD_BYTES) {
          const why = `the text field ${quoteName(name)} is over ${MAX_FIELD_BYTES} bytes; a part that is a file needs a file name`
          throw new ApiError('badRequest', why)
        }
        decode(bytes)
      },
      end() {
        decode()
        events.push({ kind: 'field', name, value })
      },
    }
  }

  return {
    push(bytes) {
      events = []
      for (let at = 0; at < bytes.length && state !== 'done'; ) {
        if (state === 'body') at = readBody(bytes, at)
        else if (state === 'delimiter') readDelimiterLine(bytes[at++] as number)
        else readHead(bytes[at++] as number)
      }
      return events
    },
    get isDone() {
      return state === 'done'
    },
  }
}

/** A name as an error shows it: bounded, without control characters. */
export const quoteName = (name: string): string => JSON.stringify([...name].slice(0, 100).join(''))

/** Headers end with an empty line; a part without headers is that line alone. */
function endsHead(head: Uint8Array, length: number): boolean {
  if (length === 2) return head[0] === CR
  return length >= 4 && head[length - 2] === CR && head[length - 3] === LF && head[length - 4] === CR
}

/** The value of `Content-Disposition` among a part's headers; `''` when it has none. */
function dispositionIn(head: Uint8Array): string {
  const [disposition = ''] = new TextDecoder()
    .decode(head)
    .split('\r\n')
    .filter((line) => line !== '')
    .map(parseHeaderLine)
    .filter(({ name }) => name === 'content-disposition')
    .map(({ value }) => value)
  return disposition
}

function parseHeaderLine(line: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  if (colon < 1) throw malformed('a header of a part has no name')
  if ([...line].some((character) => (character < ' ' && character !== '\t') || character === '\x7f'))
    throw malformed('a header of a part holds control characters')
  return { name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() }
}
