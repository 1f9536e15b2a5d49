/** How long what was made of another host's picture is right, as the host's answer says it. */
export interface SourceFreshness {
  readonly isStorable: boolean
  /** ms from the answer on; 0: the host is asked at every request. */
  readonly freshForMs: number
  /** `cache-control` for clients. */
  readonly cacheControl: string
  readonly warnings: readonly string[]
}

/** The headers that decide; null where the answer had none. */
export interface FreshnessHeaders {
  readonly cacheControl: string | null
  readonly expires: string | null
  readonly date: string | null
  readonly age: string | null
}

/** The least time, where the host does not insist. */
const MIN_SECONDS = 3600
/** Where the host says nothing. */
const DEFAULT_SECONDS = 14_400
/** No result lives longer in any store. */
const MAX_SECONDS = 30 * 86_400
const MAX_CHARACTERS = 512
const TOO_RESTRICTIVE = 'cache-control is too restrictive'

type Directives = ReadonlyMap<string, string>

function parseDirectives(header: string | null): Directives {
  const pairs = (header ?? '')
    .slice(0, 4096)
    .split(',')
    .map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=', 2)
      return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')]
    })
  return new Map(pairs.reverse()) // of repeated directives the first counts
}

const secondsOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null

/** A date that is no date, such as `0`, lies in the past (RFC 9111 §5.3). */
function secondsUntil(expires: string | null, date: string | null): number | null {
  if (expires === null) return null
  const seconds = (Date.parse(expires) - Date.parse(date ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0
}

const isWritable = (header: string): boolean =>
  header.length <= MAX_CHARACTERS && /^[\x20-\x7e]+$/.test(header)

/**
 * A host's own rules, with an hour as the least: whoever wants fresher results says `must-revalidate` or `no-cache`. What
 * is `private` or `no-store` is kept by nobody but the client.
 * Rule: docs/parity.md#remote-freshness.
 */
export function judgeFreshness({ cacheControl, expires, date, age }: FreshnessHeaders): SourceFreshness {
  const directives = parseDirectives(cacheControl)
  const own = cacheControl !== null && isWritable(cacheControl) ? cacheControl : null
  if (directives.has('no-store') || directives.has('private')) {
    const warnings = [TOO_RESTRICTIVE]
    return { isStorable: false, freshForMs: 0, cacheControl: own ?? 'private, no-store', warnings }
  }
  const stated = secondsOf(directives.get('s-maxage')) ?? secondsOf(directives.get('max-age'))
  const lifetime = stated ?? secondsUntil(expires, date)
  const left = Math.max(0, (lifetime ?? DEFAULT_SECONDS) - (secondsOf(age?.trim()) ?? 0))
  const insists = ['must-revalidate', 'proxy-revalidate', 'no-cache'].some((name) => directives.has(name))
  if (insists) {
    const seconds = directives.has('no-cache') ? 0 : Math.min(left, MAX_SECONDS)
    return {
      ...{ isStorable: true, freshForMs: seconds * 1000, warnings: [] },
      cacheControl: own ?? 'public, no-cache',
    }
  }
  const isTooShort = lifetime !== null && lifetime < MIN_SECONDS
  return {
    isStorable: true,
    freshForMs: Math.min(Math.max(left, MIN_SECONDS), MAX_SECONDS) * 1000,
    cacheControl:
      !isTooShort && stated !== null && own !== null
        ? own
        : `public, max-age=${Math.max(lifetime ?? DEFAULT_SECONDS, MIN_SECONDS)}`,
    warnings: isTooShort ? [TOO_RESTRICTIVE] : [],
  }
}
