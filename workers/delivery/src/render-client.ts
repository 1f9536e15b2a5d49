import {
  ApiError,
  ERRORS,
  type OutputFormat,
  type RenderRefusal,
  type RenderRequest,
  type RenderService,
  type ResultMeta,
} from '@tintype/core'
import type { Memo } from './memo.ts'
import { MEDIA_TYPES } from './negotiation.ts'

/** A finished result. Small ones are bytes, which can be answered and stored at once; large ones stay a stream. */
export interface Rendered {
  readonly meta: ResultMeta
  readonly body: Uint8Array | ReadableStream<Uint8Array>
}

/** The render Worker as this one uses it. */
export interface RenderClient {
  /** @throws ApiError as the render Worker names it, or `deliveryInternal` with the cause */
  render(request: RenderRequest): Promise<Rendered>
  /** Epoch of the engine that answers now, asked for when no answer has told it lately. */
  epoch(): Promise<number>
  /** The same, where it is known without asking; null where it is not. */
  knownEpoch(): number | null
}

/** Above it a result passes through as a stream and is kept in L2 alone: many large ones must not meet in memory. */
export const MAX_BUFFERED_BYTES = 8 * 1024 * 1024
const MAX_DETAIL_CHARACTERS = 300
/** The one key under which an isolate remembers the engine's epoch. */
const ENGINE = 'engine'

const internal = (what: string): ApiError =>
  new ApiError('deliveryInternal', null, { cause: new Error(`The render Worker answered ${what}`) })

/** The failure that the render Worker names. It may be newer than this one, and name what this one does not know. */
function toError({ kind, detail, retryAfterSeconds }: RenderRefusal): ApiError {
  if (!Object.hasOwn(ERRORS, kind)) return internal(`"${kind}"`)
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return new ApiError(kind, detail?.slice(0, MAX_DETAIL_CHARACTERS), { headers })
}

const isKnownFormat = (format: OutputFormat): boolean => Object.hasOwn(MEDIA_TYPES, format)

/** @param epochs remembers the engine's epoch for a while, for all requests of the isolate */
export function createRenderClient(service: RenderService, epochs: Memo<number>): RenderClient {
  const remember = (epoch: number): number => {
    epochs.set(ENGINE, epoch)
    return epoch
  }
  return {
    async render(request) {
      const result = await service.render(request)
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
    knownEpoch: () => epochs.get(ENGINE) ?? null,
    epoch: async () => epochs.get(ENGINE) ?? remember((await service.engine()).epoch),
  }
}
