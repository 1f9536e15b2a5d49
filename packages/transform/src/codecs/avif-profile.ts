/** Boxes that hold boxes on the way to a picture's properties; `meta` has 4 bytes of version before them. */
const HEAD_BYTES = { meta: 12, iprp: 8, ipco: 8 } as const

interface Box {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** Boxes side by side: 32-bit length (which counts itself), type; what reaches beyond `end` ends the list. */
function* boxesIn(view: DataView, from: number, end: number): Generator<Box> {
  for (let at = from; at + 8 <= end; ) {
    const length = view.getUint32(at)
    if (length < 8 || at + length > end) return
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)))
    yield { type, start: at, end: at + length }
    at += length
  }
}

/**
 * The first embedded ICC profile of an AVIF's properties (`colr` of type `prof` or `rICC`).
 * @param start the file's first bytes; a profile that reaches beyond them is not found
 */
export function findAvifProfile(start: Uint8Array): Uint8Array | null {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  let [from, end] = [0, start.length]
  for (const name of ['meta', 'iprp', 'ipco'] as const) {
    const box = [...boxesIn(view, from, end)].find(({ type }) => type === name)
    if (box === undefined) return null
    from = box.start + HEAD_BYTES[name]
    end = box.end
  }
  for (const { type, start: at, end: boxEnd } of boxesIn(view, from, end)) {
    if (type !== 'colr' || at + 12 > boxEnd) continue
    const kind = String.fromCharCode(...start.subarray(at + 8, at + 12))
    if (kind === 'prof' || kind === 'rICC') return start.subarray(at + 12, boxEnd)
  }
  return null
}
