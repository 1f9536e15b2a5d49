import {
  ApiError,
  LASTING_REFUSALS,
  NO_HINTS,
  PUBLIC_VARIANT,
  programOfOptions,
  resolveHints,
  type SourceRef,
  type Verdict,
} from '@tintype/core'
import { isTooLargeToChange, transformImage } from '@tintype/transform'
import type { Services } from './services.ts'

/** Small enough that encoding costs nothing; every decoder still reads the whole file for it. */
const SMALL_SIDE_PX = 64
/**
 * A JPEG at an eighth of its size or less shows nothing but the averages of its blocks, and the scans of a progressive
 * one that hold the rest are passed over, whole or not. At a sixth, every one of them is read.
 */
const MOST_SHRINKING = 6

const square = (side: number) => programOfOptions({ width: side, height: side, metadata: 'none' })
const SMALL = square(SMALL_SIDE_PX)
/** Of an animation that is delivered as it came: its first frame. */
const SMALL_STILL = programOfOptions({
  width: SMALL_SIDE_PX,
  height: SMALL_SIDE_PX,
  metadata: 'none',
  anim: false,
})

/** What every account has from its beginning: an original that is too large for it would be accepted for nothing. */
const PUBLIC = programOfOptions(resolveHints(PUBLIC_VARIANT.options, NO_HINTS).options)

/** The smallest picture that there is. */
const programThatShows = (source: SourceRef): typeof SMALL =>
  source.kind === 'stored' && isTooLargeToChange(source.facts, SMALL.output) ? SMALL_STILL : SMALL

/** The smallest picture for which all of a file is looked at. */
function programThatReadsAll(source: SourceRef): typeof SMALL {
  if (source.kind !== 'stored') return SMALL
  const { format, width, height } = source.facts
  if (format !== 'jpeg') return programThatShows(source)
  return square(Math.max(SMALL_SIDE_PX, Math.ceil(Math.max(width, height) / MOST_SHRINKING)))
}

/**
 * Whether a stored original can be shown, found out by showing it.
 * @param missesEnd only the mark of the file's end may be missing: look at all of it, not at what a thumbnail needs
 * @returns `unknown` when there was no room, or the fault was ours; the cause goes to the log
 */
export async function verifyOriginal(
  { source, missesEnd }: { readonly source: SourceRef; readonly missesEnd: boolean },
  services: Pick<Services, 'transform'>,
): Promise<Verdict> {
  const program = missesEnd ? programThatReadsAll(source) : programThatShows(source)
  try {
    const { warnings } = await transformImage(
      { source, program, formatClass: 'base', mustAlsoFit: PUBLIC },
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
