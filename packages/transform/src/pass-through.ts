import { ApiError, type Format, type Op, type PictureOutput, type Size, uprightSize } from '@tintype/core'
import { largestSanitised, priceSanitise, sanitiseSvg } from '@tintype/svg'
import { joinPieces } from './collect-pieces.ts'
import { isTooLargeToChange } from './large-animation.ts'
import type { MemoryMeter } from './memory-meter.ts'
import { readWhole } from './read-whole.ts'
import { type ProbedSource, READER_WINDOW_BYTES } from './source.ts'

/** A document that is written anew while it passes. */
interface Rewrite {
  /** What it holds besides what it has written, bytes. */
  readonly heldBytes: number
  /** Most bytes that it writes. */
  readonly largestBytes: number
  run(file: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/**
 * A result that is its source's own document, as it came or written anew. No pixel is touched, so no operation acts on
 * it and no setting of an encoder counts.
 */
export interface PassThroughPlan {
  readonly kind: 'passThrough'
  readonly format: Format
  /** Upright, px. */
  readonly size: Size
  readonly sizeBytes: number
  /** null: byte for byte. */
  readonly rewrite: Rewrite | null
  readonly price: { readonly peakBytes: number }
  readonly warnings: readonly string[]
}

/** Operations that may be there to hide something: no document passes them by. */
const HIDING: ReadonlySet<Op['op']> = new Set(['trim', 'segment', 'draw', 'blur'])

/**
 * Whether a source leaves as the document that it is: an SVG does, sanitised, unless a format with pixels is asked for or
 * an operation may be there to hide something of it; and an animation of which there is too much.
 * @returns null where pixels are to be made
 * @throws ApiError `notAnImage` where an SVG is asked for and the source is none, `invalidOptions` where it is to stay one
 *   and to be changed, `refusedDimensions` for an animation that is too large to hide something of it
 * Rule: docs/parity.md#svg, docs/parity.md#animations.
 */
export function planPassThrough(
  ops: readonly Op[],
  output: PictureOutput,
  { facts, start }: Pick<ProbedSource, 'facts' | 'start'>,
): PassThroughPlan | null {
  const { format } = output
  const hiding = ops.find(({ op }) => HIDING.has(op))
  if (facts.format !== 'svg') {
    if (format === 'svg') throw new ApiError('notAnImage', 'only an SVG can be delivered as SVG')
    if (!isTooLargeToChange(facts, output)) return null
    if (hiding !== undefined) {
      throw new ApiError('refusedDimensions', `the animation is too large for "${hiding.op}"`)
    }
    return planDocument(facts, start, null, ['animation too large to be changed'])
  }
  if (format === 'svg' && hiding !== undefined) {
    throw new ApiError('invalidOptions', `"${hiding.op}" cannot act on what is to stay an SVG`)
  }
  const mayStay = format === 'auto' || format === 'standard' || format === 'svg'
  if (!mayStay || hiding !== undefined) return null
  const { sizeBytes } = facts
  const rewrite: Rewrite = {
    heldBytes: priceSanitise(sizeBytes),
    largestBytes: largestSanitised(sizeBytes),
    run: (file) => sanitiseSvg(file, sizeBytes),
  }
  return planDocument(facts, start, rewrite, [])
}

/** The plan of a document, with its price. */
export function planDocument(
  facts: ProbedSource['facts'],
  start: Uint8Array,
  rewrite: Rewrite | null,
  warnings: readonly string[],
): PassThroughPlan {
  const { format, sizeBytes } = facts
  const documentBytes = rewrite === null ? sizeBytes : rewrite.heldBytes + 2 * rewrite.largestBytes
  return {
    ...{ kind: 'passThrough', format, size: uprightSize(facts), sizeBytes, rewrite, warnings },
    price: { peakBytes: start.length + READER_WINDOW_BYTES + documentBytes },
  }
}

/**
 * The document's bytes.
 * @throws ApiError `decodingFailed` when it is not what it should be, and what a rewrite throws
 */
export async function runPassThrough(
  { rewrite, sizeBytes }: PassThroughPlan,
  file: AsyncIterable<Uint8Array>,
  meter: MemoryMeter,
): Promise<Uint8Array> {
  if (rewrite === null) {
    meter.hold(sizeBytes)
    return readWhole(file, sizeBytes)
  }
  return joinPieces(rewrite.run(file), meter)
}
