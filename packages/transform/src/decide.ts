import {
  ApiError,
  FORMATS,
  type Format,
  type FormatClass,
  type OutputFormat,
  type Plan,
  type Recipe,
  type Size,
  type SourceFacts,
} from '@tintype/core'
import { chooseOutputFormat } from './choose-output-format.ts'
import type { DecodePlan, EncodePlan } from './codec.ts'
import { CODECS } from './codecs.ts'
import { filterExif, findJpegExif } from './exif.ts'
import type { StepPlan } from './pipeline.ts'
import { type JobPrice, priceJob } from './price.ts'

const WHITE = [255, 255, 255] as const

export interface TransformJob {
  readonly source: SourceFacts
  readonly recipe: Recipe
  readonly formatClass: FormatClass
}

/** All decisions about a job, made before a pixel is touched. */
export interface Decisions extends JobPrice {
  readonly format: OutputFormat
  readonly decode: DecodePlan
  readonly plan: StepPlan
  readonly encode: EncodePlan
}

const isDecodable = (format: Format): format is OutputFormat => Object.hasOwn(CODECS, format)

/**
 * The format whose decoder a job needs.
 * @throws ApiError `notAnImage` for kinds that are not transformed
 */
export function decodableFormat({ format, animated }: SourceFacts): OutputFormat {
  if (!isDecodable(format)) {
    throw new ApiError('notAnImage', `${FORMATS[format].name} images cannot be transformed yet`)
  }
  if (animated)
    throw new ApiError('notAnImage', `animated ${FORMATS[format].name} images cannot be transformed yet`)
  return format
}

/**
 * Decide format and price.
 * @param geometry the plan for this source and recipe
 * @param start    what the source's codec read of it
 * @throws ApiError `refusedDimensions` when no format fits into the budget; what `planDecode` throws
 */
export function decide(
  { source, recipe, formatClass }: TransformJob,
  geometry: Plan,
  start: Uint8Array,
  budgetBytes: number,
): Decisions {
  const sourceFormat = decodableFormat(source)
  const decode = CODECS[sourceFormat].codec.planDecode(source, start, geometry)
  const exif = sourceFormat === 'jpeg' ? keptExif(start, recipe, geometry.canvas) : null

  const decideFor = (format: OutputFormat) => {
    const { codec, alpha } = CODECS[format]
    // A source without transparency may still decode with some: rows that never came, or bytes that contradict a header.
    const plan = { ...geometry, isOpaque: !alpha || !source.hasAlpha, background: WHITE }
    const settings = { quality: recipe.quality, hasAlpha: source.hasAlpha && alpha, exif }
    const encode = codec.planEncode(geometry.canvas, settings)
    const price = priceJob({
      startBytes: start.length,
      decode: decode.price,
      profile: decode.profile,
      plan,
      encode: encode.price,
    })
    return { format, decode, plan, encode, ...price }
  }
  const choice = chooseOutputFormat(
    source,
    formatClass,
    geometry.canvas,
    (format) => decideFor(format).peakBytes <= budgetBytes,
  )
  if (choice === null) throw new ApiError('refusedDimensions', describeRefusal(source, geometry.canvas))
  const decided = decideFor(choice.format)
  const warnings = [...geometry.warnings, ...choice.warnings]
  return { ...decided, plan: { ...decided.plan, warnings } }
}

function keptExif(start: Uint8Array, recipe: Recipe, size: Size): Uint8Array | null {
  const exif = findJpegExif(start)
  return exif === null ? null : filterExif(exif, recipe.metadata, size)
}

const describeRefusal = (source: SourceFacts, result: { width: number; height: number }): string =>
  `${source.width}x${source.height} px into ${result.width}x${result.height} px needs more memory than there is`
