/** A tone curve: 0..1 in, 0..1 out. */
export type ToneCurve = (value: number) => number

const clip = (value: number) => (value > 0 ? Math.min(value, 1) : 0)

/**
 * Straight lines between `count` (two or more) equally spaced points over 0..1. Points are asked for when they are needed:
 * several curves of one profile may lie over the same bytes, so that copies could be many times what the file holds.
 */
export function interpolated(count: number, pointAt: (index: number) => number): ToneCurve {
  const last = count - 1
  return (value) => {
    const at = clip(value) * last
    const index = Math.min(Math.floor(at), last - 1)
    const low = pointAt(index)
    return low + (pointAt(index + 1) - low) * (at - index)
  }
}

/** How many parameters each function type of a parametric curve has, ICC.1:2022 table 68. */
const PARAMETERS = [1, 3, 4, 5, 7]

/**
 * Read a `curv` or `para` element at `offset`.
 * @returns the curve and how many bytes it takes; null for another type
 * @throws RangeError when it does not fit its tag
 */
export function readIccCurve(tag: DataView, offset: number): { curve: ToneCurve; bytes: number } | null {
  const type = tag.getUint32(offset)
  if (type === 0x63757276) return readSampled(tag, offset)
  if (type === 0x70617261) return readParametric(tag, offset)
  return null
}

/** `curv`: nothing (identity), one gamma, or samples. */
function readSampled(tag: DataView, offset: number): { curve: ToneCurve; bytes: number } {
  const count = tag.getUint32(offset + 8)
  const bytes = 12 + count * 2
  if (offset + bytes > tag.byteLength) throw new RangeError('A curve is longer than its tag')
  if (count === 0) return { curve: clip, bytes }
  if (count === 1) {
    const gamma = tag.getUint16(offset + 12) / 256
    return { curve: (value) => clip(value) ** gamma, bytes }
  }
  return { curve: interpolated(count, (index) => tag.getUint16(offset + 12 + 2 * index) / 65535), bytes }
}

/** `para`: one of five formulas, ICC.1:2022 10.18. */
function readParametric(tag: DataView, offset: number): { curve: ToneCurve; bytes: number } | null {
  const count = PARAMETERS[tag.getUint16(offset + 8)]
  if (count === undefined) return null
  const parameters = Array.from(
    { length: count },
    (_, index) => tag.getInt32(offset + 12 + 4 * index) / 65536,
  )
  const [g = 1, a = 1, b = 0] = parameters
  // Types 1 and 2 switch where a·x + b turns negative; 3 and 4 at d, with a line c·x + f before it.
  const [c = 0, d = a === 0 ? 0 : -b / a] = count > 4 ? [parameters[3], parameters[4]] : []
  const [e, f] =
    count === 4 ? [parameters[3] ?? 0, parameters[3] ?? 0] : [parameters[5] ?? 0, parameters[6] ?? 0]
  const curve: ToneCurve = (value) => {
    const x = clip(value)
    const y = count === 1 ? x ** g : x >= d ? Math.max(0, a * x + b) ** g + e : c * x + f
    return clip(y)
  }
  return { curve, bytes: 12 + 4 * count }
}
