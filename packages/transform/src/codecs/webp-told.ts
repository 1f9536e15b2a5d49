import { concatenate, startsWithAscii } from '@tintype/core/containers'
import { MAX_TOLD_BYTES, NOTHING_TOLD, type Told } from '../told.ts'
import {
  CHUNK_HEAD_BYTES,
  chunksOf,
  formatChunk,
  formatRiffHead,
  formatVp8x,
  RIFF_HEAD_BYTES,
  tellsAlpha,
  WEBP_FLAGS,
} from './webp-chunks.ts'

/** Some writers put a JPEG's name of the segment before the TIFF block. */
const EXIF_NAME = 'Exif\0\0'

/** Whether the first bytes of a WebP announce EXIF or XMP, which come after its pixels. */
export const announcesTold = (start: Uint8Array): boolean =>
  startsWithAscii(start.subarray(RIFF_HEAD_BYTES), 'VP8X') &&
  ((start[RIFF_HEAD_BYTES + CHUNK_HEAD_BYTES] ?? 0) & (WEBP_FLAGS.exif | WEBP_FLAGS.xmp)) !== 0

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
 * @param file what an encoder wrote, without either
 */
export function addToWebp(
  file: Uint8Array,
  size: { readonly width: number; readonly height: number },
  { exif, xmp }: Told,
): Uint8Array<ArrayBuffer> {
  const picture = [...chunksOf(file)].filter(({ type }) => type !== 'VP8X')
  const told = [
    ...(exif === null ? [] : [{ type: 'EXIF', payload: exif }]),
    ...(xmp === null ? [] : [{ type: 'XMP ', payload: xmp }]),
  ]
  const flags =
    (picture.some(tellsAlpha) ? WEBP_FLAGS.alpha : 0) |
    (exif === null ? 0 : WEBP_FLAGS.exif) |
    (xmp === null ? 0 : WEBP_FLAGS.xmp)
  const chunks = [formatVp8x(flags, size), ...[...picture, ...told].flatMap(formatChunk)]
  return concatenate([formatRiffHead(chunks.reduce((sum, { length }) => sum + length, 0)), ...chunks])
}
