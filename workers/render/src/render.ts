import { ApiError, ENGINE_EPOCH, hashRecipe, type RenderJob } from '@tintype/core'
import { derivedKey } from '@tintype/storage'
import { CODECS, transformImage } from '@tintype/transform'
import type { DerivedResult } from './derived-store.ts'
import type { Services } from './services.ts'

export interface Rendered extends DerivedResult {
  readonly origin: 'l2' | 'computed'
}

/**
 * The result of a job: from L2, else computed and stored there.
 * @param later keeps a promise alive after the answer
 * @throws ApiError of the delivery kinds; `deliveredImageNotFound` when the original is not there
 */
export async function render(
  job: RenderJob,
  services: Services,
  later: (work: Promise<unknown>) => void,
): Promise<Rendered> {
  // The class stands in the key, not the format: what a class gets is decided by size and price, which are in the recipe.
  const key = derivedKey(ENGINE_EPOCH, job.blobKey, await hashRecipe(job.recipe), job.formatClass)
  const stored = await services.derived.get(key, services.now())
  if (stored !== null) return { ...stored, origin: 'l2' }

  const original = await services.originals.get(job.blobKey)
  if (original === null) throw new ApiError('deliveredImageNotFound')
  const { bytes, format, warnings } = await transformImage(job, original.body, services.transform)
  const result = { mime: CODECS[format].mime, warning: warnings.length === 0 ? null : warnings.join('; ') }
  later(services.derived.put(key, bytes, result, services.now()))
  return { ...result, body: bytes, sizeBytes: bytes.length, origin: 'computed' }
}
