import type { ImageOptions } from './image-options.ts'

/** One transformation of a picture of another host. Plain data, which crosses a service binding as it is. */
export interface TransformRequest {
  /** Absolute URL of the full-size picture. */
  readonly url: string
  readonly method: 'GET' | 'HEAD'
  /** Of the request: what the client takes and holds, and credentials for the source, which need `origin-auth`. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly image: ImageOptions
  /** See `TransformCf.cacheKey`. */
  readonly cacheKey?: string
  /** Host name of the zone whose allowed origins count; absent: the default zone. */
  readonly zone?: string
}

/** The entrypoint `TransformService` of the delivery Worker, as a service binding shows it. */
export interface TransformService {
  /** Failures are Responses as well: 4xx or 5xx with `cf-resized: err=<code>`. */
  transform(request: TransformRequest): Promise<Response>
}

/** A Tintype that is reached over HTTP, from anywhere. */
export interface HttpService {
  /** Scheme and host of the delivery Worker, such as `https://images.example.com`. */
  readonly baseUrl: string
  readonly accountId: string
  /** An API token that may read the account. */
  readonly apiToken: string
}
