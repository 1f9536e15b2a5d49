/** Identifier of a piece of an ICC profile in a JPEG's APP2 segment, ICC.1:2022 annex B.4. */
const IDENTIFIER = [...'ICC_PROFILE\0'].map((letter) => letter.charCodeAt(0))
/** Identifier, number of this piece (from 1), number of pieces. */
const HEAD_BYTES = IDENTIFIER.length + 2

const SOS = 0xda
const EOI = 0xd9
const APP2 = 0xe2

/**
 * Join the ICC profile spread over a JPEG's APP2 segments.
 * @param payloads bodies of APP2 segments, without marker and length, in any order; other APP2 segments are passed over
 * @returns null when there is none, or pieces are missing or contradict each other. A piece that comes twice counts once
 */
export function joinIccSegments(payloads: readonly Uint8Array[]): Uint8Array<ArrayBuffer> | null {
  const pieces = payloads.filter(
    (payload) => payload.length > HEAD_BYTES && IDENTIFIER.every((byte, index) => payload[index] === byte),
  )
  const ordered = orderPieces(pieces)
  if (ordered === null) return null
  const profile = new Uint8Array(ordered.reduce((sum, piece) => sum + piece.length - HEAD_BYTES, 0))
  let at = 0
  for (const piece of ordered) {
    profile.set(piece.subarray(HEAD_BYTES), at)
    at += piece.length - HEAD_BYTES
  }
  return profile
}

/** Pieces 1 to n, the first of each number, where all of them agree on n. */
function orderPieces(pieces: readonly Uint8Array[]): Uint8Array[] | null {
  const count = pieces[0]?.[IDENTIFIER.length + 1] ?? 0
  const byNumber = new Map<number, Uint8Array>()
  for (const piece of pieces) {
    const number = piece[IDENTIFIER.length] ?? 0
    if (piece[IDENTIFIER.length + 1] !== count || number < 1 || number > count) return null
    if (!byNumber.has(number)) byNumber.set(number, piece)
  }
  if (count === 0 || byNumber.size !== count) return null
  return [...byNumber].sort(([a], [b]) => a - b).map(([, piece]) => piece)
}

/**
 * Find the ICC profile of a JPEG by its header alone. A PNG's profile is in `iCCP`, whose reader inflates it.
 * @param jpeg the file from its first byte, up to the first scan at least
 */
export function findJpegIccProfile(jpeg: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const payloads: Uint8Array[] = []
  // After SOI, segments follow each other: 0xff, marker, length (which counts itself), body.
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1] ?? 0
    if (marker === 0xff) {
      at++ // fill byte
      continue
    }
    const length = ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0)
    if (marker === SOS || marker === EOI || length < 2) break
    if (marker === APP2) payloads.push(jpeg.subarray(at + 4, at + 2 + length))
    at += 2 + length
  }
  return joinIccSegments(payloads)
}
