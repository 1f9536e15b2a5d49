/** What the answer of another host said of a picture. Plain data: it is stored with every result that was made of it. */
export interface RemoteFacts {
  /** Tells versions of the picture apart: printable ASCII without quotes, at most 200 characters. */
  readonly validator: string
  /** As the host sent them, for conditional requests; null where it sent none. */
  readonly etag: string | null
  readonly lastModified: string | null
  /** What is told to clients. */
  readonly cacheControl: string
  /** Whether a result may be kept for others at all. */
  readonly isStorable: boolean
  /** Epoch ms. */
  readonly fetchedAt: number
  /** Until when results are right without asking the host again, epoch ms. */
  readonly freshUntil: number
  /** The host's own `cache-tag`. */
  readonly tags: readonly string[]
  /** What was not done as the host wanted, in whole phrases. */
  readonly warnings: readonly string[]
}

/**
 * What holds for a result that was made of several pictures: it is right for as long as each of them is.
 * @param all at least one
 */
export function combineFacts(all: readonly [RemoteFacts, ...RemoteFacts[]]): RemoteFacts {
  const [first, ...others] = all
  if (others.length === 0) return first
  const soonest = all.reduce((one, other) => (other.freshUntil < one.freshUntil ? other : one))
  const strictest = all.find(({ isStorable }) => !isStorable) ?? soonest
  return {
    // Each is at most 200 characters, and a picture has few overlays.
    validator: all.map(({ validator }) => validator).join('+'),
    ...{ etag: null, lastModified: null },
    cacheControl: strictest.cacheControl,
    isStorable: strictest.isStorable,
    fetchedAt: Math.min(...all.map(({ fetchedAt }) => fetchedAt)),
    freshUntil: soonest.freshUntil,
    tags: [...new Set(all.flatMap(({ tags }) => tags))],
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
  }
}
