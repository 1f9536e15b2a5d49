import { parseColour, WHITE } from '../options/colour.ts'
import { OPTIONS, type Options } from '../options/option-table.ts'
import type { Orientation } from '../orientation.ts'
import type { BackgroundOp, BlurOp, Op, Program, ResizeOp, TurnOp } from './program.ts'

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
const ORDER = [turnOf, resizeOf, backgroundOf, blurOf] as const satisfies readonly ((
  options: Options,
) => Op | null)[]

/** The program of a URL's or a variant's options. Equal pictures give equal programs where that is easily seen. */
export const programOfOptions = (options: Options): Program => ({
  ops: ORDER.flatMap((opOf): Op[] => {
    const op = opOf(options)
    return op === null ? [] : [op]
  }),
  output: {
    format: 'auto',
    quality: DEFAULT_QUALITY,
    metadata: options.metadata ?? OPTIONS.metadata.default,
    frames: 'all',
  },
})
