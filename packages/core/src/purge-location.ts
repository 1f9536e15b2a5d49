import { DELIVERY_PREFIXES } from './delivery-url.ts'

/**
 * Where a URL points, in the one spelling that purges are logged under: delivery decodes a path once, so that many
 * spellings show the same picture, and a purge of any of them must end it. What two spellings have in common by
 * mistake is purged too much, never too little. A query is not part of it: it changes no picture.
 */
export interface PurgeLocation {
  /** Lower case, punycode, without a default port or the root's dot. */
  readonly host: string
  /** Decoded segments, none of them empty. An encoded `/` parts segments like a plain one, as it does in ids. */
  readonly segments: readonly string[]
}

const PERCENT_RUN = /(?:%[0-9a-f]{2})+/gi

/** Percent-encoding undone; what is no UTF-8 stays encoded, in upper case. */
const decodePath = (path: string): string =>
  path.replace(PERCENT_RUN, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run.toUpperCase()
    }
  })

/** @param url parsed, so that dot segments are resolved, and the host is lower case and without its scheme's port */
export function locateForPurge(url: URL): PurgeLocation {
  // One picture is served by either scheme, whatever default port was written out.
  const port = url.port === '' || url.port === '80' || url.port === '443' ? '' : `:${url.port}`
  const hostname = url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname
  const segments = decodePath(url.pathname)
    .split('/')
    .filter((segment) => segment !== '')
  return { host: hostname + port, segments }
}

const ALIASES = DELIVERY_PREFIXES.map((prefix) => prefix.slice(1).split('/'))

/** The segments behind an alias of the delivery tree; null where there is none: the picture is the same under both. */
export function withoutAlias(segments: readonly string[]): readonly string[] | null {
  const alias = ALIASES.find((parts) => parts.every((part, i) => segments[i] === part))
  return alias === undefined ? null : segments.slice(alias.length)
}
