import { ApiError } from '@tintype/core'

const HEADER_BYTES = 44
const ENTRY_BYTES = 20
const MAX_TABLES = 100

const damaged = (): ApiError => new ApiError('invalidOptions', 'the font is a damaged WOFF file')

interface Table {
  readonly tag: number
  readonly packed: Uint8Array
  readonly sizeBytes: number
  readonly checksum: number
}

/**
 * The TTF or OTF that a WOFF file holds: header (44 bytes), a directory of 20 bytes a table, tables, each packed by zlib
 * where that is shorter (WOFF 1.0, 3 to 5).
 * @param maxBytes of what it unpacks to
 * @throws ApiError `invalidOptions` for a damaged file, or more than that
 */
export async function unpackWoff(file: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const tables = readDirectory(file)
  const headBytes = 12 + 16 * tables.length
  const size = tables.reduce((sum, { sizeBytes }) => sum + align(sizeBytes), headBytes)
  if (size > maxBytes) throw new ApiError('invalidOptions', 'a font is too large once it is unpacked')
  const font = new Uint8Array(size)
  const view = new DataView(font.buffer)
  view.setUint32(0, viewOf(file).getUint32(4))
  writeSearchHints(view, tables.length)
  let at = headBytes
  for (const [i, { tag, packed, sizeBytes, checksum }] of tables.entries()) {
    for (const [field, value] of [tag, checksum, at, sizeBytes].entries())
      view.setUint32(12 + 16 * i + 4 * field, value)
    font.set(packed.length < sizeBytes ? await inflate(packed, sizeBytes) : packed, at)
    at += align(sizeBytes)
  }
  return font
}

const align = (bytes: number): number => Math.ceil(bytes / 4) * 4
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

function readDirectory(file: Uint8Array): Table[] {
  if (file.length < HEADER_BYTES) throw damaged()
  const view = viewOf(file)
  const count = view.getUint16(12)
  if (count === 0 || count > MAX_TABLES || HEADER_BYTES + count * ENTRY_BYTES > file.length) throw damaged()
  return Array.from({ length: count }, (_, i) => {
    const at = HEADER_BYTES + i * ENTRY_BYTES
    const [offset, packedBytes, sizeBytes] = [
      view.getUint32(at + 4),
      view.getUint32(at + 8),
      view.getUint32(at + 12),
    ]
    if (offset + packedBytes > file.length || packedBytes > sizeBytes) throw damaged()
    return {
      ...{ tag: view.getUint32(at), sizeBytes, checksum: view.getUint32(at + 16) },
      packed: file.subarray(offset, offset + packedBytes),
    }
  })
}

/** The number of tables, and what a binary search over them begins with. */
function writeSearchHints(view: DataView, count: number): void {
  const power = 2 ** Math.floor(Math.log2(count))
  const hints = [count, power * 16, Math.log2(power), (count - power) * 16]
  for (const [i, hint] of hints.entries()) view.setUint16(4 + 2 * i, hint)
}

/** Never more than was declared is kept. */
async function inflate(packed: Uint8Array, sizeBytes: number): Promise<Uint8Array> {
  const table = new Uint8Array(sizeBytes)
  let used = 0
  try {
    const unpacked = new Blob([packed as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('deflate'))
    for await (const chunk of unpacked as unknown as AsyncIterable<Uint8Array>) {
      table.set(chunk, used) // throws beyond the end
      used += chunk.length
    }
  } catch {
    throw damaged()
  }
  if (used !== sizeBytes) throw damaged()
  return table
}
