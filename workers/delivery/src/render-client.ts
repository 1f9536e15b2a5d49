import {
  ApiError,
  ERRORS,
  RESULT_FORMATS,
  type RenderRefusal,
  type RenderRequest,
  type RenderService,
  type ResultFormat,
  type ResultMeta,
} from '@tintype/core'

/** A finished result. Small ones are bytes, which can be answered and stored at once; large ones stay a stream. */
export interface Rendered {
  readonly meta: ResultMeta
  readonly body: Uint8Array | ReadableStream<Uint8Array>
}

/** The render Worker as this one uses it. */
export interface RenderClient {
  /** @throws ApiError as the render Worker names it, or `deliveryInternal` with the cause */
  render(request: RenderRequest): Promise<Rendered>
  /** Epoch of the engine that answers now, asked for when no answer has told it within a minute. */
  epoch(): Promise<number>
  /** The last that an answer told, however long ago; null before the first. */
  knownEpoch(): number | null
}

/** Above it a result passes through as a stream and is kept in L2 alone: many large ones must not meet in memory. */
export const MAX_BUFFERED_BYTES = 8 * 1024 * 1024
const MAX_DETAIL_CHARACTERS = 300
/** How long the engine's epoch is taken as told. */
const EPOCH_FRESH_MS = 60_000

const internal = (what: string): ApiError =>
  new ApiError('deliveryInternal', null, { cause: new Error(`The render Worker answered ${what}`) })

/** The failure that the render Worker names. It may be newer than this one, and name what this one does not know. */
function toError({ kind, detail, retryAfterSeconds }: RenderRefusal): ApiError {
  if (!Object.hasOwn(ERRORS, kind)) return internal(`"${kind}"`)
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return new ApiError(kind, detail?.slice(0, MAX_DETAIL_CHARACTERS), { headers })
}

const isKnownFormat = (format: ResultFormat): boolean => RESULT_FORMATS.includes(format)

/**
 * One for all requests of an isolate: it remembers what the engine told of itself.
 * @param now epoch milliseconds
 */
export function createRenderClient(service: RenderService, now: () => number): RenderClient {
  let told: { readonly epoch: number; readonly at: number } | null = null
  const remember = (epoch: number): number => {
    told = { epoch, at: now() }
    return epoch
  }
  return {
    async render(request) {
      // It is asked in this request's context, which ends when the client leaves.
      const result = await service.render(request, () => true)
      if (!result.ok) throw toError(result)
      const { body, meta } = result
      if (!isKnownFormat(meta.format)) {
        await body.cancel()
        throw internal(`"${meta.format}"`)
      }
      remember(meta.epoch)
      if (meta.sizeBytes > MAX_BUFFERED_BYTES) return { meta, body }
      return { meta, body: new Uint8Array(await new Response(body).arrayBuffer()) }
    },
    knownEpoch: () => told?.epoch ?? null,
    async epoch() {
      if (told !== null && now() - told.at < EPOCH_FRESH_MS) return told.epoch
      return remember((await service.engine()).epoch)
    },
  }
}
