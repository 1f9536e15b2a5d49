import { type AccountSettings, type ApiError, cacheTags, ERRORS, type Variant } from '@tintype/core'
import { MEDIA_TYPES } from './negotiation.ts'
import type { Result, Unchanged } from './obtain-result.ts'

/** Told in `cf-resized`, so that an answer can be traced to the code that made it. */
const VERSION = '2026.11.0'
const STALE_WHILE_REVALIDATE_SECONDS = 7200
const MAX_PRIVATE_AGE_SECONDS = 3600
/** What the original sends with every picture; it matters for SVG, which can carry scripts. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; navigate-to 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline';"
/** Limits of `cache-tag`: of one tag, and of the header. */
const MAX_TAG_CHARACTERS = 1024
const MAX_TAGS_CHARACTERS = 16 * 1024
const WRITABLE_TAG = /^[\x21-\x2b\x2d-\x7e]+$/ // printable ASCII, neither space nor comma

/** What the headers of an answer follow from, besides its result. */
export interface Delivery {
  readonly imageId: string
  readonly variant: Variant
  readonly settings: AccountSettings
  readonly nowSeconds: number
}

function formatCacheControl({ grant }: Result | Unchanged, delivery: Delivery): string {
  if (grant.kind === 'signed') {
    const left = grant.expiresAtSeconds === null ? Infinity : grant.expiresAtSeconds - delivery.nowSeconds
    return `private, max-age=${Math.min(MAX_PRIVATE_AGE_SECONDS, left)}`
  }
  const ttlSeconds = delivery.variant.options.browser_ttl ?? delivery.settings.browserTtlSeconds
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

/** Header text is ASCII without quotes; anything else becomes `?`. */
const formatWarning = (text: string): string => `cf-images 299 "${text.replace(/[^\x20-\x7e]|["\\]/g, '?')}"`

/** What every answer about an image says, a 304 included. */
function commonHeaders(outcome: Result | Unchanged, delivery: Delivery): Headers {
  const { access, etag, grant, userTags } = outcome
  const isHit = outcome.kind === 'result' && outcome.cacheStatus === 'HIT'
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'access-control-allow-origin': '*',
    'cache-control': formatCacheControl(outcome, delivery),
    'cf-cache-status': isHit ? 'HIT' : 'MISS',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    etag,
    vary: 'accept',
    'x-content-type-options': 'nosniff',
  })
  // Tags are for shared caches, which keep no signed answer; a private image's own tags stay with its owner.
  if (grant.kind === 'open') {
    const tags = [
      ...cacheTags(delivery.imageId, delivery.variant.id),
      ...(access === 'public' ? userTags : []),
    ]
    headers.set('cache-tag', formatCacheTag(tags))
  }
  return headers
}

const formatResized = (isHit: boolean): string => `internal=ok/${isHit ? 'h' : 'm'} v=${VERSION}`

/** Headers of a whole result; an answer with a part of it changes `content-length` and adds `content-range`. */
export function resultHeaders(result: Result, delivery: Delivery): Headers {
  const headers = commonHeaders(result, delivery)
  headers.set('content-type', MEDIA_TYPES[result.format])
  headers.set('content-length', String(result.sizeBytes))
  headers.set('cf-resized', `${formatResized(result.cacheStatus === 'HIT')} l=${result.sizeBytes}`)
  if (result.warnings.length > 0) headers.set('warning', formatWarning(result.warnings.join('; ')))
  return headers
}

export function notModifiedHeaders(outcome: Result | Unchanged, delivery: Delivery): Headers {
  const headers = commonHeaders(outcome, delivery)
  headers.set('cf-resized', formatResized(outcome.kind === 'result' && outcome.cacheStatus === 'HIT'))
  return headers
}

/** The one form of every failure: text for a person, the code for a program, and no cache keeps it. */
export function errorResponse(error: ApiError): Response {
  const { code, status } = ERRORS[error.kind]
  return new Response(`ERROR ${code}: ${error.message}`, {
    status,
    headers: {
      ...error.headers,
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'cf-resized': `err=${code}`,
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    },
  })
}

/** A short answer of the host itself. */
export const plainResponse = (text: string): Response =>
  new Response(text, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  })
