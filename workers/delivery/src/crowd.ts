import { createLeases, type Lease, type Timers } from '@tintype/core'

/** The requests of this isolate that are under way. */
export interface Crowd {
  /** One more; it counts until it is released, or for some seconds when its request is cancelled. */
  enter(): Lease
  /** Where there are many: let the event loop have a look around, which ends the requests of clients that have left. */
  yieldIfLarge(): Promise<void>
}

/** So many at once are everyday, and need not wait for one another. */
const LARGE = 8
const LEASE_MS = 5000

/**
 * While requests keep each other's thread busy, as they do where storage and all Workers share one, workerd does not look
 * at its sockets, and works on for clients that left long ago. A turn costs a request a millisecond.
 */
export function createCrowd(timers: Timers): Crowd {
  const requests = createLeases<null>(timers, LEASE_MS)
  return {
    enter: () => requests.hold(null),
    async yieldIfLarge() {
      if (requests.holders().length > LARGE) await timers.wait(0)
    },
  }
}
