import type { Clock } from './timers.ts'

/** Something held until it is released, or until its holder has been silent for too long. */
export interface Lease {
  /** The holder is alive: the lease runs anew. False when it had run out or was released, and is held no more. */
  renew(): boolean
  /** Safe to repeat. */
  release(): void
}

/** What is held at this moment, and by whom. `T` is what there is to know of a holder. */
export interface Leases<T> {
  hold(holder: T): Lease
  /** The holders whose leases still run, oldest first. */
  holders(): readonly T[]
}

/**
 * A count of what is held that can't leak. When a client goes away, its request may be cancelled without any `finally`
 * being run: what is held must run out by itself.
 * @param leaseMs how long a lease lasts without being renewed; above 0
 */
export function createLeases<T>(clock: Clock, leaseMs: number): Leases<T> {
  const leases = new Map<symbol, { readonly holder: T; until: number }>()

  function drop(now: number): void {
    for (const [key, { until }] of leases) if (until <= now) leases.delete(key)
  }

  return {
    hold(holder) {
      const key = Symbol('lease')
      leases.set(key, { holder, until: clock.now() + leaseMs })
      return {
        renew() {
          const now = clock.now()
          const lease = leases.get(key)
          if (lease === undefined || lease.until <= now) return false
          lease.until = now + leaseMs
          return true
        },
        release: () => void leases.delete(key),
      }
    },
    holders() {
      drop(clock.now())
      return [...leases.values()].map(({ holder }) => holder)
    },
  }
}
