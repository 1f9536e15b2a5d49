import type { ImageOptions } from './image-options.ts'

/** Where the picture is: on another host, or in the call itself. */
export type TransformSource =
  /** Absolute URL of the full-size picture. */
  | { readonly url: string }
  /** At most 20 MB; read once, and not kept longer than the call. */
  | { readonly bytes: ReadableStream<Uint8Array> }

/** One transformation. Plain data and streams, which cross a service binding as they are. */
export interface TransformRequest {
  readonly source: TransformSource
  readonly method: 'GET' | 'HEAD'
  /** Of the request: what the client takes and holds, and credentials for the source, which need `origin-auth`. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** An entry of `draw` may be `{ bytes }`, as a source may. */
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
