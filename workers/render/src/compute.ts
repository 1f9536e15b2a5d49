import { ENGINE_EPOCH, type RenderRequest, type ResultMeta } from '@tintype/core'
import { type OpenSource, transformImage } from '@tintype/transform'
import type { Services } from './services.ts'

/** A result as plain data, which requests may share. */
export interface Computed {
  readonly bytes: Uint8Array
  readonly meta: ResultMeta
}

export interface Rendered {
  readonly body: ReadableStream<Uint8Array>
  readonly meta: ResultMeta
}

/** Run a request's program. @param open opens its sources */
export async function compute(
  request: RenderRequest,
  isAbandoned: () => boolean,
  open: OpenSource,
  services: Services,
): Promise<Computed> {
  const transform = { ...services.transform, open, isAbandoned }
  const { bytes, format, width, height, warnings, memory } = await transformImage(request, transform)
  const { mostReservedBytes } = services.transform.governor.usage()
  return {
    bytes,
    meta: {
      ...{ format, width, height, warnings, sizeBytes: bytes.length },
      ...{ epoch: ENGINE_EPOCH, origin: 'computed', memory: { ...memory, mostReservedBytes } },
    },
  }
}

/** Bytes as a stream of the platform, which crosses to another Worker without running through ours. */
export const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new Response(bytes).body as ReadableStream<Uint8Array>
