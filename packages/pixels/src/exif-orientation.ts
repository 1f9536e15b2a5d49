import type { Orientation } from './resize.ts'

const ORIENTATION_TAG = 0x0112
const TYPE_SHORT = 3
const ENTRY_BYTES = 12
const EXIF_HEAD = 'Exif\0\0'

/**
 * Orientation from the body of a JPEG's APP1 segment.
 *
 *     "Exif" 0 0 │ "II" or "MM" │ u16 42 │ u32 offset of IFD 0 │ … │ u16 entries │ entry × 12 bytes │ …
 *     entry: u16 tag │ u16 type │ u32 count │ value
 *
 * @returns null when the segment is not Exif, is broken, or says nothing about orientation (TIFF 6.0, Exif 2.32)
 */
export function readExifOrientation(body: Uint8Array): Orientation | null {
  for (let i = 0; i < EXIF_HEAD.length; i++) if (body[i] !== EXIF_HEAD.charCodeAt(i)) return null
  const tiff = new DataView(body.buffer, body.byteOffset + EXIF_HEAD.length, body.length - EXIF_HEAD.length)
  if (tiff.byteLength < 8) return null
  const order = tiff.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return null
  const isLittle = order === 0x4949
  const directory = tiff.getUint32(4, isLittle)
  if (directory + 2 > tiff.byteLength) return null
  const entries = tiff.getUint16(directory, isLittle)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES
    if (entry + ENTRY_BYTES > tiff.byteLength) return null
    if (tiff.getUint16(entry, isLittle) !== ORIENTATION_TAG) continue
    const value = tiff.getUint16(entry + 8, isLittle)
    const isValid = tiff.getUint16(entry + 2, isLittle) === TYPE_SHORT && value >= 1 && value <= 8
    return isValid ? (value as Orientation) : null
  }
  return null
}
