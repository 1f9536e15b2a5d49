import { ApiError } from '@tintype/core'

/** Uploads an isolate takes at once: each holds one 5 MiB part, and for moments the next one beside it. */
const MAX_UPLOADS = 8
const LEASE_MS = 60_000
const POLL_MS = 50
const MAX_WAIT_MS = 10_000

/** A place among the uploads of this isolate. */
export interface UploadSlot {
  /** The upload is alive: its lease runs anew. */
  renew(): void
  release(): void
}

// A lease, not a semaphore: when a client goes away, `finally` may never run, and a count would leak for ever.
const leases = new Map<symbol, number>()

function dropDead(now: number): void {
  for (const [slot, until] of leases) if (until <= now) leases.delete(slot)
}

/**
 * Wait for a slot. Waiters poll on their own timers, since nobody may resolve another request's promise.
 * @throws ApiError `unavailable` when none comes free within ten seconds
 */
export async function claimUploadSlot(): Promise<UploadSlot> {
  const slot = Symbol('upload')
  for (let waited = 0; ; waited += POLL_MS) {
    dropDead(Date.now())
    if (leases.size < MAX_UPLOADS) break
    if (waited >= MAX_WAIT_MS) throw new ApiError('unavailable', 'too many uploads at once, try again')
    await scheduler.wait(POLL_MS)
  }
  const renew = () => {
    leases.set(slot, Date.now() + LEASE_MS)
  }
  renew()
  return { renew, release: () => void leases.delete(slot) }
}
