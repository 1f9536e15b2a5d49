import { ApiError } from '../errors.ts'
import { TRANSFORM_PREFIXES } from './source-policy.ts'

/** What `/image/<options>/<source>` asks for. Nothing in it has been judged yet. */
export interface TransformTarget {
  /** The raw option list. */
  readonly list: string
  /** Absolute, http or https, without a fragment; the request's query string is part of it. */
  readonly source: URL
}

/** Words that stand for rewrites of other services where options do. */
const RESERVED_LISTS: ReadonlySet<string> = new Set(['fastly', 'akamai', 'flow'])
const MAX_URL_CHARACTERS = 16_384
const ENCODED_ABSOLUTE = /^[a-z][a-z\d+.-]*%3a(?:%2f|\/){1,2}/i
/** A proxy on the way may have made one slash of two. */
const ABSOLUTE = /^([a-z][a-z\d+.-]*):\/+/i
/** A URL that is decoded here was not written by a URL parser, and must be one all the same. */
const UNENCODED = /[^\x21-\x7e]/

const invalid = (detail: string): ApiError => new ApiError('invalidSourceUrl', detail)

/**
 * Split a URL below `/image` or `/cdn-cgi/image`.
 * @throws ApiError `noSuchPage` where there are no options, no source, or a reserved word in the place of options;
 *   `invalidSourceUrl` for a source that is no http or https URL
 * Rule: docs/parity.md#transform-urls.
 */
export function parseTransformUrl(url: URL): TransformTarget {
  if (url.href.length > MAX_URL_CHARACTERS) throw invalid('it is too long')
  const prefix = TRANSFORM_PREFIXES.find((candidate) => url.pathname.startsWith(`${candidate}/`))
  const [list = '', ...rest] = url.pathname.slice((prefix?.length ?? 0) + 1).split('/')
  const text = rest.join('/')
  if (prefix === undefined || list === '' || text === '' || RESERVED_LISTS.has(list)) {
    throw new ApiError('noSuchPage')
  }
  return { list, source: parseSource(text, url) }
}

function parseSource(text: string, { search, origin }: URL): URL {
  const absolute = ENCODED_ABSOLUTE.test(text) ? decodeOnce(text) : text
  const [start, scheme] = ABSOLUTE.exec(absolute) ?? []
  if (start === undefined || scheme === undefined) return withQuery(relativeTo(origin, text), search)
  if (!/^https?$/i.test(scheme)) throw invalid('only http and https sources are fetched')
  const repaired = `${scheme}://${absolute.slice(start.length)}`
  if (!URL.canParse(repaired)) throw invalid('it is not a URL')
  const source = withQuery(new URL(repaired), search)
  if (source.hostname.endsWith('.')) source.hostname = source.hostname.slice(0, -1)
  source.hash = ''
  return source
}

/** A path of the request's own host, whatever it looks like: two slashes at its start name no other host. */
function relativeTo(origin: string, path: string): URL {
  const url = new URL(origin)
  url.pathname = `/${path.replace(/^\/+/, '')}`
  return url
}

function withQuery(source: URL, search: string): URL {
  if (search.length > 1) source.search = source.search === '' ? search : `${source.search}&${search.slice(1)}`
  return source
}

function decodeOnce(text: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw invalid('it is not valid percent-encoded UTF-8')
  }
  if (UNENCODED.test(decoded))
    throw invalid('spaces and characters beyond ASCII must be percent-encoded in it')
  return decoded
}
