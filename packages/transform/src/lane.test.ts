import { beforeEach, describe, expect, it } from 'vitest'
import { createLane, type Hold, type Lane } from './lane.ts'

const OPTIONS = {
  capacityBytes: 100,
  maxWaiting: 3,
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

describe('a lane', () => {
  let clock: Clock
  let lane: Lane
  let granted: Record<string, Hold>
  let refused: Record<string, unknown>

  /** A claim in a request of its own. */
  async function claim(owner: string, bytes: number, onWait?: () => void): Promise<void> {
    clock.current = owner
    lane.claim(bytes, onWait).then(
      (hold) => {
        granted[owner] = hold
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
    lane = createLane(OPTIONS, { now: () => clock.ms, wait: (ms) => clock.wait(ms) })
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
    expect(lane.usage()).toEqual({ heldBytes: 70, mostHeldBytes: 70, waiting: 0 })
  })

  it('refuses when too many wait', async () => {
    await claim('a', 100)
    for (const owner of ['b', 'c', 'd', 'e']) await claim(owner, 10)
    expect(refused).toEqual({ e: 'overloaded' })
  })

  it('is left by whoever gives up while it waits', async () => {
    await claim('a', 100)
    let isWanted = true
    await claim('b', 100, () => {
      if (!isWanted) throw Object.assign(new Error('nobody waits'), { kind: 'gone' })
    })
    await claim('c', 50)
    isWanted = false
    await clock.advance(20)
    expect(refused).toEqual({ b: 'gone' })
    granted.a?.release()
    await clock.advance(20)
    expect(Object.keys(granted)).toEqual(['a', 'c'])
  })

  it('has room again for what a holder does not need', async () => {
    await claim('a', 100)
    await claim('b', 60)
    granted.a?.shrink(40)
    await clock.advance(20)
    expect(Object.keys(granted)).toEqual(['a', 'b'])
    granted.a?.shrink(90) // never more than it has
    expect(lane.usage().heldBytes).toBe(100)
  })

  it('lets nobody wait for ever', async () => {
    await claim('a', 100)
    await claim('b', 10)
    await clock.advance(990)
    expect(refused).toEqual({})
    await clock.advance(30)
    expect(refused).toEqual({ b: 'overloaded' })
    expect(lane.usage()).toEqual({ heldBytes: 100, mostHeldBytes: 100, waiting: 0 })
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
    expect(lane.usage().heldBytes).toBe(100)
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
