import { damagedPicture } from '../picture-limits.ts'
import type { CodedStill, HeifPicture } from './heif-picture.ts'
import type { Extent, HeifFormat } from './item-boxes.ts'

/**
 * Encoders store equal tiles once, so stills of this size may share their bytes: a tile of one colour takes some
 * hundred. All of {@link checkCodedBytes}'s stills together, that is 16 MiB at most, and never at once.
 */
const MAY_BE_SHARED_BYTES = 4096

/**
 * The parts of one item must not overlap: no encoder writes the same bytes twice into a picture, and a few thousand parts
 * of the whole file each would make a file of megabytes gigabytes to decode. A part of length 0 is all that follows.
 * @throws PictureRefusal `damaged`
 */
export function checkExtents(extents: readonly Extent[], format: HeifFormat): void {
  const inOrder = extents.toSorted((one, other) => one.offset - other.offset)
  let end = 0
  for (const { offset, length } of inOrder) {
    if (offset < end) throw damagedPicture(format, 'parts of its pixels overlap')
    end = length === 0 ? Number.POSITIVE_INFINITY : offset + length
  }
}

/**
 * What is handed to decoders, tile by tile, must not be more than there is: work and memory follow the file's size.
 * @param sizeBytes the file's; or, where that is not known yet, where its last item ends
 * @throws PictureRefusal `damaged` for a still that is larger than what it lies in, and for stills that all together are
 *   larger than the file
 */
export function checkCodedBytes(
  { colour, alpha, idat }: HeifPicture,
  sizeBytes: number,
  format: HeifFormat,
): void {
  const idatBytes = idat?.again().left ?? 0
  const known = new Map<CodedStill['extents'], number>()
  let sum = 0
  for (const { source, extents } of [...colour.tiles, ...(alpha?.tiles ?? [])]) {
    const withinBytes = source === 'idat' ? idatBytes : sizeBytes
    const bytes = known.get(extents) ?? sumOf(extents, withinBytes)
    known.set(extents, bytes)
    if (bytes > withinBytes) throw damagedPicture(format, 'its pixels are larger than what they lie in')
    if (bytes > MAY_BE_SHARED_BYTES) sum += bytes
  }
  if (sum > sizeBytes) throw damagedPicture(format, 'its pixels are larger than the file')
}

const sumOf = (extents: readonly Extent[], withinBytes: number): number =>
  extents.reduce((sum, { offset, length }) => sum + (length || Math.max(withinBytes - offset, 0)), 0)
