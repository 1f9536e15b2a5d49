import { ApiError, parseHostname } from '@tintype/core'

/** A call over a binding or HTTP, read. Its options have not been looked at yet. */
export interface TransformCall {
  readonly source: URL | ReadableStream<Uint8Array>
  readonly method: 'GET' | 'HEAD'
  readonly headers: Headers
  readonly image: Readonly<Record<string, unknown>>
  readonly cacheKey: string | null
  /** Host name of a zone; null for the default one. */
  readonly zone: string | null
}

const MAX_URL_CHARACTERS = 16_384
const MAX_CACHE_KEY_CHARACTERS = 1024
const MAX_HEADERS = 64

const refuse = (detail: string): ApiError => new ApiError('invalidOptions', detail)
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Read what `TransformService.transform` is given. It may come from anywhere that has a token.
 * @throws ApiError `invalidOptions` naming what is wrong, `invalidSourceUrl`
 */
export function readTransformCall(given: unknown): TransformCall {
  if (!isObject(given)) throw refuse('the call must be an object')
  const { source, method = 'GET', headers = [], image, cacheKey = null, zone = null } = given
  if (method !== 'GET' && method !== 'HEAD') throw refuse('"method" must be "GET" or "HEAD"')
  if (!isObject(image)) throw refuse('"image" must be an object of options')
  if (cacheKey !== null && !isCacheKey(cacheKey)) {
    throw refuse(`"cacheKey" must be a text of 1 to ${MAX_CACHE_KEY_CHARACTERS} characters`)
  }
  return {
    ...{ source: readSource(source), method, headers: readHeaders(headers), image, cacheKey },
    zone: readZone(zone),
  }
}

const isCacheKey = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= MAX_CACHE_KEY_CHARACTERS &&
  value.isWellFormed()

function readSource(source: unknown): TransformCall['source'] {
  const { url, bytes } = isObject(source) ? source : {}
  if (bytes instanceof ReadableStream && url === undefined) return bytes as ReadableStream<Uint8Array>
  if (typeof url !== 'string' || bytes !== undefined) {
    throw refuse('"source" must have either a "url" or a stream of "bytes"')
  }
  if (url.length > MAX_URL_CHARACTERS || !URL.canParse(url)) throw new ApiError('invalidSourceUrl')
  const parsed = new URL(url)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new ApiError('invalidSourceUrl', 'only http and https sources are fetched')
  }
  if (parsed.hostname.endsWith('.')) parsed.hostname = parsed.hostname.slice(0, -1)
  parsed.hash = ''
  return parsed
}

function readHeaders(given: unknown): Headers {
  const isPair = (pair: unknown): pair is [string, string] =>
    Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')
  if (!Array.isArray(given) || given.length > MAX_HEADERS || !given.every(isPair)) {
    throw refuse(`"headers" must be at most ${MAX_HEADERS} pairs of a name and a value`)
  }
  try {
    return new Headers(given)
  } catch {
    throw refuse('"headers" has a name or a value that no header can have')
  }
}

function readZone(zone: unknown): string | null {
  if (zone === null) return null
  const hostname = typeof zone === 'string' ? parseHostname(zone) : null
  if (hostname === null) throw refuse('"zone" must be a host name')
  return hostname
}
