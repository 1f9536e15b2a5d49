import { describe, expect, it } from 'vitest'
import { createGovernor, type GovernorOptions, SMALL_START_BYTES } from './governor.ts'

const OPTIONS: GovernorOptions = {
  budgetBytes: 10e6,
  startBytes: 9 * SMALL_START_BYTES, // four small starts, and five times as much for large ones
  maxWaiting: 10,
  maxWaitMs: 1000,
  leaseMs: 5000,
  pollMs: 1,
}
let nowMs = 0
const timers = {
  now: () => nowMs,
  async wait(ms: number) {
    nowMs += ms
    await scheduler.wait(0)
  },
}
const create = (options: Partial<GovernorOptions> = {}) => createGovernor({ ...OPTIONS, ...options }, timers)
const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'granted',
    (error: { kind: string }) => error.kind,
  )

describe('a start', () => {
  it('waits for a place before anything is read', async () => {
    const governor = create()
    const starts = await Promise.all([1, 2, 3, 4].map(() => governor.start()))
    const fifth = governor.start()
    await scheduler.wait(5)
    expect(governor.usage()).toMatchObject({ startBytes: 4 * SMALL_START_BYTES, waiting: 1 })
    starts[0]?.release()
    ;(await fifth).release()
  })

  it('gives its place to others once it knows how little it holds', async () => {
    const governor = create()
    for (let i = 0; i < 20; i++) (await governor.start()).settle(1000)
    expect(governor.usage()).toMatchObject({ startBytes: 20_000, waiting: 0 })
  })

  it('changes lanes when it turns out large, and waits there for large ones alone', async () => {
    const governor = create()
    const [one, two, ...small] = await Promise.all([1, 2, 3, 4].map(() => governor.start()))
    await one?.need(4 * SMALL_START_BYTES)
    const waiting = two?.need(4 * SMALL_START_BYTES)
    await scheduler.wait(5)
    expect(governor.usage().startBytes).toBe((4 + 3) * SMALL_START_BYTES)
    for (const start of small) start.release()
    one?.settle(SMALL_START_BYTES)
    await waiting
    expect(governor.usage().startBytes).toBe((1 + 4) * SMALL_START_BYTES)
  })

  it('lets nobody hold a part and wait for more', async () => {
    const start = await create().start()
    await start.need(1000)
    await start.need(1000)
    await expect(start.need(1001)).rejects.toThrow('once')
  })

  it('is contained in the memory of its job', async () => {
    const governor = create()
    const start = await governor.start()
    const reservation = await start.claim(9e6)
    expect(governor.usage()).toMatchObject({ startBytes: 0, reservedBytes: 9e6 })
    start.release()
    reservation.release()
    expect(governor.usage()).toMatchObject({ startBytes: 0, reservedBytes: 0, mostReservedBytes: 9e6 })
  })

  it('never blocks a job that has its price: starts and jobs have lanes of their own', async () => {
    const governor = create()
    const first = await (await governor.start()).claim(10e6)
    const starts = await Promise.all([1, 2, 3, 4].map(() => governor.start()))
    const jobs = starts.map((start) => start.claim(5e6))
    await scheduler.wait(5)
    first.release()
    for (const job of jobs) (await job).release()
    expect(governor.usage()).toMatchObject({ startBytes: 0, reservedBytes: 0, waiting: 0 })
  })

  it('keeps its lease while it waits for memory', async () => {
    const governor = create({ maxWaitMs: 60_000 })
    const first = await (await governor.start()).claim(10e6)
    const start = await governor.start()
    const job = start.claim(1000)
    while (nowMs < 20_000) {
      first.renew()
      await scheduler.wait(0)
      nowMs += 100
    }
    expect(governor.usage().startBytes).toBe(SMALL_START_BYTES)
    first.release()
    ;(await job).release()
  })

  it('refuses at once what never fits, and too many who wait', async () => {
    const governor = create({ maxWaiting: 1 })
    expect(await kindOf((await governor.start()).claim(10e6 + 1))).toBe('refusedDimensions')
    const first = await (await governor.start()).claim(10e6)
    const waiting = (await governor.start()).claim(1)
    expect(await kindOf((await governor.start()).claim(1))).toBe('overloaded')
    first.release()
    ;(await waiting).release()
  })
})

describe('a job that nobody waits for', () => {
  it('is given up before it gets memory', async () => {
    const governor = create()
    const first = await (await governor.start()).claim(10e6)
    let isAbandoned = false
    const start = await governor.start(() => isAbandoned)
    const claimed = kindOf(start.claim(1))
    isAbandoned = true
    expect(await claimed).toBe('overloaded')
    expect(governor.usage().waiting).toBe(0)
    first.release()
  })

  it('does not begin', async () => {
    expect(await kindOf(create().start(() => true))).toBe('overloaded')
  })
})

it('counts memory that lies idle in its budget, and has it given up when a job needs it', async () => {
  let retained = 6e6
  const pool = {
    retainedBytes: () => retained,
    release(bytes: number) {
      const released = Math.min(retained, bytes)
      retained -= released
      return released
    },
  }
  const governor = createGovernor(OPTIONS, timers, [pool])
  const small = await (await governor.start()).claim(4e6)
  expect(retained).toBe(6e6)
  const large = await (await governor.start()).claim(5e6)
  expect(retained).toBe(1e6)
  small.release()
  large.release()
})
