import type { ResolvedOptions } from '../client-hints.ts'
import { OPTIONS } from '../options/option-table.ts'
import type { Output, PictureOutput } from './program.ts'

/** Of a JPEG, WebP or AVIF, where nobody asks for another. Rule: docs/parity.md#options. */
export const DEFAULT_QUALITY = 85

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
  svg: { format: 'svg' },
} as const satisfies Record<
  Exclude<NonNullable<ResolvedOptions['format']>, 'json'>,
  Pick<PictureOutput, 'format'> & Partial<Pick<PictureOutput, 'jpeg'>>
>
const UNASKED = { hosted: { format: 'auto' }, remote: { format: 'standard' } } as const satisfies Record<
  Keeper,
  Pick<PictureOutput, 'format'>
>

/** How the result of options leaves. */
export function outputOf(options: ResolvedOptions, keeper: Keeper): Output {
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
