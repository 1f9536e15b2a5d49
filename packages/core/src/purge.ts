import { ApiError } from './errors.ts'
import { locateForPurge, type PurgeLocation, withoutAlias } from './purge-location.ts'

/**
 * One thing a purge can name. Results carry the tags that only their image knows (user tags); the request supplies the
 * others. Written `kind:value`, so a user's tag can never stand for a built-in one.
 */
export type PurgeTag = `${'account' | 'image' | 'variant' | 'host' | 'path' | 'file' | 'tag'}:${string}`

/** Tag → value of the account's purge clock when it was purged last. */
export type PurgeLog = Readonly<Record<string, number>>

/** How long a log entry must be kept: no stored result lives longer. */
export const PURGE_LOG_RETENTION_MS = 31 * 24 * 3600 * 1000
export const MAX_PURGE_ITEMS = 100
const MAX_PREFIX_SEPARATORS = 31
const MAX_TAG_CHARACTERS = 1024

/**
 * A stored result is valid while none of its tags was purged after the clock its reader knew. No times are compared.
 * Rule: docs/architecture.md#purge.
 */
export const isStillValid = (log: PurgeLog, tags: Iterable<string>, readAtClock: number): boolean => {
  for (const tag of tags) {
    // `Object.hasOwn`: a user's tag may spell the name of an inherited property.
    if (Object.hasOwn(log, tag) && (log[tag] as number) > readAtClock) return false
  }
  return true
}

export const imageTag = (imageId: string): PurgeTag => `image:${imageId}`

/** `host/a`, `host/a/b`, … up to the deepest prefix that a purge may name. */
function pathPrefixes(host: string, segments: readonly string[]): PurgeTag[] {
  const tags: PurgeTag[] = []
  let prefix = host
  for (const segment of segments.slice(0, MAX_PREFIX_SEPARATORS)) {
    prefix += `/${segment}`
    tags.push(`path:${prefix}`)
  }
  return tags
}

const fileTag = ({ host, segments }: PurgeLocation): PurgeTag =>
  `file:${[host, ...(withoutAlias(segments) ?? segments)].join('/')}`

/** Every tag that a delivery request itself supplies. @param variant a name, or {@link OPTION_LIST} */
export function requestTags(url: URL, imageId: string, variant: string): PurgeTag[] {
  const location = locateForPurge(url)
  const { host, segments } = location
  return [
    'account:*',
    imageTag(imageId),
    `variant:${variant}`,
    `host:${host}`,
    fileTag(location),
    ...pathPrefixes(host, segments),
    ...pathPrefixes(host, withoutAlias(segments) ?? []),
    // Built-in tags can also be purged by the names that `Cache-Tag` shows.
    ...cacheTags(imageId, variant).map((tag): PurgeTag => `tag:${tag}`),
  ]
}

/**
 * Every tag by which a purge can name a picture of another host. The URL that transforms it is none: a purge names the
 * source, and all that was made of it goes.
 * @param urls its own URL, and where it is really fetched
 * Rule: docs/parity.md#purge.
 */
export const sourceTags = (urls: readonly URL[]): PurgeTag[] => [
  'account:*',
  ...urls.flatMap((url): PurgeTag[] => {
    const location = locateForPurge(url)
    const { host, segments } = location
    return [`host:${host}`, fileTag(location), ...pathPrefixes(host, segments)]
  }),
]

/** What `Cache-Tag` says of a delivered image besides its user tags. @param variant a name, or {@link OPTION_LIST} */
export const cacheTags = (imageId: string, variant: string): string[] => [
  `image:${encodeURIComponent(imageId)}`,
  `variant:${variant}`,
]

/**
 * What stands in the place of a variant's name for all option lists together: a list may have commas, which part tags. No
 * variant has this name.
 */
export const OPTION_LIST = '='

const strings = (value: unknown, name: string): string[] => {
  if (!Array.isArray(value) || value.length === 0)
    throw new ApiError('badRequest', `"${name}" must be a non-empty array`)
  if (value.length > MAX_PURGE_ITEMS)
    throw new ApiError('badRequest', `"${name}" takes at most ${MAX_PURGE_ITEMS} items`)
  return value.map((item) => {
    if (typeof item === 'string' && item.length > 0) return item
    throw new ApiError('badRequest', `"${name}" must hold non-empty strings`)
  })
}

const parseFile = (item: string): PurgeTag => {
  if (!/^https?:/i.test(item) || !URL.canParse(item)) {
    throw new ApiError('badRequest', '"files" must hold absolute http or https URLs')
  }
  return fileTag(locateForPurge(new URL(item)))
}

/** A host, with or without a port, as a URL of its root; null for any other text. */
function parseHostUrl(text: string): URL | null {
  // Whatever could end the host or stand before it: the URL parser would read a host out of more than a host.
  if (/[/\\?#@\s]/.test(text) || !URL.canParse(`https://${text}/`)) return null
  return new URL(`https://${text}/`)
}

const parseHost = (item: string): PurgeTag => {
  const url = parseHostUrl(item)
  if (url === null) throw new ApiError('badRequest', '"hosts" must hold host names')
  return `host:${locateForPurge(url).host}`
}

const parsePrefix = (item: string): PurgeTag => {
  if (item.includes('://') || item.includes('?') || item.includes('#')) {
    throw new ApiError('badRequest', '"prefixes" must be host and path, without scheme or query')
  }
  const end = item.indexOf('/')
  const root = parseHostUrl(end < 0 ? item : item.slice(0, end))
  if (root === null) throw new ApiError('badRequest', '"prefixes" must begin with a host name')
  if (end >= 0) root.pathname = item.slice(end)
  const { host, segments } = locateForPurge(root)
  if (segments.length > MAX_PREFIX_SEPARATORS) {
    throw new ApiError('badRequest', `"prefixes" may have at most ${MAX_PREFIX_SEPARATORS} separators`)
  }
  return segments.length === 0 ? `host:${host}` : `path:${[host, ...segments].join('/')}`
}

const PURGE_KINDS = {
  files: (value: unknown) =>
    strings(
      Array.isArray(value)
        ? value.map((item) => (typeof item === 'object' && item !== null && 'url' in item ? item.url : item))
        : value,
      'files',
    ).map(parseFile),
  tags: (value: unknown) =>
    strings(value, 'tags').map((tag): PurgeTag => {
      if (tag.length > MAX_TAG_CHARACTERS) {
        throw new ApiError('badRequest', `"tags" must be at most ${MAX_TAG_CHARACTERS} characters each`)
      }
      return `tag:${tag}`
    }),
  hosts: (value: unknown) => strings(value, 'hosts').map(parseHost),
  prefixes: (value: unknown) => strings(value, 'prefixes').map(parsePrefix),
  purge_everything: (value: unknown): PurgeTag[] => {
    if (value !== true) throw new ApiError('badRequest', '"purge_everything" must be true')
    return ['account:*']
  },
} as const

/**
 * The tags that a zone purge names.
 * @throws ApiError `badRequest` unless the body holds exactly one kind of purge, well formed and within its limits
 * Rule: docs/parity.md#purge.
 */
export function parsePurgeRequest(body: Readonly<Record<string, unknown>>): PurgeTag[] {
  const given = Object.keys(PURGE_KINDS).filter(
    (kind) => body[kind] !== undefined,
  ) as (keyof typeof PURGE_KINDS)[]
  const [kind, ...others] = given
  if (kind === undefined || others.length > 0) {
    throw new ApiError('badRequest', `exactly one of ${Object.keys(PURGE_KINDS).join(', ')} must be given`)
  }
  return PURGE_KINDS[kind](body[kind])
}
