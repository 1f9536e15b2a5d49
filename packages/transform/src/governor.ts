import { ApiError, MAX_OVERLAYS, type Timers } from '@tintype/core'
import type { RetainedMemory } from '@tintype/pixels'
import { createLane, type Hold } from './lane.ts'

export interface GovernorOptions {
  /** Memory that all jobs of this isolate may hold at once, retained memory between jobs included, bytes. */
  readonly budgetBytes: number
  /** Memory for originals' first bytes, before a job has its price; it comes on top of the budget. */
  readonly startBytes: number
  readonly maxWaiting: number
  /** How long a job waits in each phase before it gives up, ms. */
  readonly maxWaitMs: number
  /** How long a reservation lasts without a sign of life, ms. */
  readonly leaseMs: number
  readonly pollMs: number
}

/** An isolate has 128 MB for everything: 96 for jobs, 18 for starts, the rest for code and what is in flight. */
export const ISOLATE_BUDGET: GovernorOptions = {
  budgetBytes: 96e6,
  startBytes: 18e6,
  maxWaiting: 64,
  maxWaitMs: 60_000,
  leaseMs: 25_000,
  pollMs: 10,
}

/** What every start may hold without asking. The headers of most pictures have a few kilobytes. */
export const SMALL_START_BYTES = 500e3
/** Originals of one job: its own, and those that are drawn onto it. */
export const MAX_SOURCES = 1 + MAX_OVERLAYS
/** How much of the memory for starts the small ones share. Large ones have the rest, so that neither waits for the other. */
const SMALL_SHARE = 4 / 9

/** The memory of a job that has its price. */
export interface Reservation {
  /** Sign of life; call it between stages. @throws ApiError `overloaded` when the lease was lost, or nobody waits any more */
  renew(): void
  release(): void
}

/** The memory of a job that is still to be priced: first bytes of its sources, and what was read out of them. */
export interface Start {
  /**
   * Before more than {@link SMALL_START_BYTES} are held: wait for as much as can become necessary.
   * @param bytes everything that the start may come to
   */
  need(bytes: number): Promise<void>
  /** What it holds once it is priced; the rest is free for others. */
  settle(bytes: number): void
  /**
   * Wait for the memory of the whole job, in which the start is contained.
   * @throws ApiError `refusedDimensions` for more than there ever is; `overloaded` when too many wait, or too long
   */
  claim(peakBytes: number): Promise<Reservation>
  /** Memory for work on the way to the price; the start stays what it is. The same errors as {@link Start.claim}. */
  borrow(peakBytes: number): Promise<Reservation>
  /** Give back what was not claimed. */
  release(): void
}

export interface Governor {
  readonly budgetBytes: number
  /**
   * Begin a job: nothing may be read of an original before.
   * @param isAbandoned whether nobody waits for the job any more; it is then given up while it waits, or at its next sign of life
   * @param sources     how many originals it will begin to read, 1 to {@link MAX_SOURCES}; one of them may be large
   */
  start(isAbandoned?: () => boolean, sources?: number): Promise<Start>
  /** Bytes reserved for jobs, the most that ever were, bytes of starts, and jobs waiting: for tests and metrics. */
  usage(): {
    readonly reservedBytes: number
    readonly mostReservedBytes: number
    readonly startBytes: number
    readonly waiting: number
  }
}

/**
 * Shares out an isolate's memory in two phases, so that no byte is held that no budget knows. A job begins with a small
 * start (its sources' first bytes), which is enough to price it, and then waits for its price. Starts have lanes of their
 * own: they never take what a priced job needs to go on, and a start that turns out large changes into the lane for
 * large ones without ever waiting there for a small one.
 * @param retained memory that lies idle between jobs; it counts in the budget and is given up when a job needs it
 */
export function createGovernor(
  options: GovernorOptions,
  timers: Timers,
  retained: readonly RetainedMemory[] = [],
): Governor {
  const { budgetBytes, startBytes, ...times } = options
  const makeRoom = (heldBytes: number): void => {
    const idleBytes = retained.reduce((sum, pool) => sum + pool.retainedBytes(), 0)
    let excess = heldBytes + idleBytes - budgetBytes
    for (const pool of retained) if (excess > 0) excess -= pool.release(excess)
  }
  const jobs = createLane({ ...times, capacityBytes: budgetBytes, makeRoom }, timers)
  const smallStarts = createLane({ ...times, capacityBytes: startBytes * SMALL_SHARE }, timers)
  const largeStarts = createLane({ ...times, capacityBytes: startBytes * (1 - SMALL_SHARE) }, timers)

  async function start(isAbandoned: () => boolean, sources: number): Promise<Start> {
    const giveUp = (): void => {
      if (isAbandoned()) throw new ApiError('overloaded', 'nobody waits for it any more')
    }
    giveUp()
    const small = await smallStarts.claim(sources * SMALL_START_BYTES, giveUp)
    let large: Hold | null = null
    let largeBytes = 0
    const stayAlive = (): void => {
      giveUp()
      small.renew()
      large?.renew()
    }
    const release = (): void => {
      small.release()
      large?.release()
    }
    return {
      async need(bytes) {
        if (bytes <= largeBytes) return
        // Whoever waited for more while it holds a part could wait for another one that does the same.
        if (largeBytes > 0) throw new Error('A start asks once for all that it can come to')
        large = await largeStarts.claim(bytes, stayAlive)
        largeBytes = bytes
        small.shrink((sources - 1) * SMALL_START_BYTES)
      },
      settle(bytes) {
        if (large === null) return small.shrink(bytes)
        small.shrink(0)
        large.shrink(bytes)
      },
      async borrow(peakBytes) {
        const reservation = await jobs.claim(peakBytes, stayAlive)
        return {
          renew() {
            stayAlive()
            reservation.renew()
          },
          release: reservation.release,
        }
      },
      async claim(peakBytes) {
        giveUp()
        const reservation = await jobs.claim(peakBytes, stayAlive)
        release()
        return {
          renew() {
            giveUp()
            reservation.renew()
          },
          release: () => reservation.release(),
        }
      },
      release,
    }
  }

  return {
    budgetBytes,
    start: (isAbandoned = () => false, sources = 1) => start(isAbandoned, sources),
    usage() {
      const [{ heldBytes, mostHeldBytes, waiting }, small, large] = [
        jobs.usage(),
        smallStarts.usage(),
        largeStarts.usage(),
      ]
      return {
        reservedBytes: heldBytes,
        mostReservedBytes: mostHeldBytes,
        startBytes: small.heldBytes + large.heldBytes,
        waiting: waiting + small.waiting + large.waiting,
      }
    },
  }
}
