import type { Timers } from './timers.ts'

/** A look-up for keys that come from outside: all who ask for one key share it, and a flood of keys is cut off. */
export interface LimitedLookup<T> {
  /**
   * What was found for this key, now or less than an interval ago. `T` is plain data.
   * @returns null when nobody was asked: too many other keys were, or the answer takes too long
   * @throws whatever asking threw, to all who share it
   */
  find(key: string): Promise<{ readonly value: T } | null>
}

export interface LookupLimits {
  /** How soon the same key may be asked about again, ms. */
  readonly intervalMs: number
  /** Keys that may be asked about in that time: bounds the memory, and what a flood of invented keys can cause. */
  readonly maxKeys: number
}

/** How often who shares a look-up sees whether it has come to its end, and for how long, ms. */
const POLL_MS = 10
const MAX_WAIT_MS = 5000

type Outcome<T> = { readonly value: T } | { readonly error: unknown }
interface Asking<T> {
  readonly askedAt: number
  outcome: Outcome<T> | null
}

/**
 * Nobody awaits another request's promise, since it would never settle if that request were cancelled: who shares a
 * look-up polls on their own timers, and asks in its place when it is still without an outcome after an interval.
 */
export function createLimitedLookup<T>(
  ask: (key: string) => Promise<T>,
  { intervalMs, maxKeys }: LookupLimits,
  timers: Timers,
): LimitedLookup<T> {
  const askings = new Map<string, Asking<T>>() // oldest first: an asking always goes to the end
  const forgetOld = (): void => {
    for (const [key, { askedAt }] of askings) {
      if (timers.now() - askedAt < intervalMs) return
      askings.delete(key)
    }
  }

  async function lead(key: string): Promise<Outcome<T>> {
    askings.set(key, { askedAt: timers.now(), outcome: null })
    const outcome = await ask(key).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    // It may be somebody else's by now, who asked again because we took long: they have waited enough.
    const asking = askings.get(key)
    if (asking !== undefined) asking.outcome ??= outcome
    return outcome
  }

  async function join(key: string): Promise<Outcome<T> | null> {
    for (let waitedMs = 0; waitedMs <= MAX_WAIT_MS; waitedMs += POLL_MS) {
      forgetOld()
      const asking = askings.get(key)
      if (asking === undefined) return askings.size < maxKeys ? lead(key) : null
      if (asking.outcome !== null) return asking.outcome
      await timers.wait(POLL_MS)
    }
    return null
  }

  return {
    async find(key) {
      const outcome = await join(key)
      if (outcome !== null && 'error' in outcome) throw outcome.error
      return outcome
    },
  }
}
