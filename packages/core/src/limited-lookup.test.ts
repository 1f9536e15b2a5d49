import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLimitedLookup } from './limited-lookup.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A look-up that answers when the test says so. */
function bench(maxKeys: number) {
  const open: { readonly key: string; answer(value: string): void; fail(error: Error): void }[] = []
  const timers = { now: () => Date.now(), wait: (ms: number) => new Promise((end) => setTimeout(end, ms)) }
  const ask = (key: string) =>
    new Promise<string>((answer, fail) => {
      open.push({ key, answer, fail })
    })
  const { find } = createLimitedLookup(ask, { intervalMs: 1000, maxKeys }, timers)
  const found = (key: string) =>
    find(key).then(
      (answer) => answer?.value ?? null,
      (error: Error) => error.message,
    )
  return { open, found }
}

describe('a limited look-up', () => {
  it('asks once for all who ask at the same time, and for who comes within the interval', async () => {
    const { open, found } = bench(10)
    const together = [found('a'), found('a'), found('a')]
    open[0]?.answer('yes')
    await pass(10)
    expect(await Promise.all(together)).toEqual(['yes', 'yes', 'yes'])
    await pass(989)
    expect(await found('a')).toBe('yes')
    expect(open).toHaveLength(1)
    await pass(1)
    const later = found('a')
    open[1]?.answer('no')
    expect(await later).toBe('no')
  })
  it('tells its failure to all who share it', async () => {
    const { open, found } = bench(10)
    const together = [found('a'), found('a')]
    open[0]?.fail(new Error('away'))
    await pass(10)
    expect(await Promise.all(together)).toEqual(['away', 'away'])
    expect(open).toHaveLength(1)
  })
  it('is asked again, by one who waits, when who asked was cancelled', async () => {
    const { open, found } = bench(10)
    found('a') // its request ends: nobody ever answers
    const waiting = [found('a'), found('a')]
    await pass(999)
    expect(open).toHaveLength(1)
    await pass(1)
    expect(open).toHaveLength(2)
    open[1]?.answer('yes')
    await pass(10)
    expect(await Promise.all(waiting)).toEqual(['yes', 'yes'])
  })
  it('uses an answer that comes late', async () => {
    const { open, found } = bench(10)
    const [first, second, third] = [found('a'), found('a'), found('a')]
    await pass(1500)
    expect(open).toHaveLength(2) // the second has asked itself
    open[0]?.answer('late')
    await pass(10)
    expect(await Promise.all([first, third])).toEqual(['late', 'late'])
    open[1]?.answer('later')
    expect(await second).toBe('later')
  })
  it('does not wait without end', async () => {
    const { open, found } = bench(10)
    const all = Array.from({ length: 10 }, () => found('a'))
    await pass(5010)
    expect(open).toHaveLength(6) // once a second, by one after the other
    expect(await Promise.all(all.slice(6))).toEqual([null, null, null, null])
  })
  it('asks about no more than so many keys per interval, however many are invented', async () => {
    const { open, found } = bench(20)
    const flood = (name: string) => Array.from({ length: 1000 }, (_, i) => found(`${name}${i}`))
    const first = flood('a')
    expect(open).toHaveLength(20)
    for (const { answer } of open) answer('yes')
    expect((await Promise.all(first)).filter((answer) => answer === null)).toHaveLength(980)
    await pass(1000)
    flood('b')
    expect(open).toHaveLength(40)
  })
})
