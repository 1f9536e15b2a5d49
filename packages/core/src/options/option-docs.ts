/** The parts that people look for an option in, in the order of docs/options.md and of the playground. */
export const OPTION_GROUPS = {
  size: 'Size and cut',
  colour: 'Colour',
  effects: 'Effects',
  overlays: 'Overlays and frames',
  output: 'Format and output',
  client: 'Client hints',
  delivery: 'Source, errors and caching',
} as const satisfies Record<string, string>
export type OptionGroup = keyof typeof OPTION_GROUPS

/** The drawings that options are shown on; `scripts/option-docs/drawings.ts` draws them. */
export type Drawing = 'scene' | 'badge' | 'framed'

/**
 * How docs/options.md shows what an option does: one drawing twice, without the option and with its example. Where a
 * row says nothing it is the scene, 300 px wide.
 */
export interface OptionDemo {
  /** `scene` (default): an opaque landscape; `badge`: a disc over nothing; `framed`: the scene within a plain border. */
  readonly of?: Drawing
  /** Options that both pictures have, as a URL writes them; the first one may have another value of the option itself. */
  readonly given?: string
  /** What the second picture has instead of the row's example, as text. */
  readonly value?: string
}
/** Why an option cannot be seen in a picture: a whole sentence. */
export interface NoDemo {
  readonly unseen: string
  /** Options beside it in the example, as a URL writes them; absent: `width=300`. */
  readonly given?: string
}
