import type { SourceFormat } from './source-format.ts'

/** What a file's first bytes show it to be. `name` is set for files we recognise, but never read. */
export type Sniffed =
  | { readonly format: SourceFormat }
  | { readonly format: null; readonly name: string | null }

/** With this many bytes every file is decided. */
export const SNIFF_BYTES = 4096

const UNKNOWN: Sniffed = { format: null, name: null }
const picture = (format: SourceFormat): Sniffed => ({ format })
const stranger = (name: string): Sniffed => ({ format: null, name })

/** Hexadecimal bytes, `??` for any; the first row that matches wins. `ftyp` stands before ICO: they can look alike. */
const MAGIC = [
  ['ff d8 ff', picture('jpeg')],
  ['89 50 4e 47 0d 0a 1a 0a', picture('png')],
  ['47 49 46 38 37 61', picture('gif')],
  ['47 49 46 38 39 61', picture('gif')],
  ['52 49 46 46 ?? ?? ?? ?? 57 45 42 50', picture('webp')],
  ['?? ?? ?? ?? 66 74 79 70', sniffBrands],
  ['00 00 00 0c 4a 58 4c 20', stranger('JPEG XL')],
  ['ff 0a', stranger('JPEG XL')],
  ['00 00 00 0c 6a 50 20 20', stranger('JPEG 2000')],
  ['ff 4f ff 51', stranger('JPEG 2000')],
  ['42 4d', stranger('BMP')],
  ['49 49 2a 00', stranger('TIFF')],
  ['4d 4d 00 2a', stranger('TIFF')],
  ['49 49 2b 00', stranger('TIFF')],
  ['4d 4d 00 2b', stranger('TIFF')],
  ['00 00 01 00', stranger('ICO')],
  ['25 50 44 46', stranger('PDF')],
  ['38 42 50 53', stranger('PSD')],
] as const satisfies readonly (readonly [string, Sniffed | typeof sniffBrands])[]

const ROWS = MAGIC.map(([pattern, meaning]) => ({
  magic: pattern.split(' ').map((byte) => (byte === '??' ? null : Number.parseInt(byte, 16))),
  meaning,
}))

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

const AVIF_BRANDS = ['avif', 'avis']
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1']

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
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return picture('avif')
  if (brands.some((brand) => HEIC_BRANDS.includes(brand))) return picture('heic')
  return stranger('video')
}

/** Whitespace, byte order mark, processing instructions and whole comments before the root element or doctype. */
const PROLOGUE = /^(?:\xef\xbb\xbf)?(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/
const ROOT = /^<(?:!doctype\s+)?(?:[\w.-]+:)?([\w.-]+)[\s/>[]/i

function sniffMarkup(prefix: Uint8Array): Sniffed | null {
  const undecided = prefix.length < SNIFF_BYTES ? null : UNKNOWN
  const text = latin1(prefix.subarray(0, SNIFF_BYTES))
  const rest = text.replace(PROLOGUE, '')
  if (rest === '' || '\xef\xbb\xbf'.startsWith(rest)) return undecided
  if (!rest.startsWith('<')) return UNKNOWN
  if (rest.startsWith('<?') || rest.startsWith('<!--') || '<!--'.startsWith(rest)) return undecided
  const root = ROOT.exec(rest)?.[1]?.toLowerCase()
  if (root === 'svg') return picture('svg')
  if (root === 'html') return stranger('HTML')
  if (root !== undefined) return UNKNOWN
  return /^<[\w!][\w\s:.-]*$/.test(rest) ? undecided : UNKNOWN
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
