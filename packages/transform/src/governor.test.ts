import { beforeEach, describe, expect, it } from 'vitest'
import { createGovernor, type Governor, type Reservation } from './governor.ts'

const OPTIONS = {
  budgetBytes: 100,
  maxWaiting: 3,
  maxWaitingBytes: 20,
  maxWaitMs: 1000,
  leaseMs: 5000,
  pollMs: 10,
}

/** A clock that moves when told to. The timers of a cancelled request never fire. */
class Clock {
  ms = 0
  /** The request that runs: a polling loop waits again right after it woke, so it is whoever was woken last. */
  current = ''
  private timers: { at: number; owner: string; fire: () => void }[] = []
  private readonly cancelled = new Set<string>()

  wait(ms: number): Promise<void> {
    const owner = this.current
    return new Promise((resolve) => {
      const fire = () => {
        this.current = owner
        resolve()
      }
      this.timers.push({ at: this.ms + ms, owner, fire })
    })
  }
  cancel(owner: string): void {
    this.cancelled.add(owner)
  }
  async advance(ms: number): Promise<void> {
    for (const end = this.ms + ms; this.ms < end; ) {
      this.ms += 10
      const due = this.timers.filter(({ at }) => at <= this.ms)
      this.timers = this.timers.filter(({ at }) => at > this.ms)
      for (const { owner, fire } of due) {
        if (this.cancelled.has(owner)) continue
        fire()
        await settle()
      }
    }
  }
}

/** Let promises that are already resolved take their effect. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

describe('the governor', () => {
  let clock: Clock
  let governor: Governor
  let granted: Record<string, Reservation>
  let refused: Record<string, unknown>

  /** A claim in a request of its own. */
  async function claim(owner: string, bytes: number, heldBytes = 0): Promise<void> {
    clock.current = owner
    governor.claim(bytes, heldBytes).then(
      (reservation) => {
        granted[owner] = reservation
      },
      (error) => {
        refused[owner] = error.kind
      },
    )
    await settle()
  }

  beforeEach(() => {
    clock = new Clock()
    granted = {}
    refused = {}
    governor = createGovernor(OPTIONS, { now: () => clock.ms, wait: (ms) => clock.wait(ms) })
  })

  it('refuses at once what never fits', async () => {
    await claim('a', 101)
    expect(refused).toEqual({ a: 'refusedDimensions' })
    await claim('b', 100)
    expect(Object.keys(granted)).toEqual(['b'])
  })

  it('lets jobs in as long as they fit, then in order of arrival', async () => {
    await claim('a', 60)
    await claim('b', 60)
    await claim('c', 10)
    await clock.advance(50)
    expect(Object.keys(granted)).toEqual(['a']) // c would fit, but b came first
    granted.a?.release()
    await clock.advance(50)
    expect(Object.keys(granted)).toEqual(['a', 'b', 'c'])
    expect(governor.usage()).toEqual({ reservedBytes: 70, mostReservedBytes: 70, waiting: 0 })
  })

  it('refuses when too many wait', async () => {
    await claim('a', 100)
    for (const owner of ['b', 'c', 'd', 'e']) await claim(owner, 10)
    expect(refused).toEqual({ e: 'overloaded' })
  })

  it('refuses when those who wait hold too much', async () => {
    await claim('a', 100, 50)
    await claim('b', 10, 15)
    await claim('c', 10, 6)
    expect(refused).toEqual({ c: 'overloaded' })
    await claim('d', 10, 5)
    granted.a?.release()
    await clock.advance(50)
    expect(Object.keys(granted)).toEqual(['a', 'b', 'd'])
  })

  it('lets nobody wait for ever', async () => {
    await claim('a', 100)
    await claim('b', 10)
    await clock.advance(990)
    expect(refused).toEqual({})
    await clock.advance(30)
    expect(refused).toEqual({ b: 'overloaded' })
    expect(governor.usage()).toEqual({ reservedBytes: 100, mostReservedBytes: 100, waiting: 0 })
  })

  it('passes over a waiter that was cancelled', async () => {
    await claim('a', 100)
    await claim('gone', 100)
    await claim('b', 50)
    clock.cancel('gone')
    await clock.advance(100)
    granted.a?.release()
    await clock.advance(300)
    expect(Object.keys(granted)).toEqual(['a', 'b'])
  })

  it('takes back what a cancelled job holds, once its lease has ended', async () => {
    await claim('gone', 100)
    await clock.advance(4500)
    await claim('b', 100)
    await clock.advance(400)
    expect(granted.b).toBeUndefined()
    await clock.advance(200)
    expect(granted.b).toBeDefined()
    expect(() => granted.gone?.renew()).toThrow(expect.objectContaining({ kind: 'overloaded' }))
    granted.gone?.release() // too late: it gives nothing back that it does not hold
    expect(governor.usage().reservedBytes).toBe(100)
  })

  it('keeps the lease of a job that gives signs of life', async () => {
    await claim('a', 100)
    for (let i = 0; i < 5; i++) {
      await clock.advance(4000)
      granted.a?.renew()
    }
    await claim('b', 10)
    await clock.advance(100)
    expect(granted.b).toBeUndefined()
  })

  it('keeps the order when a long computation stopped all polling', async () => {
    await claim('a', 100)
    await claim('b', 100)
    await claim('c', 10)
    clock.ms += 700 // longer than a ticket stays fresh
    granted.a?.release()
    await clock.advance(20)
    expect(Object.keys(granted)).toEqual(['a', 'b'])
  })
})
