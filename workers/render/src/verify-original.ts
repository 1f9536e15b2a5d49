import { ApiError, LASTING_REFUSALS, type Recipe, type StoredSource, type Verdict } from '@tintype/core'
import { transform } from './render-result.ts'
import type { Services } from './services.ts'

/** Small enough that encoding costs nothing; every decoder still reads the whole file for it. */
const SMALL: Recipe = { fit: 'scale-down', width: 64, height: 64, metadata: 'none', quality: 85 }

/**
 * Whether a stored original can be shown, found out by showing it.
 * @returns `unknown` when there was no room, or the fault was ours; the cause goes to the log
 */
export async function verifyOriginal(source: StoredSource, services: Services): Promise<Verdict> {
  try {
    const { warnings } = await transform({ ...source, recipe: SMALL, formatClass: 'base' }, services)
    return { verdict: 'deliverable', warnings }
  } catch (error) {
    if (error instanceof ApiError && LASTING_REFUSALS.has(error.kind)) {
      return { verdict: 'refused', kind: error.kind, detail: error.detail }
    }
    if (!(error instanceof ApiError && error.kind === 'overloaded')) console.error(error)
    return { verdict: 'unknown' }
  }
}
