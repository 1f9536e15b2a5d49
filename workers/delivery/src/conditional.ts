/** The copies that a client says it holds: any at all, or those with these quoted tags. */
export type HeldEtags = 'any' | readonly string[]

const ENTITY_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g

/**
 * The copies that a client says it holds.
 * @returns `'any'` for `*`; the quoted tags otherwise, `W/` stripped as the weak comparison of RFC 9110 §13.1.2 wants
 */
export function parseIfNoneMatch(header: string | null): HeldEtags {
  if (header === null) return []
  if (header.trim() === '*') return 'any'
  return [...header.matchAll(ENTITY_TAG)].map(([, tag]) => tag as string)
}

export const matchesEtag = (held: HeldEtags, etag: string): boolean => held === 'any' || held.includes(etag)

/**
 * Whether a range may be answered under `If-Range`: only a strong tag that is equal lets it.
 * A date never does, because results carry no `last-modified`.
 */
export const allowsRange = (ifRange: string | null, etag: string): boolean =>
  ifRange === null || ifRange.trim() === etag
