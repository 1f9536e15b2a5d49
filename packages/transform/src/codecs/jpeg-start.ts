import { type ByteReader, PixelError } from '@tintype/pixels'
import { MAX_PROFILE_BYTES } from '../colour.ts'
import type { NeedBytes } from '../decoder.ts'

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP0 = 0xe0
const APP1 = 0xe1
const APP2 = 0xe2
const APP14 = 0xee
const APP15 = 0xef
const COM = 0xfe
const EXIF = 'Exif\0\0'
const ICC = 'ICC_PROFILE\0'

/** Bytes between segments that are no segments; readers skip them, but not for ever. */
const MAX_GARBAGE_BYTES = 64 << 10
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
 * @throws PixelError `corrupt` when what must be kept is too much
 */
export async function readJpegStart(reader: ByteReader, need: NeedBytes): Promise<Uint8Array<ArrayBuffer>> {
  const kept: Uint8Array[] = [Uint8Array.of(0xff, SOI)]
  let keptBytes = 2
  let isLarge = false
  const keep = async (segment: Uint8Array): Promise<void> => {
    if (!isLarge && keptBytes + segment.length > SMALL_BYTES) {
      isLarge = true
      await need(LARGE_BYTES)
    }
    kept.push(segment.slice())
    keptBytes += segment.length
    if (keptBytes > MAX_START_BYTES) throw new PixelError('corrupt', 'The header of the JPEG is too large')
  }
  const state = { hasExif: false, profileBytes: 0 }
  let garbageBytes = 0

  for (;;) {
    const head = await reader.peek(4)
    if (head.length < 4) break
    const [first = 0, marker = 0, high = 0, low = 0] = head
    if (first !== 0xff) {
      const next = head.indexOf(0xff)
      const skipped = next < 0 ? head.length : next
      garbageBytes += skipped
      if (garbageBytes > MAX_GARBAGE_BYTES) break
      reader.advance(skipped)
      continue
    }
    if (marker === 0xff) {
      reader.advance(1) // any number of ff may fill
      continue
    }
    if (standsAlone(marker)) {
      reader.advance(2)
      continue
    }
    const length = 2 + ((high << 8) | low)
    const bytes = await reader.peek(isApplication(marker) ? Math.min(length, 4 + ICC.length) : length)
    const isLast = marker === SOS || marker === EOI || length < 4 || bytes.length < 4
    if (isLast || isNeeded(marker, bytes.subarray(4), length, state)) {
      const segment = (await reader.peek(length)).subarray(0, Math.max(length, 4))
      await keep(segment)
      reader.advance(segment.length)
    } else await reader.seek(reader.position + length)
    if (isLast) break
  }
  return concatenate(kept, keptBytes)
}

const standsAlone = (marker: number): boolean =>
  marker <= 0x01 || (marker >= 0xd0 && marker < EOI && marker !== SOS)
const isApplication = (marker: number): boolean => (marker >= APP0 && marker <= APP15) || marker === COM

function isNeeded(
  marker: number,
  body: Uint8Array,
  length: number,
  state: { hasExif: boolean; profileBytes: number },
): boolean {
  if (!isApplication(marker) || marker === APP0 || marker === APP14) return true
  if (marker === APP1 && startsWith(body, EXIF)) {
    const isFirst = !state.hasExif
    state.hasExif = true
    return isFirst
  }
  if (marker !== APP2 || !startsWith(body, ICC)) return false
  state.profileBytes += length
  return state.profileBytes <= MAX_PROFILE_BYTES
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false
  return true
}

function concatenate(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(sizeBytes)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
