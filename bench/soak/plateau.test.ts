import { describe, expect, it } from 'vitest'
import { judgeSeries } from './plateau.ts'

const MB = 1e6
const series = (bytesAt: (minute: number) => number) => ({
  name: 'RSS',
  points: Array.from({ length: 21 }, (_, at) => ({ atMs: at * 60_000, bytes: bytesAt(at) })),
})

describe('a series', () => {
  it('that only rises while it warms up is on a plateau', () => {
    const trend = judgeSeries(series((minute) => 200 * MB * Math.min(1, minute / 9)))
    expect(trend).toMatchObject({ firstBytes: 0, lastBytes: 200 * MB, isPlateau: true })
    expect(trend.growthBytes).toBeCloseTo(0)
  })

  it('that goes on rising is not, and says how fast', () => {
    const trend = judgeSeries(series((minute) => 100 * MB + 2 * MB * minute))
    expect(trend.isPlateau).toBe(false)
    expect(trend.bytesPerMinute).toBeCloseTo(2 * MB)
    expect(trend.growthBytes).toBeCloseTo(20 * MB)
  })

  it('is judged by its line, not by how it happens to end', () => {
    const saw = (minute: number) => 200 * MB + (minute % 2 === 0 ? 30 * MB : 0)
    expect(judgeSeries(series(saw)).isPlateau).toBe(true)
  })

  it('may grow by a twentieth of itself, and not by more', () => {
    // The second half has ten minutes; its mean is what it has after five of them.
    const rising = (share: number) => series((minute) => 200 * MB + ((minute - 15) * share * 200 * MB) / 10)
    expect(judgeSeries(rising(0.049)).isPlateau).toBe(true)
    expect(judgeSeries(rising(0.051)).isPlateau).toBe(false)
  })

  it('of few bytes may grow by 4 MB', () => {
    expect(judgeSeries(series((minute) => MB + 0.39 * MB * minute)).isPlateau).toBe(true)
    expect(judgeSeries(series((minute) => MB + 0.41 * MB * minute)).isPlateau).toBe(false)
  })

  it('that shrinks is on a plateau', () => {
    expect(judgeSeries(series((minute) => 500 * MB - 20 * MB * minute)).isPlateau).toBe(true)
  })

  it('needs two samples', () => {
    expect(() => judgeSeries({ name: 'RSS', points: [{ atMs: 0, bytes: 1 }] })).toThrow(
      'RSS was sampled less',
    )
  })
})
