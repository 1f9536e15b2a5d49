/** Bounds how often something is done for keys that come from outside. */
export interface RateLimit {
  /** Whether this key may go on now; a yes counts. */
  admits(key: string): boolean
}

/**
 * One admission per key and interval, and at most `maxKeys` admissions of any keys per interval: what bounds the memory
 * also bounds what a flood of invented keys can cause.
 * @param now epoch milliseconds
 */
export function createRateLimit(
  { intervalMs, maxKeys }: { readonly intervalMs: number; readonly maxKeys: number },
  now: () => number,
): RateLimit {
  const admittedAt = new Map<string, number>() // oldest first: an admission always goes to the end
  const forgetOld = (time: number) => {
    for (const [key, at] of admittedAt) {
      if (time - at < intervalMs) return
      admittedAt.delete(key)
    }
  }
  return {
    admits(key) {
      const time = now()
      forgetOld(time)
      if (admittedAt.has(key) || admittedAt.size >= maxKeys) return false
      admittedAt.set(key, time)
      return true
    },
  }
}
