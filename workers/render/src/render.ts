import { ApiError, ENGINE_EPOCH, hashRecipe, type RenderJob } from '@tintype/core'
import { derivedKey } from '@tintype/storage'
import { CODECS, type JobMemory, transformImage } from '@tintype/transform'
import type { DerivedResult } from './derived-store.ts'
import type { Services } from './services.ts'

export interface Rendered extends DerivedResult {
  readonly origin: 'l2' | 'computed'
  /** What computing it took; null from L2. */
  readonly memory: JobMemory | null
}

/** A result as plain data, which requests may share. */
export interface Computed {
  readonly bytes: Uint8Array
  readonly mime: string
  readonly warning: string | null
  readonly memory: JobMemory
}

/**
 * The result of a job: from L2, else computed and stored there. Equal jobs of one isolate are computed once.
 * @param later keeps a promise alive after the answer
 * @throws ApiError of the delivery kinds; `deliveredImageNotFound` when the original is not there
 */
export async function render(
  job: RenderJob,
  services: Services,
  later: (work: Promise<unknown>) => void,
): Promise<Rendered> {
  // The class stands where a format would: which format a class gets follows from the blob and the recipe.
  const key = derivedKey(ENGINE_EPOCH, job.blobKey, await hashRecipe(job.recipe), job.formatClass)
  const stored = await services.derived.get(key, services.now())
  if (stored !== null) return { ...stored, origin: 'l2', memory: null }

  const { bytes, mime, warning, memory } = await services.coalescer.run(key, async () => {
    const computed = await compute(job, services)
    later(services.derived.put(key, computed.bytes, computed, services.now()))
    return computed
  })
  return { body: bytes, sizeBytes: bytes.length, mime, warning, memory, origin: 'computed' }
}

async function compute(job: RenderJob, services: Services): Promise<Computed> {
  const original = await services.originals.get(job.blobKey)
  if (original === null) throw new ApiError('deliveredImageNotFound')
  const { bytes, format, warnings, memory } = await transformImage(job, original.body, services.transform)
  const warning = warnings.length === 0 ? null : warnings.join('; ')
  return { bytes, mime: CODECS[format].mime, warning, memory }
}
