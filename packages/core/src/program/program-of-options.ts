import { parseColour, WHITE } from '../options/colour.ts'
import { OPTIONS, type Options } from '../options/option-table.ts'
import type { Orientation } from '../orientation.ts'
import { adjustOf, borderOf, sharpenOf } from './colour-ops-of-options.ts'
import { drawOf } from './draw-of-options.ts'
import type { BackgroundOp, BlurOp, Op, Output, PictureOutput, Program, ResizeOp, TurnOp } from './program.ts'

/** Of a JPEG, WebP or AVIF, where nobody asks for another. Rule: docs/parity.md#options. */
export const DEFAULT_QUALITY = 85

const TRANSPARENT = { r: 0, g: 0, b: 0, a: 0 } as const
/** Quarter turns clockwise as EXIF orientations. */
const TURNS = { 0: null, 90: 6, 180: 3, 270: 8, 360: null } as const satisfies Record<
  number,
  Orientation | null
>

function turnOf({ rotate = OPTIONS.rotate.default }: Options): TurnOp | null {
  const orientation = TURNS[rotate]
  return orientation === null ? null : { op: 'turn', orientation }
}

/** Where the others would show the same picture whatever the gravity. */
const CUTTING: ReadonlySet<Options['fit']> = new Set(['cover', 'crop', 'aspect-crop'])

/** An explicit background is laid under the padded picture as a whole, so the space that `pad` adds is left to it. */
function resizeOf(options: Options): ResizeOp | null {
  const { width, height, fit = OPTIONS.fit.default, gravity = OPTIONS.gravity.default, background } = options
  if (width === undefined && height === undefined) return null
  const fill = fit === 'pad' && background === undefined ? WHITE : TRANSPARENT
  const cuts = CUTTING.has(fit) && width !== undefined && height !== undefined
  return {
    ...{ op: 'resize', width: width ?? null, height: height ?? null, fit },
    gravity: cuts ? gravity : 'center',
    fill,
  }
}

function backgroundOf({ background }: Options): BackgroundOp | null {
  const colour = background === undefined ? null : parseColour(background)
  return colour === null ? null : { op: 'background', colour }
}

const blurOf = ({ blur = OPTIONS.blur.default }: Options): BlurOp | null =>
  blur === 0 ? null : { op: 'blur', radius: blur }

/** The order in which options of a URL or a variant act, whatever order they are given in. Rule: docs/parity.md#order. */
const ORDER: readonly ((options: Options) => Op | readonly Op[] | null)[] = [
  ...[turnOf, resizeOf, backgroundOf],
  (options) => drawOf(options, opsOf),
  ...[borderOf, adjustOf, blurOf, sharpenOf],
]

const opsOf = (options: Options): Op[] => ORDER.flatMap((opOf) => opOf(options) ?? [])

/** Where the original is kept, which decides the format where the options do not name one. */
export type Keeper = 'hosted' | 'remote'

/** What `format` says of the picture's format and of how a JPEG is written. Rule: docs/parity.md#formats-and-geometry. */
const FORMAT_WORDS = {
  auto: { format: 'auto' },
  avif: { format: 'avif' },
  webp: { format: 'webp' },
  jpeg: { format: 'jpeg' },
  'baseline-jpeg': { format: 'jpeg', jpeg: 'baseline' },
  png: { format: 'base' },
  'png-force': { format: 'png' },
} as const satisfies Record<
  Exclude<NonNullable<Options['format']>, 'json'>,
  Pick<PictureOutput, 'format'> & Partial<Pick<PictureOutput, 'jpeg'>>
>
const UNASKED = { hosted: { format: 'auto' }, remote: { format: 'standard' } } as const satisfies Record<
  Keeper,
  Pick<PictureOutput, 'format'>
>

function outputOf(options: Options, keeper: Keeper): Output {
  const { format, quality = null, compression, anim = OPTIONS.anim.default } = options
  const frames = anim ? 'all' : 'first'
  if (format === 'json') return { kind: 'json', frames }
  return {
    ...{ kind: 'picture', jpeg: 'progressive' },
    ...(format === undefined ? UNASKED[keeper] : FORMAT_WORDS[format]),
    quality,
    effort: compression === 'fast' ? 'fast' : 'normal',
    metadata: options.metadata ?? OPTIONS.metadata.default,
    frames,
  }
}

/**
 * The program of a URL's or a variant's options. Equal pictures give equal programs where that is easily seen.
 * @param keeper where no `format` is given: the best one that the client takes for a hosted picture, JPEG or PNG for one
 *   of another host
 */
export const programOfOptions = (options: Options, keeper: Keeper = 'hosted'): Program => ({
  ops: opsOf(options),
  output: outputOf(options, keeper),
})
