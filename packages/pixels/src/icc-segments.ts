import { concatenate, SEGMENT_NAME, startsWithAscii } from '@tintype/core/containers'

/** Identifier, number of this piece (from 1), number of pieces: ICC.1:2022 annex B.4. */
const HEAD_BYTES = SEGMENT_NAME.icc.length + 2

/**
 * Join the ICC profile spread over a JPEG's APP2 segments.
 * @param payloads bodies of APP2 segments, without marker and length, in any order; other APP2 segments are passed over
 * @returns null when there is none, or pieces are missing or contradict each other. A piece that comes twice counts once
 */
export function joinIccSegments(payloads: readonly Uint8Array[]): Uint8Array<ArrayBuffer> | null {
  const pieces = payloads.filter(
    (payload) => payload.length > HEAD_BYTES && startsWithAscii(payload, SEGMENT_NAME.icc),
  )
  const ordered = orderPieces(pieces)
  if (ordered === null) return null
  return concatenate(ordered.map((piece) => piece.subarray(HEAD_BYTES)))
}

/** Pieces 1 to n, the first of each number, where all of them agree on n. */
function orderPieces(pieces: readonly Uint8Array[]): Uint8Array[] | null {
  const count = pieces[0]?.[SEGMENT_NAME.icc.length + 1] ?? 0
  const byNumber = new Map<number, Uint8Array>()
  for (const piece of pieces) {
    const number = piece[SEGMENT_NAME.icc.length] ?? 0
    if (piece[SEGMENT_NAME.icc.length + 1] !== count || number < 1 || number > count) return null
    if (!byNumber.has(number)) byNumber.set(number, piece)
  }
  if (count === 0 || byNumber.size !== count) return null
  return [...byNumber].sort(([a], [b]) => a - b).map(([, piece]) => piece)
}
