import { createLeases, type Lease, type Leases, type Timers } from '@tintype/core'
import { createSteadyClock } from './steady-clock.ts'

/** What one request computes while others wait for the same. */
interface Flight<T> {
  /** The request that computes; none once it has fallen silent. */
  readonly leader: Leases<null>
  /** Requests whose clients still wait for the outcome, the leader's own among them. */
  readonly waiting: Leases<null>
  outcome: { readonly value: T } | { readonly error: unknown } | null
  /** Somebody looked, and nobody was waiting: whatever comes of it is not for those who come later. */
  isAbandoned: boolean
}

/** Work that others may wait for. It looks at `isAbandoned` before it takes what they need. */
export type SharedWork<T> = (isAbandoned: () => boolean) => Promise<T>

export interface Coalescer<T> {
  /**
   * The outcome of `work`, which runs once for all who ask for `key` while it runs. `T` is plain data, never a body.
   * @param isWanted asks whether the client of this request still waits; a rejection is a no. Whoever computes for others
   *   may outlive its own request, so it can't tell by itself
   */
  run(key: string, isWanted: () => unknown, work: SharedWork<T>): Promise<T>
}

export interface CoalescerOptions {
  /** How long a silent leader is believed to be at work, and a silent client to wait; of the time in which nobody computes. */
  readonly leaseMs: number
  /** How often the outcome is looked for. */
  readonly pollMs: number
  /** How often a leader asks after its own client. */
  readonly askMs: number
}

/**
 * Shares work between requests of one isolate. Nobody awaits another request's promise: it would never settle if that
 * request were cancelled. Followers look for the outcome on their own timers, and when the leader falls silent, the first
 * of them takes its place. A follower that is cancelled falls silent too, and is counted no more.
 */
export function createCoalescer<T>(
  { leaseMs, pollMs, askMs }: CoalescerOptions,
  timers: Timers,
): Coalescer<T> {
  const flights = new Map<string, Flight<T>>()
  const clock = createSteadyClock(timers, pollMs * 10)
  const isLed = ({ leader }: Flight<T>): boolean => leader.holders().length > 0

  function isAbandoned(flight: Flight<T>): boolean {
    flight.isAbandoned ||= flight.waiting.holders().length === 0
    return flight.isAbandoned
  }

  async function stayAlive(flight: Flight<T>, lease: Lease): Promise<void> {
    while (flight.outcome === null && lease.renew()) await timers.wait(askMs)
  }

  async function askClient(flight: Flight<T>, isWanted: () => unknown): Promise<void> {
    const place = flight.waiting.hold(null)
    try {
      while (flight.outcome === null && place.renew()) {
        await timers.wait(askMs)
        if (flight.outcome === null) await isWanted()
      }
    } catch {
      // it has left
    } finally {
      place.release()
    }
  }

  async function lead(key: string, isWanted: () => unknown, work: SharedWork<T>): Promise<T> {
    const flight: Flight<T> = {
      leader: createLeases(clock, leaseMs),
      waiting: createLeases(clock, leaseMs),
      outcome: null,
      isAbandoned: false,
    }
    flights.set(key, flight)
    stayAlive(flight, flight.leader.hold(null))
    askClient(flight, isWanted)
    try {
      const value = await work(() => isAbandoned(flight))
      flight.outcome = { value }
      return value
    } catch (error) {
      flight.outcome = { error }
      throw error
    } finally {
      if (flights.get(key) === flight) flights.delete(key)
    }
  }

  /** @returns the outcome, or null when there is none for this request */
  async function follow(flight: Flight<T>): Promise<Flight<T>['outcome']> {
    const place = flight.waiting.hold(null)
    try {
      while (flight.outcome === null && isLed(flight)) {
        if (!place.renew()) return null
        await timers.wait(pollMs)
      }
      const isGivenUp = flight.isAbandoned && flight.outcome !== null && 'error' in flight.outcome
      return isGivenUp ? null : flight.outcome
    } finally {
      place.release()
    }
  }

  return {
    async run(key, isWanted, work) {
      for (;;) {
        const flight = flights.get(key)
        if (flight === undefined || flight.isAbandoned || !isLed(flight)) return lead(key, isWanted, work)
        const outcome = await follow(flight)
        if (outcome === null) continue
        if ('error' in outcome) throw outcome.error
        return outcome.value
      }
    },
  }
}
