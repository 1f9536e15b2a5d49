import { beforeEach, describe, expect, it } from 'vitest'
import { type Coalescer, createCoalescer } from './coalescer.ts'

let now: number
let runs: string[]
let coalescer: Coalescer<string>

beforeEach(() => {
  now = 0
  runs = []
  const timers = { now: () => now, wait: () => scheduler.wait(1) }
  coalescer = createCoalescer({ leaseMs: 1000, pollMs: 10 }, timers)
})

/** Work that ends when it is told to. */
function work(name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const run = () => {
    runs.push(name)
    return promise
  }
  return { run, resolve, reject }
}

describe('the coalescer', () => {
  it('runs equal work once and gives all the same outcome', async () => {
    const leader = work('leader')
    const all = [leader, work('follower'), work('follower')].map(({ run }) => coalescer.run('key', run))
    const other = work('other')
    const apart = coalescer.run('another key', other.run)
    leader.resolve('bytes')
    other.resolve('others')
    expect(await Promise.all([...all, apart])).toEqual(['bytes', 'bytes', 'bytes', 'others'])
    expect(runs).toEqual(['leader', 'other'])
  })

  it('shares a failure, and forgets it', async () => {
    const leader = work('leader')
    const all = [leader.run, work('follower').run].map((run) => coalescer.run('key', run))
    leader.reject(new Error('damaged'))
    for (const one of await Promise.allSettled(all)) expect(one).toMatchObject({ status: 'rejected' })
    const later = work('later')
    later.resolve('bytes')
    expect(await coalescer.run('key', later.run)).toBe('bytes')
  })

  it('lets exactly one follower take the place of a leader that fell silent', async () => {
    coalescer.run('key', work('cancelled').run)
    const next = work('next')
    const followers = [coalescer.run('key', next.run), coalescer.run('key', next.run)]
    await scheduler.wait(20)
    expect(runs).toEqual(['cancelled'])
    now += 1000
    await scheduler.wait(20)
    expect(runs).toEqual(['cancelled', 'next'])
    next.resolve('bytes')
    expect(await Promise.all(followers)).toEqual(['bytes', 'bytes'])
  })

  it('is not confused by a silent leader that ends after all', async () => {
    const silent = work('silent')
    const first = coalescer.run('key', silent.run)
    now += 1000
    const next = work('next')
    const second = coalescer.run('key', next.run)
    silent.resolve('late')
    expect(await first).toBe('late')
    const third = coalescer.run('key', work('third').run)
    next.resolve('bytes')
    expect(await Promise.all([second, third])).toEqual(['bytes', 'bytes'])
    expect(runs).toEqual(['silent', 'next'])
  })
})
