import { FORMAT_NAMES, FORMATS, type Format, type Signature } from '../formats.ts'

/** What a file's first bytes show it to be. `name` is set for files we recognise, but never read. */
export type Sniffed = { readonly format: Format } | { readonly format: null; readonly name: string | null }

/** With this many bytes every file is decided. */
export const SNIFF_BYTES = 4096

const UNKNOWN: Sniffed = { format: null, name: null }
const picture = (format: Format): Sniffed => ({ format })
const unreadable = (name: string): Sniffed => ({ format: null, name })

/** Files that are known by their first bytes and never read. */
const OTHER_FILES: readonly (readonly [magic: string, name: string])[] = [
  ['00 00 00 0c 4a 58 4c 20', 'JPEG XL'],
  ['ff 0a', 'JPEG XL'],
  ['00 00 00 0c 6a 50 20 20', 'JPEG 2000'],
  ['ff 4f ff 51', 'JPEG 2000'],
  ['42 4d', 'BMP'],
  ['49 49 2a 00', 'TIFF'],
  ['4d 4d 00 2a', 'TIFF'],
  ['49 49 2b 00', 'TIFF'],
  ['4d 4d 00 2b', 'TIFF'],
  ['00 00 01 00', 'ICO'],
  ['25 50 44 46', 'PDF'],
  ['38 42 50 53', 'PSD'],
]

const signatureOf = (format: Format): Signature => FORMATS[format].signature
interface MagicRow {
  readonly magic: readonly (number | null)[]
  readonly meaning: Sniffed | ((prefix: Uint8Array) => Sniffed | null)
}
const toRow = (pattern: string, meaning: MagicRow['meaning']): MagicRow => ({
  magic: pattern.split(' ').map((byte) => (byte === '??' ? null : Number.parseInt(byte, 16))),
  meaning,
})

/** The first row that matches wins. `ftyp` stands before ICO: they can look alike. */
const ROWS: readonly MagicRow[] = [
  ...FORMAT_NAMES.flatMap((format) => {
    const signature = signatureOf(format)
    return 'magic' in signature ? signature.magic.map((pattern) => toRow(pattern, picture(format))) : []
  }),
  toRow('?? ?? ?? ?? 66 74 79 70', sniffBrands),
  ...OTHER_FILES.map(([pattern, name]) => toRow(pattern, unreadable(name))),
]

/**
 * Tell a file's format by its bytes alone; names and declared types are never asked.
 * @param prefix the file's first bytes; `SNIFF_BYTES` always suffice
 * @returns null while more bytes are needed. Once decided, a longer prefix of the same file never changes the answer.
 */
export function sniffFormat(prefix: Uint8Array): Sniffed | null {
  for (const { magic, meaning } of ROWS) {
    const known = Math.min(magic.length, prefix.length)
    let i = 0
    while (i < known && (magic[i] === null || magic[i] === prefix[i])) i++
    if (i < known) continue
    if (prefix.length < magic.length) return null
    return typeof meaning === 'function' ? meaning(prefix) : meaning
  }
  return sniffMarkup(prefix)
}

/** An ISO media file: box size (32 bits), 'ftyp', major brand, minor version, compatible brands, 4 bytes each. */
function sniffBrands(prefix: Uint8Array): Sniffed | null {
  if (prefix.length < 12) return null
  const declared = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0)
  const end = Math.min(declared, SNIFF_BYTES)
  if (prefix.length < end) return null
  const brands: string[] = []
  for (let at = 8; at + 4 <= end; at += 4) {
    if (at !== 12) brands.push(latin1(prefix.subarray(at, at + 4)))
  }
  const found = FORMAT_NAMES.find((format) => {
    const signature = signatureOf(format)
    return 'brands' in signature && brands.some((brand) => signature.brands.includes(brand))
  })
  return found === undefined ? unreadable('video') : picture(found)
}

/** Whitespace, byte order mark, processing instructions and whole comments before the root element or doctype. */
const PROLOGUE = /^(?:\xef\xbb\xbf)?(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/
const ROOT = /^<(?:!doctype\s+)?(?:[\w.-]+:)?([\w.-]+)[\s/>[]/i

function sniffMarkup(prefix: Uint8Array): Sniffed | null {
  const undecided = prefix.length < SNIFF_BYTES ? null : UNKNOWN
  const text = latin1(narrow(prefix.subarray(0, SNIFF_BYTES)))
  const rest = text.replace(PROLOGUE, '')
  if (rest === '' || '\xef\xbb\xbf'.startsWith(rest)) return undecided
  if (!rest.startsWith('<')) return UNKNOWN
  if (rest.startsWith('<?') || rest.startsWith('<!--') || '<!--'.startsWith(rest)) return undecided
  const root = ROOT.exec(rest)?.[1]?.toLowerCase()
  const found = FORMAT_NAMES.find((format) => {
    const signature = signatureOf(format)
    return 'root' in signature && signature.root === root
  })
  if (found !== undefined) return picture(found)
  if (root === 'html') return unreadable('HTML')
  if (root !== undefined) return UNKNOWN
  return /^<[\w!][\w\s:.-]*$/.test(rest) ? undecided : UNKNOWN
}

/** UTF-16 as one byte a character, without its byte order mark: markup is ASCII up to its root. */
function narrow(bytes: Uint8Array): Uint8Array {
  const [first, second] = bytes
  const hasMark = (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)
  const isLittle = first === 0xff || (first === 0x3c && second === 0)
  if (!hasMark && !isLittle && !(first === 0 && second === 0x3c)) return bytes
  return bytes.slice(hasMark ? 2 : 0).filter((_, i) => (i % 2 === 0) === isLittle)
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
