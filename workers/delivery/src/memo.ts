/** Values of earlier reads, kept in the isolate for a while. Values only: a promise must not cross requests. */
export interface Memo<T> {
  /** undefined when nothing fresh is known; a remembered absence is the caller's own value for it. */
  get(key: string): T | undefined
  /** The same, however old. */
  peek(key: string): T | undefined
  set(key: string, value: T): void
}

/**
 * A memo of bounded size that forgets what was used longest ago.
 * @param options.ttlMs 0 remembers nothing
 * @param now epoch milliseconds
 */
export function createMemo<T>(
  options: { readonly ttlMs: number; readonly maxEntries: number },
  now: () => number,
): Memo<T> {
  const entries = new Map<string, { readonly value: T; readonly readAt: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key) // a Map keeps the order of insertion: moved to the end is used last
      entries.set(key, entry)
      return now() - entry.readAt < options.ttlMs ? entry.value : undefined
    },
    peek: (key) => entries.get(key)?.value,
    set(key, value) {
      if (options.ttlMs === 0) return
      entries.delete(key)
      entries.set(key, { value, readAt: now() })
      if (entries.size > options.maxEntries) entries.delete(entries.keys().next().value as string)
    },
  }
}
