import { describe, expect, it } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

describe('a rate limit', () => {
  const bench = (maxKeys: number) => {
    let time = 1_000_000
    const limit = createRateLimit({ intervalMs: 1000, maxKeys }, () => time)
    return {
      ...limit,
      wait: (ms: number) => {
        time += ms
      },
    }
  }
  it('admits a key once per interval', () => {
    const { admits, wait } = bench(10)
    expect([admits('a'), admits('a'), admits('b')]).toEqual([true, false, true])
    wait(999)
    expect(admits('a')).toBe(false)
    wait(1)
    expect(admits('a')).toBe(true)
  })
  it('admits no more than so many keys per interval, however many are invented', () => {
    const { admits, wait } = bench(20)
    const flood = (name: string) => Array.from({ length: 1000 }, (_, i) => admits(`${name}${i}`))
    expect(flood('a').filter(Boolean)).toHaveLength(20)
    wait(1000)
    expect(flood('b').filter(Boolean)).toHaveLength(20)
  })
})
