import { describe, expect, it } from 'vitest'
import { createMemo } from './memo.ts'

function setUp({ maxEntries = 100, maxCharacters = 1000, ttlMs = 1000, staleMs = 5000 } = {}) {
  const time = { now: 50_000 }
  const options = { ttlMs, staleMs, maxEntries, maxCharacters }
  const memo = createMemo<string>(
    options,
    () => time.now,
    (text) => text.length,
  )
  const known = (...keys: string[]) => keys.filter((key) => memo.peek(key) !== undefined).join('')
  return { time, memo, known }
}

describe('a memo', () => {
  it('is fresh for its time, and remembers for longer', () => {
    const { time, memo } = setUp()
    memo.set('a', 'x')
    time.now += 999
    expect(memo.get('a')).toBe('x')
    time.now += 1
    expect([memo.get('a'), memo.peek('a')]).toEqual([undefined, 'x'])
  })

  it('drops what is too old to be of use, whether or not it is asked for', () => {
    const { time, memo, known } = setUp()
    memo.set('a', 'x')
    time.now += 5999
    memo.set('b', 'x')
    expect(known('a', 'b')).toBe('ab')
    time.now += 1000
    memo.get('a')
    memo.set('c', 'x')
    expect(known('a', 'b', 'c')).toBe('bc')
  })

  it('forgets what was used longest ago when it holds too many characters', () => {
    const { memo, known } = setUp({ maxCharacters: 30 })
    memo.set('a', '123456789') // keys count: 10 each
    memo.set('b', '123456789')
    memo.set('c', '123456789')
    expect(known('a', 'b', 'c')).toBe('abc')
    memo.get('a')
    memo.set('d', '')
    expect(known('a', 'b', 'c', 'd')).toBe('acd')
    memo.set('d', '1234567890')
    expect(known('a', 'c', 'd')).toBe('ad')
  })

  it('counts a value that is replaced once', () => {
    const { memo, known } = setUp({ maxCharacters: 30 })
    memo.set('a', '123456789')
    for (let i = 0; i < 100; i++) memo.set('b', '123456789')
    expect(known('a', 'b')).toBe('ab')
  })

  it('does not hold what alone is too large, and goes on', () => {
    const { memo, known } = setUp({ maxCharacters: 30 })
    memo.set('a', 'x'.repeat(30))
    memo.set('b', '1')
    expect(known('a', 'b')).toBe('b')
  })

  it('remembers nothing when it is turned off', () => {
    const { memo, known } = setUp({ ttlMs: 0 })
    memo.set('a', 'x')
    expect([memo.get('a'), known('a')]).toEqual([undefined, ''])
  })
})
