import {
  ApiError,
  ERRORS,
  type ErrorKind,
  formatRenderJob,
  type OutputFormat,
  RENDER_HEADERS,
  type RenderJob,
} from '@tintype/core'
import type { Service } from './env.ts'
import { formatOfMediaType } from './negotiation.ts'
import { Refusal } from './refusal.ts'

/** A finished result. Small ones are bytes, which can be answered and stored at once; large ones stay a stream. */
export interface Rendered {
  readonly format: OutputFormat
  readonly sizeBytes: number
  readonly body: Uint8Array | ReadableStream<Uint8Array>
  readonly warning: string | null
}

export type Render = (job: RenderJob) => Promise<Rendered>

/** Above it a result passes through as a stream and is kept in L2 alone: many large ones must not meet in memory. */
export const MAX_BUFFERED_BYTES = 8 * 1024 * 1024
const MAX_DETAIL_CHARACTERS = 300
const RENDER_URL = 'https://render.tintype.internal/'

const isErrorKind = (text: string | null): text is ErrorKind => text !== null && Object.hasOwn(ERRORS, text)

/** The failure that the render Worker names; an unnamed one is a fault of ours. */
async function parseFailure(response: Response): Promise<ApiError> {
  const kind = response.headers.get(RENDER_HEADERS.error)
  const detail = (await response.text()).slice(0, MAX_DETAIL_CHARACTERS)
  if (!isErrorKind(kind)) {
    return new ApiError('deliveryInternal', undefined, {
      cause: new Error(`The render Worker answered ${response.status}: ${detail}`),
    })
  }
  const retryAfter = response.headers.get('retry-after')
  return new Refusal(kind, retryAfter === null ? {} : { 'retry-after': retryAfter }, detail)
}

/** @throws ApiError as the render Worker names it, or `deliveryInternal` with the cause */
export function createRenderClient(service: Service): Render {
  return async (job) => {
    const response = await service.fetch(
      new Request(RENDER_URL, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: formatRenderJob(job),
      }),
    )
    if (!response.ok) throw await parseFailure(response)
    const format = formatOfMediaType(response.headers.get('content-type'))
    if (format === null || response.body === null) {
      throw new ApiError('deliveryInternal', undefined, {
        cause: new Error(`The render Worker answered "${response.headers.get('content-type')}"`),
      })
    }
    const warning = response.headers.get(RENDER_HEADERS.warning)
    const length = response.headers.get('content-length')
    if (length !== null && Number(length) > MAX_BUFFERED_BYTES) {
      return { format, warning, sizeBytes: Number(length), body: response.body }
    }
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { format, warning, sizeBytes: bytes.length, body: bytes }
  }
}
