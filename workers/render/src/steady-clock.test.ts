import { describe, expect, it } from 'vitest'
import { createSteadyClock } from './steady-clock.ts'

describe('a steady clock', () => {
  it('counts time up to a step between two looks, never backwards', () => {
    const time = { now: 1_000_000 }
    const clock = createSteadyClock({ now: () => time.now }, 100)
    const after = (ms: number) => {
      time.now += ms
      return clock.now()
    }
    expect([0, 1, 99, 100, 101, 60_000, 0, -5000, 5].map(after)).toEqual([
      0, 1, 100, 200, 300, 400, 400, 400, 405,
    ])
  })
})
