import type { Timers } from '@tintype/core'

/** What one request computes while others wait for the same. */
interface Flight<T> {
  readonly expiresAt: number
  outcome: { readonly value: T } | { readonly error: unknown } | null
}

export interface Coalescer<T> {
  /** The outcome of `work`, which runs once for all who ask for `key` while it runs. `T` is plain data, never a body. */
  run(key: string, work: () => Promise<T>): Promise<T>
}

/**
 * Shares work between requests of one isolate. Nobody awaits another request's promise: it would never settle if that
 * request were cancelled. Followers look for the outcome on their own timers, and when the leader's lease has ended
 * without one, the first of them takes its place.
 */
export function createCoalescer<T>(
  { leaseMs, pollMs }: { readonly leaseMs: number; readonly pollMs: number },
  timers: Timers,
): Coalescer<T> {
  const flights = new Map<string, Flight<T>>()

  async function lead(key: string, work: () => Promise<T>): Promise<T> {
    const flight: Flight<T> = { expiresAt: timers.now() + leaseMs, outcome: null }
    flights.set(key, flight)
    try {
      const value = await work()
      flight.outcome = { value }
      return value
    } catch (error) {
      flight.outcome = { error }
      throw error
    } finally {
      if (flights.get(key) === flight) flights.delete(key)
    }
  }

  return {
    async run(key, work) {
      for (;;) {
        const flight = flights.get(key)
        if (flight === undefined || flight.expiresAt <= timers.now()) return lead(key, work)
        while (flight.outcome === null && flight.expiresAt > timers.now()) await timers.wait(pollMs)
        if (flight.outcome === null) continue
        if ('error' in flight.outcome) throw flight.outcome.error
        return flight.outcome.value
      }
    },
  }
}
