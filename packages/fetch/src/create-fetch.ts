import { asFetched, failure } from './answer.ts'
import { forwardedHeaders } from './forwarded-headers.ts'
import { transformOverHttp } from './http-service.ts'
import type { ImageOptions, TransformCf } from './image-options.ts'
import type { HttpService, TransformRequest, TransformService } from './transform-service.ts'

/** `init` of {@link TintypeFetch}: the platform's, with the `cf` of this package. */
export type TintypeRequestInit = Omit<RequestInit, 'cf'> & { readonly cf?: TransformCf }

/** `fetch`, in which `cf.image` transforms the picture that is fetched. */
export type TintypeFetch = (input: RequestInfo | URL, init?: TintypeRequestInit) => Promise<Response>

export interface FetchOptions {
  /** Host name of the zone whose allowed origins count; absent: the default zone of the Tintype. */
  readonly zone?: string
  /** What fetches requests without `cf.image`; absent: the global `fetch`. */
  readonly fetch?: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>
}

/**
 * A `fetch` that transforms pictures with a Tintype of one's own.
 *
 * A request without `cf.image` is fetched as ever. So is one whose `Via` names `image-resizing`: it is the service itself,
 * which fetches a source. Every failure of a transformation is a Response with `cf-resized: err=<code>`.
 * @param service a service binding to the entrypoint `TransformService`, or where a Tintype is reached over HTTP
 */
export function createFetch(
  service: TransformService | HttpService,
  options: FetchOptions = {},
): TintypeFetch {
  const plainFetch = options.fetch ?? ((input, init) => fetch(input, init))
  return async (input, init) => {
    const cf =
      init?.cf ?? (input instanceof Request ? (input as { readonly cf?: TransformCf }).cf : undefined)
    const image = cf?.image
    if (cf === undefined || image === undefined || image === null) {
      return plainFetch(input, init as RequestInit | undefined)
    }
    const { cf: _, ...rest } = init ?? {}
    // Without `cf.image`: where the platform has such a service itself, it would transform the picture a second time.
    const request = new Request(input, { ...rest, cf: {} } as RequestInit)
    if (isSourceRequest(request)) return plainFetch(request)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return asFetched(failure(405, 9432, 'Method not allowed', { allow: 'GET, HEAD' }), request.url)
    }
    const response = await ask(service, describe(request, image, cf, options), plainFetch, request.signal)
    return asFetched(response, request.url)
  }
}

/** Whether a request comes from a transformation that fetches its source. */
const isSourceRequest = ({ headers }: Request): boolean =>
  headers.get('via')?.toLowerCase().includes('image-resizing') ?? false

const describe = (
  { url, method, headers }: Request,
  image: ImageOptions,
  { cacheKey }: TransformCf,
  { zone }: FetchOptions,
): TransformRequest => ({
  source: { url },
  method: method as TransformRequest['method'],
  headers: forwardedHeaders(headers, image),
  image,
  ...(cacheKey === undefined ? {} : { cacheKey }),
  ...(zone === undefined ? {} : { zone }),
})

/** Ask the service; that it cannot be reached is a failed transformation like any other. */
async function ask(
  service: TransformService | HttpService,
  request: TransformRequest,
  plainFetch: NonNullable<FetchOptions['fetch']>,
  signal: AbortSignal | null,
): Promise<Response> {
  try {
    // A binding has every property that it is asked for, as a function: a text is none of them.
    return 'baseUrl' in service && typeof service.baseUrl === 'string'
      ? await transformOverHttp(service, request, plainFetch, signal)
      : await withSignal((service as TransformService).transform(request), signal)
  } catch (error) {
    if (signal?.aborted) throw error
    console.error(error)
    return failure(502, 9518, 'The image service could not be reached')
  }
}

/** A call over a binding cannot be aborted; whoever aborts at least waits no longer. */
function withSignal<T>(work: Promise<T>, signal: AbortSignal | null): Promise<T> {
  if (signal === null) return work
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason)
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
