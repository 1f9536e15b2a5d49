import { hostnameOf, isWithin, matchesOrigin, parseAllowedOrigin } from './allowed-origin.ts'

/**
 * Where a zone's pictures may come from. It travels with a request to whoever fetches, because every redirect is judged
 * by it. It is no part of any key: what it refuses is refused before a cache is asked.
 */
export interface SourcePolicy {
  /** Hosts that are the zone itself, with their ports where those are not the scheme's own. */
  readonly ownHosts: readonly string[]
  /** Where what the zone's own hosts show is fetched, an absolute URL; null: nowhere. */
  readonly origin: string | null
  /** Other hosts, as `AllowedOrigin` writes them. */
  readonly allowed: 'any' | readonly string[]
}

/** Where a source is really fetched, or why not. */
export type SourceRoute =
  | { readonly kind: 'fetch'; readonly url: URL }
  /** It is a transform of this zone's own: fetching it would come back here. */
  | { readonly kind: 'loop' }
  /** It is on one of the zone's own hosts, and the zone has no origin. */
  | { readonly kind: 'no-origin' }
  | { readonly kind: 'not-allowed' }

/** Paths under which this project transforms pictures of other hosts. */
export const TRANSFORM_PREFIXES = ['/image', '/cdn-cgi/image'] as const

const isTransformPath = (pathname: string): boolean =>
  TRANSFORM_PREFIXES.some((prefix) => pathname.startsWith(`${prefix}/`))

const isOwn = (url: URL, { ownHosts }: SourcePolicy): boolean => ownHosts.includes(url.host)

/** The origin's URL with a path and a query of the zone's own host behind it. */
function atOrigin(origin: URL, { pathname, search }: URL): URL {
  const url = new URL(origin)
  const base = origin.pathname.endsWith('/') ? origin.pathname.slice(0, -1) : origin.pathname
  url.pathname = `${base}${pathname}`
  url.search = search
  return url
}

/** An origin may decode these, and leave the path that it is meant to stay below. */
const ENCODED_SEPARATOR = /%(?:2e|2f|5c)/i

/** Whether a URL is the origin's, or below it: its host may show what is somebody else's under other paths. */
function isBelow({ origin, pathname }: URL, base: URL): boolean {
  if (origin !== base.origin) return false
  const prefix = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`
  return prefix === '/' || (pathname.startsWith(prefix) && !ENCODED_SEPARATOR.test(pathname))
}

/**
 * Judge one URL, the first or one that a redirect names. The zone's own hosts are fetched from its origin, never from
 * themselves: a request to our own host would come back to us.
 * Rule: docs/parity.md#allowed-origins.
 */
export function routeSource(url: URL, policy: SourcePolicy): SourceRoute {
  const origin = policy.origin === null ? null : new URL(policy.origin)
  const isAtOrigin = origin !== null && isBelow(url, origin)
  if (isOwn(url, policy)) {
    if (isTransformPath(url.pathname)) return { kind: 'loop' }
    if (origin === null) return { kind: 'no-origin' }
    if (policy.ownHosts.includes(origin.host)) return { kind: 'loop' }
    const target = atOrigin(origin, url)
    return isBelow(target, origin) ? { kind: 'fetch', url: target } : { kind: 'not-allowed' }
  }
  if (isAtOrigin || policy.allowed === 'any') return { kind: 'fetch', url }
  const isAllowed = policy.allowed.some((text) => {
    const allowed = parseAllowedOrigin(text)
    return allowed !== null && matchesOrigin(allowed, url)
  })
  return isAllowed ? { kind: 'fetch', url } : { kind: 'not-allowed' }
}

/** Whether a URL is on one of the zone's own hosts, or below one. */
export const isSameSite = (url: URL, { ownHosts }: SourcePolicy): boolean =>
  isOwn(url, { ownHosts, origin: null, allowed: [] }) ||
  ownHosts.some((host) => {
    const own = new URL(`https://${host}/`).hostname
    return url.port === '' && !isAddress(own) && isWithin(hostnameOf(url), own)
  })

/** Addresses have no sub-domains. */
const isAddress = (hostname: string): boolean => hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
