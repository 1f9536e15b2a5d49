import { AsyncLocalStorage } from 'node:async_hooks'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Coalescer, createCoalescer, type SharedWork } from './coalescer.ts'

let now: number
let runs: string[]
let coalescer: Coalescer<string>
/** What runs on behalf of a request. */
const requests = new AsyncLocalStorage<{ isCancelled: boolean }>()

beforeEach(() => {
  now = 0
  runs = []
  const timers = {
    now: () => now,
    wait: () => (requests.getStore()?.isCancelled ? new Promise<never>(() => {}) : scheduler.wait(1)),
  }
  coalescer = createCoalescer({ leaseMs: 1000, pollMs: 10, askMs: 100 }, timers)
})

/** Let time pass as it does while nobody computes: everybody gets a turn in between. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    now += Math.min(100, left)
    await scheduler.wait(4)
  }
}

/** Work that ends when it is told to. */
function work(name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const seen: { isAbandoned: () => boolean } = { isAbandoned: () => false }
  const run: SharedWork<string> = (isAbandoned) => {
    runs.push(name)
    seen.isAbandoned = isAbandoned
    return promise
  }
  return { run, resolve, reject, isAbandoned: () => seen.isAbandoned() }
}
const here = () => true
/** A client that leaves when it is told to. */
function client() {
  const state = { isHere: true }
  return {
    leave() {
      state.isHere = false
    },
    isWanted: async () => {
      if (!state.isHere) throw new Error('the execution context is no longer running')
    },
  }
}
/** A request that may be cancelled: then its timers stop, and nobody is told. */
function request() {
  const state = { isCancelled: false }
  return {
    run: (key: string, job: SharedWork<string>) => requests.run(state, () => coalescer.run(key, here, job)),
    cancel() {
      state.isCancelled = true
    },
  }
}

describe('the coalescer', () => {
  it('runs equal work once and gives all the same outcome', async () => {
    const leader = work('leader')
    const all = [leader, work('follower'), work('follower')].map(({ run }) => coalescer.run('key', here, run))
    const other = work('other')
    const apart = coalescer.run('another key', here, other.run)
    leader.resolve('bytes')
    other.resolve('others')
    expect(await Promise.all([...all, apart])).toEqual(['bytes', 'bytes', 'bytes', 'others'])
    expect(runs).toEqual(['leader', 'other'])
  })

  it('shares a failure, and forgets it', async () => {
    const leader = work('leader')
    const all = [leader.run, work('follower').run].map((run) => coalescer.run('key', here, run))
    leader.reject(new Error('damaged'))
    for (const one of await Promise.allSettled(all)) expect(one).toMatchObject({ status: 'rejected' })
    const later = work('later')
    later.resolve('bytes')
    expect(await coalescer.run('key', here, later.run)).toBe('bytes')
  })
})

describe('a leader', () => {
  it('keeps its place for as long as it lives, however long it waits', async () => {
    const leader = work('leader')
    const all = [leader, work('follower')].map(({ run }) => coalescer.run('key', here, run))
    await pass(5000)
    leader.resolve('bytes')
    expect(await Promise.all(all)).toEqual(['bytes', 'bytes'])
    expect(runs).toEqual(['leader'])
  })

  it('keeps its place while somebody computes for a long time, when nobody can give a sign of life', async () => {
    const leader = work('leader')
    const all = [leader, work('follower')].map(({ run }) => coalescer.run('key', here, run))
    for (let i = 0; i < 20; i++) {
      now += 5000
      await scheduler.wait(4)
    }
    leader.resolve('bytes')
    expect(await Promise.all(all)).toEqual(['bytes', 'bytes'])
    expect(runs).toEqual(['leader'])
  })

  it('that falls silent is replaced by exactly one of its followers', async () => {
    const leader = request()
    leader.run('key', work('silent').run)
    leader.cancel()
    const next = work('next')
    const followers = [1, 2, 3].map(() => coalescer.run('key', here, next.run))
    await pass(900)
    expect(runs).toEqual(['silent'])
    await pass(1000)
    expect(runs).toEqual(['silent', 'next'])
    next.resolve('bytes')
    expect(await Promise.all(followers)).toEqual(['bytes', 'bytes', 'bytes'])
  })

  it('that ends after all confuses nobody', async () => {
    const leader = request()
    const silent = work('silent')
    const first = leader.run('key', silent.run)
    leader.cancel()
    const next = work('next')
    const second = coalescer.run('key', here, next.run)
    await pass(1500)
    silent.resolve('late')
    expect(await first).toBe('late')
    const third = coalescer.run('key', here, work('third').run)
    next.resolve('bytes')
    expect(await Promise.all([second, third])).toEqual(['bytes', 'bytes'])
    expect(runs).toEqual(['silent', 'next'])
  })
})

describe('clients that leave', () => {
  it('leave work that nobody waits for', async () => {
    const only = client()
    const job = work('job')
    const gone = coalescer.run('key', only.isWanted, job.run)
    await pass(5000)
    expect(job.isAbandoned()).toBe(false)
    only.leave()
    await pass(200)
    expect(job.isAbandoned()).toBe(true)
    job.reject(new Error('nobody waits for it'))
    await expect(gone).rejects.toThrow('nobody waits')
  })

  it('do not take the work from those who stay', async () => {
    const first = client()
    const job = work('job')
    coalescer.run('key', first.isWanted, job.run)
    const staying = coalescer.run('key', here, work('other').run)
    first.leave()
    await pass(3000)
    expect(job.isAbandoned()).toBe(false)
    job.resolve('bytes')
    expect(await staying).toBe('bytes')
    expect(runs).toEqual(['job'])
  })

  it('leave it when the last of them is gone', async () => {
    const first = client()
    const job = work('job')
    coalescer.run('key', first.isWanted, job.run).catch(() => {})
    const second = request()
    second.run('key', work('other').run)
    first.leave()
    await pass(500)
    expect(job.isAbandoned()).toBe(false)
    second.cancel()
    await pass(1200)
    expect(job.isAbandoned()).toBe(true)
  })

  it('fail nobody who comes while their work is given up', async () => {
    const first = client()
    const job = work('job')
    const gone = coalescer.run('key', first.isWanted, job.run).catch(() => 'gone')
    first.leave()
    await pass(300)
    expect(job.isAbandoned()).toBe(true)
    const next = work('next')
    const late = coalescer.run('key', here, next.run)
    job.reject(new Error('nobody waits for it'))
    next.resolve('bytes')
    expect(await Promise.all([gone, late])).toEqual(['gone', 'bytes'])
    expect(runs).toEqual(['job', 'next'])
  })
})
