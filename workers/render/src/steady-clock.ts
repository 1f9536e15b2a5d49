import type { Clock } from '@tintype/core'

/**
 * A clock for leases among requests that share one thread. While a job computes, nobody can give a sign of life; so time
 * that passes between two looks counts for `maxStepMs` at most, and silence only counts where it could have been broken.
 */
export function createSteadyClock(clock: Clock, maxStepMs: number): Clock {
  let seenAt = clock.now()
  let steady = 0
  return {
    now() {
      const time = clock.now()
      steady += Math.min(Math.max(time - seenAt, 0), maxStepMs)
      seenAt = time
      return steady
    },
  }
}
