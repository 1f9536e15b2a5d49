import { ApiError, createLeases, type Lease, type Timers } from '@tintype/core'

/** How the places of an isolate are shared. */
export interface PlaceLimits {
  /** Uploads at once: each holds at most one 5 MiB part, and for moments the one that it grew from. */
  readonly places: number
  /** Of these, how many only an account gets that holds none: however slow others are, it is not shut out. */
  readonly keptForNewcomers: number
  /** One account never holds more. */
  readonly placesOfAccount: number
  readonly leaseMs: number
  readonly maxWaitMs: number
  readonly pollMs: number
}

/** At most 60 MiB of parts in an isolate of 128 MB. */
export const ISOLATE_PLACES: PlaceLimits = {
  places: 12,
  keptForNewcomers: 4,
  placesOfAccount: 6,
  leaseMs: 60_000,
  maxWaitMs: 20_000,
  pollMs: 50,
}

/** A place among the uploads of this isolate. */
export interface UploadPlace {
  /** Bytes arrived: the place is kept. */
  renew(): void
  release(): void
}

export interface UploadPlaces {
  /** @throws ApiError `unavailable` when none comes free in time */
  claim(accountId: string): Promise<UploadPlace>
}

/** Bounds what the uploads of one isolate hold in memory, and shares it among accounts. */
export function createUploadPlaces(limits: PlaceLimits, timers: Timers): UploadPlaces {
  const leases = createLeases<string>(timers, limits.leaseMs)

  function isFree(accountId: string): boolean {
    const holders = leases.holders()
    const own = holders.filter((holder) => holder === accountId).length
    const open = own === 0 ? limits.places : limits.places - limits.keptForNewcomers
    return holders.length < open && own < limits.placesOfAccount
  }

  function take(accountId: string): UploadPlace {
    let lease: Lease = leases.hold(accountId)
    return {
      renew() {
        // It ran out while storage kept us waiting. The upload still holds its part, so it still counts.
        if (!lease.renew()) lease = leases.hold(accountId)
      },
      release: () => lease.release(),
    }
  }

  return {
    async claim(accountId) {
      // Waiters poll on their own timers, since nobody may resolve another request's promise.
      for (let waitedMs = 0; !isFree(accountId); waitedMs += limits.pollMs) {
        if (waitedMs >= limits.maxWaitMs)
          throw new ApiError('unavailable', 'too many uploads at once, try again')
        await timers.wait(limits.pollMs)
      }
      return take(accountId)
    },
  }
}
