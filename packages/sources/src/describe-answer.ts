import { hashText, judgeFreshness, type RemoteFacts } from '@tintype/core'

const MAX_TAGS = 30
const MAX_TAG_CHARACTERS = 128
const MAX_VALIDATOR_CHARACTERS = 200
const MAX_HEADER_CHARACTERS = 512

/** Headers are kept with every result, so none is kept that is no honest one. */
const bounded = (text: string | null): string | null =>
  text !== null && text.length <= MAX_HEADER_CHARACTERS ? text : null

/** The inside of an entity tag, weak ones included; a digest of what can't stand inside another tag. */
async function validatorOf(
  etag: string | null,
  lastModified: string | null,
  fetchedAt: number,
): Promise<string> {
  if (etag === null)
    return lastModified === null ? `at-${fetchedAt.toString(36)}` : hashText(lastModified, 16)
  const inside = /^(?:W\/)?"([\x21\x23-\x7e]+)"$/.exec(etag)?.[1]
  return inside !== undefined && inside.length <= MAX_VALIDATOR_CHARACTERS ? inside : hashText(etag, 16)
}

function parseTags(header: string | null): string[] {
  const tags = (header ?? '')
    .slice(0, 16_384)
    .split(',')
    .map((tag) => tag.trim())
  const honest = tags.filter((tag) => tag !== '' && tag.length <= MAX_TAG_CHARACTERS)
  return [...new Set(honest)].slice(0, MAX_TAGS)
}

/**
 * What an answer says of its picture.
 * @param before what an earlier answer said, where this one only confirms it: headers that it lacks stay as they were
 * @param now epoch ms
 */
export async function describeAnswer(
  headers: Headers,
  before: RemoteFacts | null,
  now: number,
): Promise<RemoteFacts> {
  const etag = bounded(headers.get('etag')) ?? before?.etag ?? null
  const lastModified = bounded(headers.get('last-modified')) ?? before?.lastModified ?? null
  const [cacheControl, expires, date, age] = ['cache-control', 'expires', 'date', 'age'].map((name) =>
    headers.get(name),
  ) as [string | null, string | null, string | null, string | null]
  const { freshForMs, ...freshness } = judgeFreshness({
    // A confirmation without rules of its own leaves those that were told.
    cacheControl: cacheControl ?? (expires === null ? (before?.cacheControl ?? null) : null),
    expires,
    date,
    age,
  })
  return {
    validator: before?.validator ?? (await validatorOf(etag, lastModified, now)),
    ...{ etag, lastModified, fetchedAt: now, freshUntil: now + freshForMs },
    ...freshness,
    tags: headers.has('cache-tag') ? parseTags(headers.get('cache-tag')) : [...(before?.tags ?? [])],
  }
}
