import {
  ApiError,
  LASTING_REFUSALS,
  PUBLIC_VARIANT,
  programOfOptions,
  type SourceRef,
  type Verdict,
} from '@tintype/core'
import { transformImage } from '@tintype/transform'
import type { Services } from './services.ts'

/** Small enough that encoding costs nothing; every decoder still reads the whole file for it. */
const SMALL = programOfOptions({ width: 64, height: 64, metadata: 'none' })

/** What every account has from its beginning: an original that is too large for it would be accepted for nothing. */
const PUBLIC = programOfOptions(PUBLIC_VARIANT.options)

/**
 * Whether a stored original can be shown, found out by showing it.
 * @returns `unknown` when there was no room, or the fault was ours; the cause goes to the log
 */
export async function verifyOriginal(source: SourceRef, services: Services): Promise<Verdict> {
  try {
    const { warnings } = await transformImage(
      { source, program: SMALL, formatClass: 'base', mustAlsoFit: PUBLIC },
      services.transform,
    )
    return { verdict: 'deliverable', warnings }
  } catch (error) {
    if (error instanceof ApiError && LASTING_REFUSALS.has(error.kind)) {
      return { verdict: 'refused', kind: error.kind, detail: error.detail }
    }
    if (!(error instanceof ApiError && error.kind === 'overloaded')) console.error(error)
    return { verdict: 'unknown' }
  }
}
