import {
  ApiError,
  FORMATS,
  type FormatClass,
  type OutputFormat,
  planTransform,
  type Recipe,
  type SourceFacts,
  type StoredFormat,
  uprightSize,
} from '@tintype/core'
import { chooseOutputFormat } from './choose-output-format.ts'
import { CODECS, hasMagic } from './codecs.ts'
import { filterExif, findJpegExif } from './exif.ts'
import type { Governor } from './governor.ts'
import { peekStart } from './peek-start.ts'
import { runPipeline, type StepPlan } from './pipeline.ts'
import { type JobPrice, priceJob } from './price.ts'
import { releaseRaster } from './raster.ts'

/** Enough for the frame header of almost any picture, and for a whole EXIF segment behind a small one. */
const START_BYTES = 128 * 1024
const WHITE = [255, 255, 255] as const

export interface TransformJob {
  readonly source: SourceFacts
  readonly recipe: Recipe
  readonly formatClass: FormatClass
}

export interface Transformed {
  readonly bytes: Uint8Array
  readonly format: OutputFormat
  readonly width: number
  readonly height: number
  /** What was given up, in whole phrases; usually none. */
  readonly warnings: readonly string[]
}

/** What the pipeline needs of its surroundings. */
export interface TransformServices {
  readonly governor: Governor
  /** Let other requests run; called between stages. */
  yield(): Promise<unknown>
}

/** All decisions about a job, made before a pixel is touched. */
interface Decisions {
  readonly source: SourceFacts & { readonly format: OutputFormat }
  readonly format: OutputFormat
  readonly plan: StepPlan
  readonly price: JobPrice
  readonly exif: Uint8Array | null
}

const isDecodable = (format: StoredFormat): format is OutputFormat => Object.hasOwn(CODECS, format)

/**
 * Decide format, geometry and price.
 * @param start first bytes of the original
 * @throws ApiError `notAnImage` for kinds that are not transformed; `decodingFailed` when the bytes are another
 *   format's; `refusedDimensions` when no format fits into the budget, or the plan refuses
 */
export function decide(
  { source, recipe, formatClass }: TransformJob,
  start: Uint8Array,
  budgetBytes: number,
): Decisions {
  const { format: sourceFormat } = source
  if (!isDecodable(sourceFormat)) {
    throw new ApiError('notAnImage', `${FORMATS[sourceFormat].name} images cannot be transformed yet`)
  }
  if (source.animated) {
    throw new ApiError(
      'notAnImage',
      `animated ${FORMATS[sourceFormat].name} images cannot be transformed yet`,
    )
  }
  if (!hasMagic(sourceFormat, start)) throw new ApiError('decodingFailed', 'the file is damaged')

  const decodable = { ...source, format: sourceFormat }
  const geometry = planTransform(uprightSize(source), recipe)
  const priceOf = (format: OutputFormat): JobPrice =>
    priceJob(decodable, start, geometry, {
      format,
      hasAlpha: source.hasAlpha && CODECS[format].alpha,
      quality: recipe.quality,
    })
  const choice = chooseOutputFormat(
    source,
    formatClass,
    geometry.canvas,
    (format) => priceOf(format).peakBytes <= budgetBytes,
  )
  if (choice === null) throw new ApiError('refusedDimensions', describeRefusal(source, geometry.canvas))
  const { format } = choice
  return {
    source: decodable,
    format,
    plan: {
      ...geometry,
      warnings: [...geometry.warnings, ...choice.warnings],
      isOpaque: !CODECS[format].alpha,
      background: WHITE,
    },
    price: priceOf(format),
    exif: format === 'jpeg' && sourceFormat === 'jpeg' ? keptExif(start, recipe) : null,
  }
}

function keptExif(start: Uint8Array, recipe: Recipe): Uint8Array | null {
  const exif = findJpegExif(start)
  return exif === null ? null : filterExif(exif, recipe.metadata)
}

const describeRefusal = (source: SourceFacts, result: { width: number; height: number }): string =>
  `${source.width}x${source.height} px into ${result.width}x${result.height} px needs more memory than there is`

/**
 * Original in, encoded picture out: decide, wait for memory, decode and resize, run the steps, encode.
 * @param body the original from its first byte; read to its end, or cancelled
 * @throws ApiError of the delivery kinds
 */
export async function transformImage(
  job: TransformJob,
  body: ReadableStream<Uint8Array>,
  services: TransformServices,
): Promise<Transformed> {
  const peeked = await peekStart(body, START_BYTES)
  try {
    return await runDecided(
      decide(job, peeked.start, services.governor.budgetBytes),
      job,
      peeked.body,
      services,
    )
  } catch (error) {
    // Unread bytes would keep their connection open; a stream that somebody reads has been seen to by its reader.
    if (!peeked.body.locked) await peeked.body.cancel().catch(() => {})
    throw error
  }
}

async function runDecided(
  { source, format, plan, price, exif }: Decisions,
  { recipe }: TransformJob,
  body: ReadableStream<Uint8Array>,
  services: TransformServices,
): Promise<Transformed> {
  const [decoder, encoder] = await Promise.all([CODECS[source.format].load(), CODECS[format].load()])
  const reservation = await services.governor.claim(price.peakBytes)
  try {
    const resized = await decoder.decodeAndResize(body, source, plan, { heapBytes: price.decoderHeapBytes })
    await services.yield()
    const raster = await runPipeline(resized, plan, () => reservation.renew())
    reservation.renew()
    const { width, height } = raster
    const bytes = await encoder.encode(
      raster,
      { quality: recipe.quality, exif },
      { heapBytes: price.encoderHeapBytes },
    )
    releaseRaster(raster)
    return { bytes, format, width, height, warnings: plan.warnings }
  } finally {
    reservation.release()
  }
}
