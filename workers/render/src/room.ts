import type { Clock } from '@tintype/core'

/**
 * How many results are kept of one original, and how much they may take together: from there on, those of option lists are
 * made anew each time. Rule: docs/parity.md, limits.
 */
export const MAX_KEPT = { results: 300, bytes: 64 << 20 } as const

/** Whether more results of an original may be kept. */
export interface Room {
  /**
   * @param prefix    of all results of the original
   * @param sizeBytes of the result that is to be kept
   */
  has(prefix: string, sizeBytes: number): Promise<boolean>
}

/** What is full is not counted again for so long; results go with the bucket's lifecycle rule alone. */
const FULL_MS = 10 * 60_000
const MAX_REMEMBERED = 1000

/**
 * Counts by listing, which is one operation beside the one that keeps a result, and exact but for what is being kept in the
 * same moment. Nothing is counted where nothing would be kept.
 */
export function r2Room(bucket: Pick<R2Bucket, 'list'>, clock: Clock): Room {
  const full = new Map<string, number>()
  const remember = (prefix: string): void => {
    full.delete(prefix)
    full.set(prefix, clock.now() + FULL_MS)
    if (full.size > MAX_REMEMBERED) full.delete(full.keys().next().value as string)
  }
  return {
    async has(prefix, sizeBytes) {
      if ((full.get(prefix) ?? 0) > clock.now()) return false
      const { objects } = await bucket.list({ prefix, limit: MAX_KEPT.results })
      const keptBytes = objects.reduce((sum, { size }) => sum + size, 0)
      if (objects.length < MAX_KEPT.results && keptBytes + sizeBytes <= MAX_KEPT.bytes) return true
      if (objects.length >= MAX_KEPT.results) remember(prefix)
      return false
    },
  }
}
