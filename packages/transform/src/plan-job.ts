import {
  ApiError,
  FORMATS,
  type FormatClass,
  type Op,
  type OutputFormat,
  type PictureOutput,
  type SourceFacts,
  writesAnimations,
} from '@tintype/core'
import { chooseOutputFormat } from './choose-output-format.ts'
import type { EncodePlan, EncodeSettings } from './encoder.ts'
import { ENCODERS } from './encoders.ts'
import type { PicturePlan } from './picture-plan.ts'
import { type Known, planPicture } from './plan-picture.ts'
import { type JobPrice, priceJob } from './price.ts'
import { type ProbedSource, READER_WINDOW_BYTES } from './source.ts'
import { planFlatten } from './steps/flatten.ts'
import { planTold, priceToldWork } from './told.ts'

/** Everything about a job, decided before a pixel is touched. */
export interface JobPlan {
  readonly picture: PicturePlan
  readonly format: OutputFormat
  readonly encode: EncodePlan
  readonly price: JobPrice
  readonly warnings: readonly string[]
}

/**
 * Decide how a job runs, in which format its result leaves, and what it takes.
 * @param budgetBytes more than this no job may take
 * @param known       what was read and found beforehand; absent where the program asks for nothing
 * @throws ApiError `refusedDimensions` when no format fits into the budget; what planning a picture throws
 */
export function planJob(
  ops: readonly Op[],
  output: PictureOutput,
  source: ProbedSource,
  formatClass: FormatClass,
  budgetBytes: number,
  known: Known = NOTHING,
): JobPlan {
  const isAnimated = keepsFrames(output, source.facts)
  const picture = planPicture(ops, source, isAnimated ? 'all' : 'first', known)
  const { canvas, decode } = picture
  const plays = source.facts.animation?.plays ?? 1

  const planFor = (format: OutputFormat, memory: EncodeSettings['memory']): Omit<JobPlan, 'warnings'> => {
    const { alpha } = FORMATS[format]
    const hasAlpha = canvas.hasAlpha && alpha
    const { quality, jpeg, effort } = output
    const told = planTold(decode.told ?? null, output.metadata, format, canvas.size)
    const encode = ENCODERS[format].plan(canvas.size, decode.frames, {
      ...{ quality, jpeg, effort, hasAlpha, memory, told, plays },
    })
    // A source without transparency may still decode with some: rows that never came, or bytes that contradict a header.
    const steps = hasAlpha ? picture.steps : [...picture.steps, planFlatten(canvas)]
    const price = priceJob({
      startBytes: startBytesOf(source, known),
      picture,
      encode: { ...encode.price, bufferBytes: encode.price.bufferBytes + priceToldWork(told) },
    })
    return { picture: { ...picture, steps }, format, encode, price }
  }
  // What a client has not asked for by name must be something that it can show.
  const memories = output.format === 'auto' ? (['ample'] as const) : (['ample', 'tight'] as const)
  const affordable = new Map<OutputFormat, Omit<JobPlan, 'warnings'>>()
  const isAffordable = (format: OutputFormat): boolean => {
    for (const memory of memories) {
      const plan = planFor(format, memory)
      if (plan.price.peakBytes > budgetBytes) continue
      affordable.set(format, plan)
      return true
    }
    return false
  }
  const choice = chooseOutputFormat(
    { format: source.facts.format, hasAlpha: canvas.hasAlpha, isAnimated },
    output,
    formatClass,
    canvas.size,
    isAffordable,
  )
  const plan = choice === null ? undefined : affordable.get(choice.format)
  if (choice === null || plan === undefined)
    throw new ApiError('refusedDimensions', describeRefusal(source.facts, canvas.size))
  return { ...plan, warnings: [...picture.warnings, ...choice.warnings] }
}

/**
 * Whether the result of an animation is one: not where its first frame was asked for, be it by a format of stills, or by
 * the soonest format there is. Rule: docs/parity.md#animations.
 */
export const keepsFrames = (
  { frames, format, effort }: PictureOutput,
  { animation }: Pick<SourceFacts, 'animation'>,
): boolean =>
  frames === 'all' &&
  (animation?.frames ?? 1) > 1 &&
  effort === 'normal' &&
  (format === 'auto' ||
    format === 'standard' ||
    (format !== 'base' && format !== 'svg' && writesAnimations(format)))

const NOTHING: Known = { overlays: new Map(), findings: {} }

/** What is held of all sources before the job has its price: first bytes, and the windows of their readers. */
export const startBytesOf = (source: ProbedSource, { overlays }: Known): number =>
  [source, ...overlays.values()].reduce(
    (sum, { start, keptBytes = 0 }) => sum + start.length + keptBytes + READER_WINDOW_BYTES,
    0,
  )

const describeRefusal = (facts: SourceFacts, result: { width: number; height: number }): string =>
  `${facts.width}x${facts.height} px into ${result.width}x${result.height} px needs more memory than there is`
