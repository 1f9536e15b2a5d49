import { concatenate, startsWithAscii } from '@tintype/core/containers'
import { MAX_TOLD_BYTES, NOTHING_TOLD, type Told } from '../told.ts'

const RIFF_HEAD_BYTES = 12
const CHUNK_HEAD_BYTES = 8
const FLAG_ALPHA = 0x10
const FLAG_EXIF = 0x08
const FLAG_XMP = 0x04
/** Some writers put a JPEG's name of the segment before the TIFF block. */
const EXIF_NAME = 'Exif\0\0'

interface Chunk {
  readonly type: string
  readonly payload: Uint8Array
}

/** The chunks of a WebP, in place; a broken structure ends them early. */
function* chunksOf(file: Uint8Array): Generator<Chunk> {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  for (let at = RIFF_HEAD_BYTES; at + CHUNK_HEAD_BYTES <= file.length; ) {
    const length = view.getUint32(at + 4, true)
    const from = at + CHUNK_HEAD_BYTES
    if (from + length > file.length) return
    yield {
      type: String.fromCharCode(...file.subarray(at, at + 4)),
      payload: file.subarray(from, from + length),
    }
    at = from + length + (length & 1)
  }
}

/** Whether the first bytes of a WebP announce EXIF or XMP, which come after its pixels. */
export const announcesTold = (start: Uint8Array): boolean =>
  startsWithAscii(start.subarray(RIFF_HEAD_BYTES), 'VP8X') &&
  ((start[RIFF_HEAD_BYTES + CHUNK_HEAD_BYTES] ?? 0) & (FLAG_EXIF | FLAG_XMP)) !== 0

/** The first EXIF and the first XMP of a whole file, as copies. */
export function readWebpTold(file: Uint8Array): Told {
  let { exif, xmp } = NOTHING_TOLD
  for (const { type, payload } of chunksOf(file)) {
    if (payload.length > MAX_TOLD_BYTES) continue
    if (type === 'EXIF') exif ??= payload.slice(startsWithAscii(payload, EXIF_NAME) ? EXIF_NAME.length : 0)
    else if (type === 'XMP ') xmp ??= payload.slice()
  }
  return { exif, xmp }
}

/** Bytes that {@link addToWebp} takes beside what is told: the extended header, heads and padding of chunks. */
export const WEBP_HEADS_BYTES = 64

/**
 * A WebP with EXIF and XMP: in the extended form, whose first chunk says the size and what there is.
 *
 *     VP8X: flags (8 bits), reserved (24), width less one (24), height less one (24)
 *
 * @param file what an encoder wrote, without either
 */
export function addToWebp(
  file: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  { exif, xmp }: Told,
): Uint8Array<ArrayBuffer> {
  const extension = new Uint8Array(10)
  const view = new DataView(extension.buffer)
  view.setUint16(4, (width - 1) & 0xffff, true)
  view.setUint8(6, (width - 1) >> 16)
  view.setUint16(7, (height - 1) & 0xffff, true)
  view.setUint8(9, (height - 1) >> 16)
  const pieces: Uint8Array[] = []
  for (const { type, payload } of chunksOf(file)) {
    if (type === 'VP8X') extension.set(payload.subarray(0, 10))
    // Of a lossless picture: size (28 bits), and whether it may be transparent, behind a byte that marks it.
    else if (type === 'VP8L' && ((payload[4] ?? 0) & 0x10) !== 0)
      extension[0] = (extension[0] ?? 0) | FLAG_ALPHA
    if (type !== 'VP8X') pieces.push(...formatChunk(type, payload))
  }
  extension[0] = (extension[0] ?? 0) | (exif === null ? 0 : FLAG_EXIF) | (xmp === null ? 0 : FLAG_XMP)
  if (exif !== null) pieces.push(...formatChunk('EXIF', exif))
  if (xmp !== null) pieces.push(...formatChunk('XMP ', xmp))
  const chunks = [...formatChunk('VP8X', extension), ...pieces]
  const head = new Uint8Array(RIFF_HEAD_BYTES)
  head.set(new TextEncoder().encode('RIFF'))
  head.set(new TextEncoder().encode('WEBP'), 8)
  new DataView(head.buffer).setUint32(
    4,
    chunks.reduce((sum, piece) => sum + piece.length, 4),
    true,
  )
  return concatenate([head, ...chunks])
}

/** Type, length, payload, and a byte of padding behind an odd one. */
function formatChunk(type: string, payload: Uint8Array): Uint8Array[] {
  const head = new Uint8Array(CHUNK_HEAD_BYTES)
  head.set(new TextEncoder().encode(type))
  new DataView(head.buffer).setUint32(4, payload.length, true)
  return [head, payload, ...(payload.length & 1 ? [new Uint8Array(1)] : [])]
}
