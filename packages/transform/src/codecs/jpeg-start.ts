import {
  concatenate,
  MARKER,
  nextSegment,
  SEGMENT_NAME,
  type Segment,
  startsWithAscii,
} from '@tintype/core/containers'
import { type ByteReader, PixelError, parseFrom } from '@tintype/pixels'
import { MAX_PROFILE_BYTES } from '../colour.ts'
import type { NeedBytes } from '../decoder.ts'

/** Bytes between segments that are no segments; readers skip them, but not for ever. */
const MAX_STRAY_BYTES = 64 << 10
/** Far more than tables, one EXIF segment and a profile come to. */
const MAX_START_BYTES = MAX_PROFILE_BYTES + (512 << 10)

/** Up to this many, pieces and their copy in one are a small start, with a segment of the reader's to come. */
const SMALL_BYTES = 80 << 10
/** Pieces, their copy in one, and the profile out of it. */
const LARGE_BYTES = 2 * MAX_START_BYTES + MAX_PROFILE_BYTES

/**
 * A JPEG's segments up to the first scan's header, without those that nobody needs: previews, depth maps and edit
 * histories can be many megabytes. Kept are tables, frame, JFIF, Adobe, the first EXIF, and an ICC profile that is not
 * too large. A broken structure ends it early; whoever parses it says what is wrong.
 * @param reader afterwards stands at the first scan's data
 * @param need   asked before a start becomes large
 * @param keepsXmp whether the first XMP packet is kept too
 * @throws PixelError `corrupt` when what must be kept is too much
 */
export async function readJpegStart(
  reader: ByteReader,
  need: NeedBytes,
  keepsXmp: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const kept: Uint8Array[] = [Uint8Array.of(0xff, MARKER.soi)]
  let keptBytes = 2
  let isLarge = false
  const keep = async (segment: Uint8Array): Promise<void> => {
    if (!isLarge && keptBytes + segment.length > SMALL_BYTES) {
      isLarge = true
      await need(LARGE_BYTES)
    }
    kept.push(segment)
    keptBytes += segment.length
    if (keptBytes > MAX_START_BYTES) throw new PixelError('corrupt', 'The header of the JPEG is too large')
  }
  const state = { hasExif: false, hasXmp: !keepsXmp, profileBytes: 0 }
  let strayBytes = 0

  for (;;) {
    const from = reader.position
    const segment = await parseFrom(reader, (feed) => nextSegment(feed, MAX_STRAY_BYTES))
    if (segment === undefined || segment.marker === 0) break
    const { marker, sizeBytes } = segment
    if (marker === MARKER.soi) continue
    strayBytes += reader.position - from - SEGMENT_HEAD_BYTES
    if (strayBytes > MAX_STRAY_BYTES) break
    if (marker === MARKER.eoi || sizeBytes < 0) {
      await keep(formatSegmentHead(segment))
      break
    }
    const name = (await reader.peek(Math.min(sizeBytes, LONGEST_NAME))).subarray(0, sizeBytes)
    if (isNeeded(segment, name, state)) {
      const body = await parseFrom(reader, (feed) => feed.takeBytes(sizeBytes))
      await keep(concatenate([formatSegmentHead(segment), body ?? new Uint8Array(0)]))
    } else await reader.seek(reader.position + sizeBytes)
    if (marker === MARKER.sos) break
  }
  return concatenate(kept)
}

/** Marker and length. */
const SEGMENT_HEAD_BYTES = 4
const LONGEST_NAME = SEGMENT_NAME.xmp.length

function formatSegmentHead({ marker, sizeBytes }: Segment): Uint8Array {
  const length = sizeBytes + 2
  return Uint8Array.of(0xff, marker, length >> 8, length & 0xff)
}

const isApplication = (marker: number): boolean =>
  (marker >= MARKER.app0 && marker <= MARKER.app15) || marker === MARKER.com

function isNeeded(
  { marker, sizeBytes }: Segment,
  name: Uint8Array,
  state: { hasExif: boolean; hasXmp: boolean; profileBytes: number },
): boolean {
  if (!isApplication(marker) || marker === MARKER.app0 || marker === MARKER.app14) return true
  if (marker === MARKER.app1 && startsWithAscii(name, SEGMENT_NAME.exif)) {
    const isFirst = !state.hasExif
    state.hasExif = true
    return isFirst
  }
  if (marker === MARKER.app1 && startsWithAscii(name, SEGMENT_NAME.xmp)) {
    const isWanted = !state.hasXmp
    state.hasXmp = true
    return isWanted
  }
  if (marker !== MARKER.app2 || !startsWithAscii(name, SEGMENT_NAME.icc)) return false
  state.profileBytes += SEGMENT_HEAD_BYTES + sizeBytes
  return state.profileBytes <= MAX_PROFILE_BYTES
}
