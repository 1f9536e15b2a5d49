import { type ApiError, ERRORS, HINT_HEADERS, mimeOf } from '@tintype/core'
import type { Outcome, Result } from './obtain-result.ts'
import type { Subject } from './subject.ts'

/** Told in `cf-resized`, so that an answer can be traced to the code that made it. */
const VERSION = '2026.11.0'
const STALE_WHILE_REVALIDATE_SECONDS = 7200
const MAX_PRIVATE_AGE_SECONDS = 3600
const PREFLIGHT_MAX_AGE_SECONDS = 86_400
/** On every answer: any page may embed it (also under COEP `require-corp`) and read it, and no browser guesses its type. */
const OPEN_TO_PAGES = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
} as const
/** What the original sends with every picture; it matters for SVG, which can carry scripts. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; navigate-to 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline';"
/** Limits of `cache-tag`: of one tag, and of the header. */
const MAX_TAG_CHARACTERS = 1024
const MAX_TAGS_CHARACTERS = 16 * 1024
const WRITABLE_TAG = /^[\x21-\x2b\x2d-\x7e]+$/ // printable ASCII, neither space nor comma

function formatCacheControl({ grant, remote }: Outcome, ttlSeconds: number, now: number): string {
  if (grant.kind === 'signed') {
    const left = grant.expiresAtSeconds === null ? Infinity : grant.expiresAtSeconds - Math.floor(now / 1000)
    return `private, max-age=${Math.min(MAX_PRIVATE_AGE_SECONDS, left)}`
  }
  // Of an image of our own with something of another host drawn onto it, the shorter time of the two counts.
  const isLongerThanOurs =
    ttlSeconds > 0 && remote?.isStorable === true && remote.freshUntil - now >= ttlSeconds * 1000
  if (remote !== null && !isLongerThanOurs) return remote.cacheControl
  return `public, max-age=${ttlSeconds}, stale-while-revalidate=${STALE_WHILE_REVALIDATE_SECONDS}`
}

/** The tags that fit a header. A tag that can't be written is left out: the purge log knows it all the same. */
function formatCacheTag(tags: readonly string[]): string {
  let text = ''
  for (const tag of tags) {
    if (tag.length > MAX_TAG_CHARACTERS || !WRITABLE_TAG.test(tag)) continue
    const longer = text === '' ? tag : `${text},${tag}`
    if (longer.length > MAX_TAGS_CHARACTERS) break
    text = longer
  }
  return text
}

/** Header text is ASCII without a quote that would end it; anything else becomes `?`. */
const formatWarning = (text: string): string =>
  `cf-images 299 "${text.replaceAll('"', "'").replace(/[^\x20-\x7e]|\\/g, '?')}"`

/** What every answer about an image says, a 304 included. */
function commonHeaders(outcome: Outcome, { policy, shownTags, hints }: Subject, now: number): Headers {
  const { access, etag, grant, remote, userTags } = outcome
  const isHit = outcome.kind === 'result' && outcome.cacheStatus === 'HIT'
  const headers = new Headers({
    ...OPEN_TO_PAGES,
    'accept-ranges': 'bytes',
    'cache-control': formatCacheControl(outcome, policy.ttlSeconds, now),
    'cf-cache-status': isHit ? 'HIT' : 'MISS',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    etag,
    vary: ['accept', ...hints.flatMap((kind) => HINT_HEADERS[kind].read)].join(', '),
  })
  if (hints.length > 0) headers.set('accept-ch', hints.flatMap((kind) => HINT_HEADERS[kind].asked).join(', '))
  if (remote !== null) headers.set('age', String(Math.max(0, Math.floor((now - remote.fetchedAt) / 1000))))
  // Tags are for shared caches, which keep no signed answer; a private image's own tags stay with its owner.
  if (grant.kind === 'open') {
    const tags = formatCacheTag([...shownTags, ...(access === 'public' ? userTags : [])])
    if (tags !== '') headers.set('cache-tag', tags)
  }
  return headers
}

const formatResized = (isHit: boolean): string => `internal=ok/${isHit ? 'h' : 'm'} v=${VERSION}`

/** Headers of a whole result; an answer with a part of it changes `content-length` and adds `content-range`. */
export function resultHeaders(result: Result, subject: Subject, now: number): Headers {
  const headers = commonHeaders(result, subject, now)
  headers.set('content-type', mimeOf(result.format))
  headers.set('content-length', String(result.sizeBytes))
  headers.set('cf-resized', `${formatResized(result.cacheStatus === 'HIT')} l=${result.sizeBytes}`)
  const warnings = [...subject.warnings, ...result.warnings]
  if (warnings.length > 0) headers.set('warning', formatWarning(warnings.join('; ')))
  return headers
}

export function notModifiedHeaders(outcome: Outcome, subject: Subject, now: number): Headers {
  const headers = commonHeaders(outcome, subject, now)
  headers.set('cf-resized', formatResized(outcome.kind === 'result' && outcome.cacheStatus === 'HIT'))
  return headers
}

/** The one form of every failure: text for a person, the code for a program, and no cache keeps it. */
export function errorResponse(error: ApiError): Response {
  const { code, status } = ERRORS[error.kind]
  return new Response(`ERROR ${code}: ${error.message}`, {
    status,
    headers: {
      ...OPEN_TO_PAGES,
      ...error.headers,
      'cache-control': 'no-store',
      'cf-resized': `err=${code}`,
      'content-type': 'text/plain; charset=utf-8',
    },
  })
}

/** A failure whose client asked to be sent to the source instead. Nobody keeps it: the next try may go well. */
export const redirectResponse = (location: string, { kind }: ApiError): Response =>
  new Response(null, {
    status: 307,
    headers: {
      ...OPEN_TO_PAGES,
      'cache-control': 'no-store',
      'cf-resized': `err=${ERRORS[kind].code}`,
      location,
    },
  })

/** A short answer of the host itself. */
export const plainResponse = (text: string): Response =>
  new Response(text, {
    headers: { ...OPEN_TO_PAGES, 'content-type': 'text/plain; charset=utf-8' },
  })

/** Methods of a delivery URL, for `allow` and preflights. */
export const DELIVERY_METHODS = 'GET, HEAD, OPTIONS'

/**
 * The answer to a preflight: pages of every origin may read pictures, with whatever headers of their own.
 * Rule: docs/parity.md#response-headers.
 */
export function preflightResponse(request: Request): Response {
  const asked = request.headers.get('access-control-request-headers')
  return new Response(null, {
    status: 204,
    headers: {
      ...OPEN_TO_PAGES,
      'access-control-allow-methods': DELIVERY_METHODS,
      ...(asked === null ? {} : { 'access-control-allow-headers': asked }),
      'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
      vary: 'Access-Control-Request-Headers',
    },
  })
}
