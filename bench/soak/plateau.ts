/** One quantity of one process or isolate, sampled while the load goes on. */
export interface Series {
  readonly name: string
  /** At least two. */
  readonly points: readonly { readonly atMs: number; readonly bytes: number }[]
}

export interface Trend {
  readonly name: string
  readonly firstBytes: number
  readonly lastBytes: number
  /** Growth over the second half of the run by the line that fits it best: the first half is warming up. */
  readonly growthBytes: number
  /** The same, in a minute. */
  readonly bytesPerMinute: number
  readonly isPlateau: boolean
}

/** A line through noise is never quite level: what the collector left of one sample and took of another. */
const TOLERATED_SHARE = 0.05
const TOLERATED_BYTES = 4e6

/** What a series does in the second half of its time. A plateau grows by a twentieth of itself at most, or by 4 MB. */
export function judgeSeries({ name, points }: Series): Trend {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || points.length < 2)
    throw new Error(`${name} was sampled less than twice`)
  const middleMs = (first.atMs + last.atMs) / 2
  const half = points.filter(({ atMs }) => atMs >= middleMs)
  const meanBytes = mean(half.map(({ bytes }) => bytes))
  const bytesPerMs = slope(half)
  const growthBytes = bytesPerMs * (last.atMs - (half[0]?.atMs ?? last.atMs))
  return {
    name,
    firstBytes: first.bytes,
    lastBytes: last.bytes,
    growthBytes,
    bytesPerMinute: bytesPerMs * 60_000,
    isPlateau: growthBytes <= Math.max(TOLERATED_BYTES, TOLERATED_SHARE * meanBytes),
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Of the least squares line, bytes a millisecond; 0 for a single point. */
function slope(points: Series['points']): number {
  const meanMs = mean(points.map(({ atMs }) => atMs))
  const meanBytes = mean(points.map(({ bytes }) => bytes))
  let covariance = 0
  let variance = 0
  for (const { atMs, bytes } of points) {
    covariance += (atMs - meanMs) * (bytes - meanBytes)
    variance += (atMs - meanMs) ** 2
  }
  return variance === 0 ? 0 : covariance / variance
}
