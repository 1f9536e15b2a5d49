import { ApiError } from '@tintype/core'

/** Time as the governor sees it: of the isolate, or of a test. */
export interface Timers {
  /** Epoch ms. Stands still during computation in production, which only makes leases last longer. */
  now(): number
  wait(ms: number): Promise<unknown>
}

export interface GovernorOptions {
  /** Memory that all jobs of this isolate may hold at once, bytes. */
  readonly budgetBytes: number
  readonly maxWaiting: number
  /** What waiting jobs may hold meanwhile, such as the first bytes of their originals; it comes on top of the budget. */
  readonly maxWaitingBytes: number
  /** How long a job waits before it gives up, ms. */
  readonly maxWaitMs: number
  /** How long a reservation lasts without a sign of life, ms. */
  readonly leaseMs: number
  readonly pollMs: number
}

export const ISOLATE_BUDGET: GovernorOptions = {
  budgetBytes: 96e6,
  maxWaiting: 64,
  maxWaitingBytes: 12e6,
  maxWaitMs: 60_000,
  leaseMs: 25_000,
  pollMs: 10,
}

export interface Reservation {
  /** Sign of life; call it between stages. @throws ApiError `overloaded` when the lease was lost meanwhile */
  renew(): void
  release(): void
}

export interface Governor {
  readonly budgetBytes: number
  /**
   * Wait for memory, first come first served.
   * @param heldBytes what the job holds while it waits; a part of `bytes`
   * @throws ApiError `refusedDimensions` for more than there ever is; `overloaded` when too many wait, or too long
   */
  claim(bytes: number, heldBytes?: number): Promise<Reservation>
  /** Bytes reserved, the most that ever were, and jobs waiting: for tests and metrics. */
  usage(): { readonly reservedBytes: number; readonly mostReservedBytes: number; readonly waiting: number }
}

/**
 * Shares out an isolate's memory among jobs that may be cancelled at any moment, without a word: a cancelled request's
 * promises never settle and its `finally` blocks may never run. So nobody is ever woken. Each waiter polls on its own
 * timers and takes its share itself; a releaser only gives back; and whatever gives no sign of life expires.
 */
export function createGovernor(options: GovernorOptions, timers: Timers): Governor {
  const { budgetBytes, maxWaiting, maxWaitingBytes, maxWaitMs, leaseMs, pollMs } = options
  const staleMs = pollMs * 20
  const reservations = new Map<number, { readonly bytes: number; expiresAt: number }>()
  /** Tickets with the time of their last poll. Only its owner writes one, and writes it anew when it was swept. */
  const waiting = new Map<number, { readonly seenAt: number; readonly heldBytes: number }>()
  let lastTicket = 0
  let mostReservedBytes = 0

  function sweep(now: number): void {
    for (const [ticket, { expiresAt }] of reservations) if (expiresAt <= now) reservations.delete(ticket)
    for (const [ticket, { seenAt }] of waiting) if (seenAt + staleMs <= now) waiting.delete(ticket)
  }
  const reservedBytes = (): number => [...reservations.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  const waitingBytes = (): number => [...waiting.values()].reduce((sum, { heldBytes }) => sum + heldBytes, 0)
  const isFirst = (ticket: number): boolean => [...waiting.keys()].every((other) => other >= ticket)

  function reserve(ticket: number, bytes: number): Reservation {
    waiting.delete(ticket)
    reservations.set(ticket, { bytes, expiresAt: timers.now() + leaseMs })
    mostReservedBytes = Math.max(mostReservedBytes, reservedBytes())
    return {
      renew() {
        const held = reservations.get(ticket)
        if (held === undefined) throw new ApiError('overloaded')
        held.expiresAt = timers.now() + leaseMs
      },
      release() {
        reservations.delete(ticket)
      },
    }
  }

  return {
    budgetBytes,
    usage: () => ({ reservedBytes: reservedBytes(), mostReservedBytes, waiting: waiting.size }),
    async claim(bytes, heldBytes = 0) {
      if (bytes > budgetBytes) throw new ApiError('refusedDimensions')
      const since = timers.now()
      sweep(since)
      const ticket = ++lastTicket
      if (waiting.size === 0 && reservedBytes() + bytes <= budgetBytes) return reserve(ticket, bytes)
      if (waiting.size >= maxWaiting || waitingBytes() + heldBytes > maxWaitingBytes) {
        throw new ApiError('overloaded')
      }
      for (;;) {
        const now = timers.now()
        waiting.set(ticket, { seenAt: now, heldBytes })
        sweep(now)
        if (isFirst(ticket) && reservedBytes() + bytes <= budgetBytes) return reserve(ticket, bytes)
        if (now - since >= maxWaitMs) {
          waiting.delete(ticket)
          throw new ApiError('overloaded')
        }
        await timers.wait(pollMs)
      }
    },
  }
}
