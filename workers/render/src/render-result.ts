import { ApiError, ENGINE_EPOCH, hashProgram, type RenderRequest } from '@tintype/core'
import { derivedKey, derivedPrefix } from '@tintype/storage'
import { type Computed, compute, type Rendered, streamOf } from './compute.ts'
import { renderRemote } from './render-remote.ts'
import type { Services } from './services.ts'

/**
 * The result of a request: from L2, else computed and stored there. Equal requests of one isolate are computed once, and
 * not at all, or not to the end, when all their clients have left.
 * @throws ApiError of the delivery kinds; `deliveredImageNotFound` when the original is not there
 */
export async function renderResult(
  request: RenderRequest,
  isWanted: () => unknown,
  services: Services,
): Promise<Rendered> {
  const { source, program, formatClass, remote, parts } = request
  if (parts !== undefined) {
    return renderResult(withoutParts(request), isWanted, {
      ...services,
      transform: withParts(parts, services),
    })
  }
  if (remote !== undefined) return renderRemote(request, remote, isWanted, services)
  if (source.kind !== 'stored')
    throw new ApiError('notAnImage', `there is no store for a ${source.kind} source`)
  // The class stands where a format would: which format a class gets follows from the source and the program.
  const key = derivedKey(ENGINE_EPOCH, source.blobKey, await hashProgram(program), formatClass)
  const stored = await services.derived.get(key, services.now())
  if (stored !== null) {
    const { body, sizeBytes, meta } = stored
    return { body, meta: { ...meta, sizeBytes, epoch: ENGINE_EPOCH, origin: 'l2', memory: null } }
  }
  const { bytes, meta } = await services.coalescer.run(key, isWanted, (isAbandoned) => {
    const work = compute(request, isAbandoned, services.transform.open, services)
    // Others may wait for it when the client of this request has left.
    services.keepAlive(work)
    work.then(
      (computed) => services.defer(() => keep(key, request, computed, services)),
      () => {},
    )
    return work
  })
  return { body: streamOf(bytes), meta }
}

/** Store a result, if it is one of the account's own or there is room for it. */
async function keep(
  key: string,
  { source, author = 'account' }: RenderRequest,
  { bytes, meta }: Computed,
  { derived, room, now }: Services,
): Promise<void> {
  if (source.kind !== 'stored') return
  const isKept =
    author === 'account' || (await room.has(derivedPrefix(ENGINE_EPOCH, source.blobKey), bytes.length))
  if (isKept) await derived.put(key, bytes, meta, now())
}

function withoutParts({ parts: _, ...request }: RenderRequest): RenderRequest {
  return request
}

/** What opens sources, and the pictures that came with the call among them. */
const withParts = (
  parts: NonNullable<RenderRequest['parts']>,
  { transform, openBlob }: Services,
): Services['transform'] => ({
  ...transform,
  async open(source) {
    if (source.kind !== 'part') return transform.open(source)
    const blobKey = Object.hasOwn(parts, source.sha256) ? parts[source.sha256] : undefined
    if (blobKey === undefined) throw new ApiError('invalidOptions', 'a picture did not come with the call')
    return openBlob(blobKey)
  },
})
