/** Values of earlier reads, kept in the isolate for a while. Values only: a promise must not cross requests. */
export interface Memo<T> {
  /** undefined when nothing fresh is known; a remembered absence is the caller's own value for it. */
  get(key: string): T | undefined
  /** The same, however old, while it is remembered at all. */
  peek(key: string): T | undefined
  set(key: string, value: T): void
}

export interface MemoOptions {
  /** How long a value is fresh; 0 remembers nothing. */
  readonly ttlMs: number
  /** How long a value that is no longer fresh is kept, for whoever compares a new one with it. */
  readonly staleMs: number
  readonly maxEntries: number
  /** What all entries may come to, keys included. */
  readonly maxCharacters: number
}

interface Entry<T> {
  readonly value: T
  readonly readAt: number
  readonly characters: number
}

/**
 * A memo of bounded size that forgets what was used longest ago, and whatever is too old to be of use.
 * @param now epoch milliseconds
 * @param charactersOf size of a value, about: what it would be as text
 */
export function createMemo<T>(
  { ttlMs, staleMs, maxEntries, maxCharacters }: MemoOptions,
  now: () => number,
  charactersOf: (value: T) => number,
): Memo<T> {
  const entries = new Map<string, Entry<T>>() // used longest ago first: a Map keeps the order of insertion
  let characters = 0
  let sweptAt = now()

  function forget(key: string): void {
    characters -= entries.get(key)?.characters ?? 0
    entries.delete(key)
  }
  /** Looks at every entry, so it is done once in the time in which an entry goes stale. */
  function sweep(time: number): void {
    if (time - sweptAt < ttlMs) return
    sweptAt = time
    for (const [key, { readAt }] of entries) if (time - readAt >= ttlMs + staleMs) forget(key)
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return now() - entry.readAt < ttlMs ? entry.value : undefined
    },
    peek: (key) => entries.get(key)?.value,
    set(key, value) {
      if (ttlMs === 0) return
      const readAt = now()
      sweep(readAt)
      forget(key)
      const entry = { value, readAt, characters: key.length + charactersOf(value) }
      entries.set(key, entry)
      characters += entry.characters
      while (entries.size > maxEntries || characters > maxCharacters) {
        forget(entries.keys().next().value as string)
      }
    },
  }
}
