import {
  ApiError,
  FORMATS,
  type RenderService,
  type SourceFacts,
  type SourceRef,
  type Timers,
  TRUNCATED,
  type Verdict,
} from '@tintype/core'

/** An original in our own store. */
type StoredRef = Extract<SourceRef, { kind: 'stored' }>

/** How long an upload's answer waits for the verdict. */
const MAX_VERIFY_MS = 5000

/**
 * What is accepted must be deliverable: the code that will decode a stored original decodes it once, into a small
 * picture. Without a verdict (no room, no time, or the render Worker is away) the original is accepted, unless the mark
 * of its end is missing: then only a decoder that found all pixels makes it whole, and without one it may come again.
 * @throws ApiError `uploadTooLarge` for a picture that needs more memory than there ever is; `unsupportedImage` for every
 * other that can never be shown, with the reason; `unavailable` when only a verdict could accept it and there is none
 */
export async function refuseUndeliverable(
  { ref, missesEnd }: { readonly ref: StoredRef; readonly missesEnd: boolean },
  render: Pick<RenderService, 'verify'>,
  timers: Timers,
): Promise<void> {
  const timer = new AbortController()
  const timeout = timers.wait(MAX_VERIFY_MS, timer.signal).then(
    () => null,
    () => null, // aborted: the verdict came first
  )
  const verdict = await Promise.race([verdictOn(ref, missesEnd, render), timeout])
  timer.abort()
  if (missesEnd && (verdict === null || verdict.verdict === 'unknown'))
    throw new ApiError('unavailable', 'too busy to see whether the image is whole, try again')
  // Of a drawing, more than its end may be missing.
  const isDrawing = ref.facts.format === 'svg'
  if (missesEnd && !isDrawing && !showsAll(verdict))
    throw new ApiError('unsupportedImage', 'the file ends before the image does')
  if (verdict?.verdict !== 'refused') return
  if (isDrawing && verdict.detail !== null) throw new ApiError('unsupportedImage', verdict.detail)
  if (verdict.kind === 'refusedDimensions') throw new ApiError('uploadTooLarge', tooLarge(ref.facts))
  throw new ApiError('unsupportedImage', verdict.detail ?? 'it can not be decoded')
}

const showsAll = (verdict: Verdict | null): boolean =>
  verdict?.verdict === 'deliverable' && !verdict.warnings.includes(TRUNCATED)

/** null when the render Worker failed: that is no fault of the original's. */
async function verdictOn(
  source: StoredRef,
  missesEnd: boolean,
  render: Pick<RenderService, 'verify'>,
): Promise<Verdict | null> {
  try {
    return await render.verify(source, missesEnd)
  } catch (error) {
    console.error('an original was not verified', error)
    return null
  }
}

const tooLarge = ({ format, width, height }: SourceFacts): string =>
  `${FORMATS[format].name} of ${width}x${height} px and of this kind needs more memory to decode than there is`
