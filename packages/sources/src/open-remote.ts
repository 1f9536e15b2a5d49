import { ApiError, type RemoteFacts, routeSource, type SourcePolicy, type Timers } from '@tintype/core'
import { describeAnswer } from './describe-answer.ts'
import { HEADERS_TIMEOUT_MS, MAX_REDIRECTS, MAX_SOURCE_BYTES } from './fetch-limits.ts'
import { type GuardRules, judgeUrl } from './guard.ts'
import { describeLimit, readLimited, TIMED_OUT, within } from './read-limited.ts'
import { refusalOfFailure, refusalOfStatus } from './refusals.ts'
import type { NameJudge } from './resolve-name.ts'

/** One picture of another host. */
export interface RemoteRequest {
  /** Absolute; on one of the zone's own hosts it is fetched from the zone's origin. */
  readonly url: string
  readonly policy: SourcePolicy
  /** `accept` for the host. */
  readonly accept: string
  /** Credentials for the host of the URL, by lower-case name (see `forwardedHeaders`); a redirect to another host loses them. */
  readonly credentials: Readonly<Record<string, string>>
  /** What was made of an earlier answer is there: the host may confirm it instead of sending the picture. */
  readonly known: RemoteFacts | null
  /** No cache on the way may answer: what it has was purged here. */
  readonly isFresh: boolean
}

/** What fetching needs of the world. */
export interface RemoteServices {
  fetch(url: string, init: RequestInit): Promise<Response>
  readonly timers: Timers
  readonly rules: GuardRules
  /** Looks at the addresses of a name; null where that is left to the platform. */
  readonly judgeName: NameJudge | null
}

export type RemoteAnswer =
  | {
      readonly kind: 'opened'
      readonly body: ReadableStream<Uint8Array>
      /** null where only the end of the body tells. */
      readonly sizeBytes: number | null
      readonly facts: RemoteFacts
      readonly finalUrl: string
    }
  /** What `known` said still stands, with these facts from now on. */
  | { readonly kind: 'unchanged'; readonly facts: RemoteFacts }

/** Tells whoever sees the request that pictures are being transformed, so that it isn't answered by another transform. */
export const VIA = '1.1 image-resizing'
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Fetch a picture, following redirects as far as the policy goes; each is judged like the first URL.
 * @throws ApiError of the 9400s and 9500s that say what was wrong with the source; docs/parity.md#delivery-errors
 */
export async function openRemote(request: RemoteRequest, services: RemoteServices): Promise<RemoteAnswer> {
  const controller = new AbortController()
  try {
    const { response, url } = await within(
      followRedirects(request, controller.signal, services),
      HEADERS_TIMEOUT_MS,
      services.timers,
    )
    return await judgeAnswer(request, response, url, controller, services)
  } catch (error) {
    controller.abort()
    throw error === TIMED_OUT ? new ApiError('sourceConnectTimeout') : error
  }
}

interface Followed {
  readonly response: Response
  readonly url: URL
}

async function followRedirects(
  request: RemoteRequest,
  signal: AbortSignal,
  services: RemoteServices,
): Promise<Followed> {
  let asked = new URL(request.url)
  let url = await judgeHop(asked, request.policy, services, true)
  const first = url.origin
  for (let hops = 0; ; hops++) {
    const credentials = url.origin === first ? request.credentials : {}
    const headers = { ...credentials, ...conditions(request), accept: request.accept, via: VIA }
    const response = await services
      .fetch(url.href, {
        ...{ headers, redirect: 'manual', signal },
        ...(request.isFresh ? { cache: 'no-store' } : {}),
      })
      .catch((cause: unknown) => Promise.reject(refusalOfFailure(cause)))
    if (!REDIRECTS.has(response.status)) return { response, url }
    await response.body?.cancel()
    if (hops === MAX_REDIRECTS)
      throw new ApiError('tooManyRedirects', `at most ${MAX_REDIRECTS} are followed`)
    const location = response.headers.get('location') ?? ''
    if (location === '' || !URL.canParse(location, url.href)) throw new ApiError('invalidRedirect')
    asked = new URL(location, url)
    url = await judgeHop(asked, request.policy, services, false)
  }
}

/** @returns where a URL is really fetched */
async function judgeHop(
  asked: URL,
  policy: SourcePolicy,
  { rules, judgeName }: RemoteServices,
  isFirst: boolean,
): Promise<URL> {
  const route = routeSource(asked, policy)
  if (route.kind === 'loop') throw new ApiError('transformLoop')
  if (route.kind === 'no-origin') throw new ApiError('noOrigin')
  const target = route.kind === 'fetch' ? route.url : asked
  const refusal = judgeUrl(target, rules)
  if (refusal !== null) throw new ApiError(isFirst ? 'invalidSourceUrl' : 'invalidRedirect', refusal)
  if (route.kind === 'not-allowed')
    throw new ApiError('originNotAllowed', isFirst ? null : 'it redirects there')
  const hidden = judgeName === null ? null : await judgeName(target.hostname)
  if (hidden !== null) throw new ApiError(isFirst ? 'invalidSourceUrl' : 'invalidRedirect', hidden)
  return target
}

function conditions({ known }: RemoteRequest): Record<string, string> {
  if (known === null) return {}
  if (known.etag !== null) return { 'if-none-match': known.etag }
  return known.lastModified === null ? {} : { 'if-modified-since': known.lastModified }
}

async function judgeAnswer(
  { known }: RemoteRequest,
  response: Response,
  url: URL,
  controller: AbortController,
  { timers }: RemoteServices,
): Promise<RemoteAnswer> {
  const { status, headers, body } = response
  const now = timers.now()
  if (status === 304 && known !== null) {
    await body?.cancel()
    return { kind: 'unchanged', facts: await describeAnswer(headers, known, now) }
  }
  if (status !== 200 || body === null) {
    await body?.cancel()
    throw refusalOfStatus(status)
  }
  const sizeBytes = declaredSize(headers)
  if (sizeBytes !== null && sizeBytes > MAX_SOURCE_BYTES) {
    throw new ApiError('sourceTooLarge', describeLimit())
  }
  if (sizeBytes === 0) throw new ApiError('notAnImage', 'it is empty')
  const facts = await describeAnswer(headers, null, now)
  const limited = readLimited(body, sizeBytes, () => controller.abort(), timers)
  return { kind: 'opened', body: limited, sizeBytes, facts, finalUrl: url.href }
}

/** A length counts for the bytes as they come over the line: of a compressed body it says nothing. */
function declaredSize(headers: Headers): number | null {
  const text = headers.get('content-length')
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (text === null || !/^\d{1,15}$/.test(text) || (coding !== '' && coding !== 'identity')) return null
  return Number(text)
}
