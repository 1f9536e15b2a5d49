import { readAvifPicture } from '@tintype/core'
import { MAX_TOLD_BYTES, NOTHING_TOLD, type Told } from '../told.ts'

type Extent = NonNullable<NonNullable<ReturnType<typeof readAvifPicture>>['exif']>

/** EXIF and XMP of a whole file, as copies. Before the TIFF block stands how much precedes it, 32 bits. */
export function readAvifTold(file: Uint8Array): Told {
  const picture = readAvifPicture(file)
  if (picture === null) return NOTHING_TOLD
  const exif = copyOf(file, picture.exif)
  const skipped = exif === null || exif.length < 4 ? 0 : new DataView(exif.buffer).getUint32(0)
  return {
    exif: exif === null || 4 + skipped >= exif.length ? null : exif.subarray(4 + skipped),
    xmp: copyOf(file, picture.xmp),
  }
}

function copyOf(file: Uint8Array, extent: Extent | null): Uint8Array | null {
  if (extent === null || extent.length > MAX_TOLD_BYTES || extent.offset + extent.length > file.length)
    return null
  // A length of 0 means all that follows, which nobody writes for these.
  return extent.length === 0 ? null : file.slice(extent.offset, extent.offset + extent.length)
}
