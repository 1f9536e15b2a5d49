import type { ResolvedOptions } from '../client-hints.ts'
import { parseColour, WHITE } from '../options/colour.ts'
import { dprOf, toDevicePx } from '../options/dpr.ts'
import { OPTIONS } from '../options/option-table.ts'
import { composeOrientation, type Orientation } from '../orientation.ts'
import { adjustOf, borderOf, sharpenOf } from './colour-ops-of-options.ts'
import { drawOf } from './draw-of-options.ts'
import { type Keeper, outputOf } from './output-of-options.ts'
import type { BackgroundOp, BlurOp, Op, Program, ResizeOp, SegmentOp, TurnOp } from './program.ts'
import { trimOf } from './trim-of-options.ts'

const TRANSPARENT = { r: 0, g: 0, b: 0, a: 0 } as const
/** Quarter turns clockwise as EXIF orientations. */
const TURNS = { 0: 1, 90: 6, 180: 3, 270: 8, 360: 1 } as const satisfies Record<number, Orientation>

/** Mirrorings as EXIF orientations. */
const FLIPS = { h: 2, v: 4, hv: 3 } as const satisfies Record<
  NonNullable<ResolvedOptions['flip']>,
  Orientation
>

/** The flip comes before the turn. */
function turnOf({ flip, rotate = OPTIONS.rotate.default }: ResolvedOptions): TurnOp | null {
  const orientation = composeOrientation(flip === undefined ? 1 : FLIPS[flip], TURNS[rotate])
  return orientation === 1 ? null : { op: 'turn', orientation }
}

/** Where the others would show the same picture whatever the gravity. */
const CUTTING: ReadonlySet<ResolvedOptions['fit']> = new Set(['cover', 'crop', 'aspect-crop'])
/** Fits that never enlarge. */
const SHRINKING: ReadonlySet<ResolvedOptions['fit']> = new Set(['scale-down', 'crop', 'aspect-crop'])

/** Faces are looked for, and cut out, also where no size is asked for. */
function gravityOf(options: ResolvedOptions): ResizeOp['gravity'] {
  const { width, height, fit, gravity = OPTIONS.gravity.default, zoom = OPTIONS.zoom.default } = options
  const sides = [width, height].filter((side) => side !== undefined).length
  if (gravity === 'face') return sides === 0 || (sides === 2 && CUTTING.has(fit)) ? { face: zoom } : 'center'
  return sides === 2 && CUTTING.has(fit) ? gravity : 'center'
}

/** An explicit background is laid under the padded picture as a whole, so the space that `pad` adds is left to it. */
function resizeOf(options: ResolvedOptions): ResizeOp | null {
  const { width, height, fit = OPTIONS.fit.default, background, upscale = OPTIONS.upscale.default } = options
  const gravity = gravityOf(options)
  const isSized = width !== undefined || height !== undefined
  if (!isSized && gravity === 'center') return null
  const dpr = dprOf(options)
  const side = (px: number | undefined) => (px === undefined ? null : toDevicePx(px, dpr))
  return {
    ...{ op: 'resize', width: side(width), height: side(height), gravity },
    fit: isSized ? fit : OPTIONS.fit.default,
    fill: fit === 'pad' && background === undefined ? WHITE : TRANSPARENT,
    ...(upscale === 'generate' && !SHRINKING.has(fit) ? { upscale } : {}),
  }
}

const segmentOf = ({ segment }: ResolvedOptions): SegmentOp | null =>
  segment === undefined ? null : { op: 'segment', keep: segment }

function backgroundOf({ background }: ResolvedOptions): BackgroundOp | null {
  const colour = background === undefined ? null : parseColour(background)
  return colour === null ? null : { op: 'background', colour }
}

const blurOf = ({ blur = OPTIONS.blur.default }: ResolvedOptions): BlurOp | null =>
  blur === 0 ? null : { op: 'blur', radius: blur }

/** The order in which options of a URL or a variant act, whatever order they are given in. Rule: docs/parity.md#order. */
const ORDER: readonly ((options: ResolvedOptions) => Op | readonly Op[] | null)[] = [
  ...[trimOf, turnOf, resizeOf, segmentOf, backgroundOf],
  (options) => drawOf(options, opsOf),
  ...[borderOf, adjustOf, blurOf, sharpenOf],
]

const opsOf = (options: ResolvedOptions): Op[] => ORDER.flatMap((opOf) => opOf(options) ?? [])

/**
 * The program of a URL's or a variant's options. Equal pictures give equal programs where that is easily seen.
 * @param keeper where no `format` is given: the best one that the client takes for a hosted picture, JPEG or PNG for one
 *   of another host
 */
export const programOfOptions = (options: ResolvedOptions, keeper: Keeper = 'hosted'): Program => ({
  ops: opsOf(options),
  output: outputOf(options, keeper),
})
