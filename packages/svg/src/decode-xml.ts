import { damagedSvg } from './svg-faults.ts'

/** An XML declaration that names an encoding is no longer than this, bytes. */
const DECLARATION_BYTES = 256
const DECLARED = /^<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z][\w.-]*)["']/

/** Encodings by the names that declarations give them. The rest of the world's are refused: nobody writes SVG in them. */
const ENCODINGS: ReadonlyMap<string, string> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['windows-1252', 'windows-1252'],
])

/** Bytes at the beginning of a file, and what they say of its encoding (XML 1.0, appendix F). */
const BEGINNINGS: readonly (readonly [bytes: readonly number[], encoding: string | null])[] = [
  [[0x00, 0x00, 0xfe, 0xff], null],
  [[0xff, 0xfe, 0x00, 0x00], null],
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0x00, 0x3c, 0x00], 'utf-16be'],
  [[0x3c, 0x00], 'utf-16le'],
]

function findEncoding(start: Uint8Array): string {
  for (const [bytes, encoding] of BEGINNINGS) {
    if (!bytes.every((byte, i) => start[i] === byte)) continue
    if (encoding === null) throw damagedSvg('it is written in UTF-32')
    return encoding
  }
  const declared = DECLARED.exec(String.fromCharCode(...start))?.[1]?.toLowerCase()
  if (declared === undefined) return 'utf-8'
  const encoding = ENCODINGS.get(declared)
  if (encoding === undefined) throw damagedSvg('it is written neither in UTF-8, UTF-16 nor Latin-1')
  return encoding
}

/**
 * The characters of an XML file, piece by piece. A mark of the byte order wins over the declaration; without either it
 * is UTF-8. A byte that stands for no character is refused, so that nobody can read the file in another way.
 * @throws ApiError `decodingFailed`
 */
export async function* decodeXml(file: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let start: Uint8Array = new Uint8Array()
  let decoder: TextDecoder | null = null
  const decode = (bytes?: Uint8Array): string => {
    try {
      return (decoder as TextDecoder).decode(bytes, { stream: bytes !== undefined })
    } catch {
      throw damagedSvg('a byte stands for no character')
    }
  }
  const begin = (): string => {
    decoder = new TextDecoder(findEncoding(start.subarray(0, DECLARATION_BYTES)), {
      fatal: true,
      ignoreBOM: false,
    })
    return decode(start)
  }
  for await (const bytes of file) {
    if (decoder !== null) yield decode(bytes)
    else {
      const longer = new Uint8Array(start.length + bytes.length)
      longer.set(start)
      longer.set(bytes, start.length)
      start = longer
      if (start.length >= DECLARATION_BYTES) yield begin()
    }
  }
  if (decoder === null) yield begin()
  yield decode()
}
