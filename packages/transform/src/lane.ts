import { ApiError, createLeases, type Timers } from '@tintype/core'

export interface LaneOptions {
  /** What all holders may have at once, bytes. */
  readonly capacityBytes: number
  readonly maxWaiting: number
  /** How long a claim waits before it is refused, ms. */
  readonly maxWaitMs: number
  /** How long a hold lasts without a sign of life, ms. */
  readonly leaseMs: number
  readonly pollMs: number
  /** Called before `bytes` are granted on top of what is held: what lies idle elsewhere makes room for them. */
  makeRoom?(heldBytes: number): void
}

/** Bytes that somebody has, as a lease: without a sign of life it ends by itself. */
export interface Hold {
  /** @throws ApiError `overloaded` when the lease ended meanwhile */
  renew(): void
  /** Keep only so many of its bytes; more than it has changes nothing. */
  shrink(bytes: number): void
  release(): void
}

/** A number of bytes that is shared out first come, first served. */
export interface Lane {
  readonly capacityBytes: number
  /**
   * Wait for bytes.
   * @param onWait called at every look while it waits; what it throws ends the claim
   * @throws ApiError `refusedDimensions` for more than there ever is; `overloaded` when too many wait, or too long
   */
  claim(bytes: number, onWait?: () => void): Promise<Hold>
  usage(): { readonly heldBytes: number; readonly mostHeldBytes: number; readonly waiting: number }
}

/**
 * Shares bytes among jobs that may be cancelled at any moment, without a word: a cancelled request's promises never settle
 * and its `finally` blocks may never run. So nobody is ever woken. Each waiter polls on its own timers and takes its
 * share itself, a release only subtracts, and whatever gives no sign of life expires.
 */
export function createLane(options: LaneOptions, timers: Timers): Lane {
  const { capacityBytes, maxWaiting, maxWaitMs, leaseMs, pollMs, makeRoom } = options
  const staleMs = pollMs * 20
  // In production the clock stands still during computation, which only makes leases last longer.
  const holds = createLeases<{ bytes: number }>(timers, leaseMs)
  /** Tickets with the time of their last poll. Only its owner writes one, and writes it anew when it was swept. */
  const waiting = new Map<number, number>()
  let lastTicket = 0
  let mostHeldBytes = 0

  function sweep(now: number): void {
    for (const [ticket, seenAt] of waiting) if (seenAt + staleMs <= now) waiting.delete(ticket)
  }
  const heldBytes = (): number => holds.holders().reduce((sum, { bytes }) => sum + bytes, 0)
  const isFirst = (ticket: number): boolean => [...waiting.keys()].every((other) => other >= ticket)
  const fits = (bytes: number): boolean => heldBytes() + bytes <= capacityBytes

  function grant(ticket: number, bytes: number): Hold {
    waiting.delete(ticket)
    makeRoom?.(heldBytes() + bytes)
    const holder = { bytes }
    const lease = holds.hold(holder)
    mostHeldBytes = Math.max(mostHeldBytes, heldBytes())
    return {
      renew() {
        if (!lease.renew()) throw new ApiError('overloaded')
      },
      shrink(wanted) {
        holder.bytes = Math.min(holder.bytes, wanted)
      },
      release: lease.release,
    }
  }

  async function wait(ticket: number, bytes: number, since: number, onWait?: () => void): Promise<Hold> {
    for (;;) {
      onWait?.()
      const now = timers.now()
      waiting.set(ticket, now)
      if (isFirst(ticket) && fits(bytes)) return grant(ticket, bytes)
      if (now - since >= maxWaitMs) throw new ApiError('overloaded')
      await timers.wait(pollMs)
      // Whoever lives has polled meanwhile, even after a computation that let nobody run: the others are gone.
      sweep(timers.now())
    }
  }

  return {
    capacityBytes,
    usage: () => ({ heldBytes: heldBytes(), mostHeldBytes, waiting: waiting.size }),
    async claim(bytes, onWait) {
      if (bytes > capacityBytes) throw new ApiError('refusedDimensions')
      const since = timers.now()
      const ticket = ++lastTicket
      if (waiting.size === 0 && fits(bytes)) return grant(ticket, bytes)
      if (waiting.size >= maxWaiting) throw new ApiError('overloaded')
      try {
        return await wait(ticket, bytes, since, onWait)
      } finally {
        waiting.delete(ticket)
      }
    },
  }
}
