import type { Size } from '@tintype/core'
import { MARKER, SEGMENT_NAME } from '@tintype/core/containers'

const XMP_NAME = Uint8Array.from(SEGMENT_NAME.xmp, (letter) => letter.charCodeAt(0))
/** A segment's length field counts itself and has 16 bits. */
const MAX_XMP_BYTES = 0xffff - 2 - XMP_NAME.length

/**
 * What is true of the source's pixels or file alone: a preview; more XMP in other segments; where a manifest of its
 * origin is kept, which nobody may claim for changed pixels.
 */
const DROPPED = ['xmp:Thumbnails', 'xmpNote:HasExtendedXMP', 'dcterms:provenance'] as const

const numbersOf = ({ width, height }: Size): readonly (readonly [name: string, value: number])[] => [
  ['tiff:Orientation', 1],
  ['tiff:ImageWidth', width],
  ['tiff:ImageLength', height],
  ['exif:PixelXDimension', width],
  ['exif:PixelYDimension', height],
]

/**
 * An XMP packet for pixels that stand upright, have another size, and are others than before: orientation and sizes are set
 * where it has them, as attributes or as elements, and what no longer holds is gone. Properties are known by the prefixes
 * that everybody gives them.
 * @param size of the result, px
 * @returns null where it is no UTF-8, cut off in the middle of what must go, or too long for a JPEG's segment
 * Rule: docs/parity.md#metadata.
 */
export function filterXmp(packet: Uint8Array, size: Size): Uint8Array | null {
  let text: string | null
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(packet)
  } catch {
    return null
  }
  for (const name of DROPPED) text = text === null ? null : without(text, name)
  for (const [name, value] of numbersOf(size)) text = text === null ? null : withNumber(text, name, value)
  if (text === null) return null
  const bytes = new TextEncoder().encode(text)
  return bytes.length > MAX_XMP_BYTES ? null : bytes
}

const isNameEnd = (letter: string | undefined): boolean =>
  letter === undefined || ' \t\r\n=/>'.includes(letter)

/** The places of a name, each once, from left to right. */
function* placesOf(text: string, name: string): Generator<number> {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (isNameEnd(text[at + name.length])) yield at
  }
}

/** The quoted value of an attribute whose name ends at `from`; null where there is none. */
function attributeValue(text: string, from: number): { readonly start: number; readonly end: number } | null {
  let at = from
  while (text[at] !== undefined && ' \t\r\n'.includes(text[at] as string)) at++
  if (text[at] !== '=') return null
  at++
  while (text[at] !== undefined && ' \t\r\n'.includes(text[at] as string)) at++
  const quote = text[at]
  if (quote !== '"' && quote !== "'") return null
  const end = text.indexOf(quote, at + 1)
  return end < 0 ? null : { start: at + 1, end }
}

/** Without a property, wherever it stands; null where its end is missing. */
function without(text: string, name: string): string | null {
  const kept: string[] = []
  let from = 0
  for (const at of placesOf(text, name)) {
    if (at < from) continue
    let [start, end] = [at, 0]
    if (text[at - 1] === '<') {
      start = at - 1
      const headEnd = text.indexOf('>', at)
      if (headEnd < 0) return null
      const closing = `</${name}>`
      const close = text.indexOf(closing, headEnd)
      if (text[headEnd - 1] === '/') end = headEnd + 1
      else if (close < 0) return null
      else end = close + closing.length
    } else if (text[at - 1] === '/') {
      return null // an end without its beginning
    } else {
      const value = attributeValue(text, at + name.length)
      if (value === null) continue // a word in a text
      end = value.end + 1
    }
    kept.push(text.slice(from, start))
    from = end
  }
  return kept.join('') + text.slice(from)
}

/** With a number in the place of a property's value, wherever it stands. */
function withNumber(text: string, name: string, value: number): string {
  const pieces: string[] = []
  let from = 0
  for (const at of placesOf(text, name)) {
    const nameEnd = at + name.length
    let place = text[at - 1] === '<' ? null : attributeValue(text, nameEnd)
    if (text[at - 1] === '<' && text[nameEnd] === '>') {
      const end = text.indexOf('<', nameEnd)
      if (end >= 0) place = { start: nameEnd + 1, end }
    }
    if (place === null || place.start < from) continue
    pieces.push(text.slice(from, place.start), String(value))
    from = place.end
  }
  return pieces.join('') + text.slice(from)
}

/** An XMP packet of at most 65,504 bytes as a JPEG's segment, marker and length included. */
export function formatXmpSegment(packet: Uint8Array): Uint8Array {
  const length = 2 + XMP_NAME.length + packet.length
  const segment = new Uint8Array(2 + length)
  segment.set([0xff, MARKER.app1, length >> 8, length & 0xff, ...XMP_NAME])
  segment.set(packet, 4 + XMP_NAME.length)
  return segment
}
