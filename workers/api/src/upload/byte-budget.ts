import { ApiError } from '@tintype/core'

/** Uploads an isolate takes at once: each holds at most one 5 MiB part, and for moments the next one beside it. */
const MAX_UPLOADS = 10
/** One account never takes them all. */
const MAX_UPLOADS_OF_ACCOUNT = 6
const LEASE_MS = 60_000
const POLL_MS = 50
const MAX_WAIT_MS = 20_000

/** A place among the uploads of this isolate. */
export interface UploadSlot {
  /** The upload is alive: its lease runs anew. */
  renew(): void
  release(): void
}

// A lease, not a semaphore: when a client goes away, `finally` may never run, and a count would leak for ever.
const leases = new Map<symbol, { readonly accountId: string; readonly until: number }>()

const isFree = (accountId: string): boolean =>
  leases.size < MAX_UPLOADS &&
  [...leases.values()].filter((lease) => lease.accountId === accountId).length < MAX_UPLOADS_OF_ACCOUNT

function dropDead(now: number): void {
  for (const [slot, { until }] of leases) if (until <= now) leases.delete(slot)
}

/**
 * Wait for a slot. Waiters poll on their own timers, since nobody may resolve another request's promise.
 * @throws ApiError `unavailable` when none comes free within twenty seconds
 */
export async function claimUploadSlot(accountId: string): Promise<UploadSlot> {
  const slot = Symbol('upload')
  for (let waited = 0; ; waited += POLL_MS) {
    dropDead(Date.now())
    if (isFree(accountId)) break
    if (waited >= MAX_WAIT_MS) throw new ApiError('unavailable', 'too many uploads at once, try again')
    await scheduler.wait(POLL_MS)
  }
  const renew = () => {
    leases.set(slot, { accountId, until: Date.now() + LEASE_MS })
  }
  renew()
  return { renew, release: () => void leases.delete(slot) }
}
