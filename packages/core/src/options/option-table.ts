import { border } from './border.ts'
import { breakpoints } from './breakpoints.ts'
import { colour } from './colour.ts'
import { draw, type OverlayOptions } from './draw.ts'
import type { NoDemo, OptionDemo, OptionGroup } from './option-docs.ts'
import { optionsSchema } from './options-schema.ts'
import { parseOptions } from './parse-options.ts'
import { point } from './point.ts'
import { quality } from './quality.ts'
import { TRIM_PARTS, trim } from './trim.ts'
import {
  decimal,
  flag,
  oneOf,
  oneOfNumbers,
  positive,
  strictWord,
  type ValueType,
  whole,
  word,
} from './value-type.ts'

/**
 * Where an option can be given: in a delivery URL's option list, in an object (the binding, `cf.image`), in a stored
 * variant, or for a picture that `draw` draws (`overlay`). Where an option is not offered it is refused by name, never dropped, because
 * dropping one could show what it was to hide.
 */
export type Surface = 'url' | 'object' | 'variant' | 'overlay'

export interface OptionRow<T> {
  readonly type: ValueType<T>
  /** Other names of the same option. The long name wins where both are given. */
  readonly aliases: readonly string[]
  /**
   * Parts of the value that a URL may give under names of their own, `name.part=text`. The value's text is then what stands
   * under the bare name and `part:text` for each of them, joined by semicolons.
   */
  readonly parts?: readonly string[]
  readonly surfaces: readonly Surface[]
  /** A surface that takes other values than the others. */
  readonly narrower?: { readonly [S in Surface]?: ValueType<T> }
  /** What its absence means; none where it means "nothing is done". */
  readonly default?: T
  /** Of a number: what most values are between, for a slider to offer; absent: its whole range. */
  readonly usual?: readonly [least: number, most: number]
  /** Where docs/options.md and the playground list it. */
  readonly group: OptionGroup
  /** One sentence for docs/options.md: what it does, its unit. */
  readonly doc: string
  /** A value as text; the documentation shows it, a test reads it. */
  readonly example: string
  /** Where the rule comes from: an anchor of docs/parity.md. */
  readonly evidence: string
  /** How docs/options.md shows it; absent: the scene, 300 px wide, without it and with its example. */
  readonly demo?: OptionDemo | NoDemo
}

/** Of options that change pixels: they change those of an overlay as well. */
const EVERYWHERE = ['url', 'object', 'variant', 'overlay'] as const
/** Of options that say how a picture leaves: an overlay never leaves. */
const WHOLE_PICTURE = ['url', 'object', 'variant'] as const
const SIDE_PX = whole(1, 12_000)
const FACTOR = decimal(0, 255)
const VARIANT_SIDE_PX = whole(1, 9999)
/** Below 1 a side is a fraction of the picture that is drawn onto. */
const OVERLAY_SIDE = oneOf(SIDE_PX, decimal(0.001, 0.999))
/** Called when there is a table to look into. */
const OWN_OPTIONS: OverlayOptions = {
  parse: (given) => parseOptions('overlay', given),
  schema: () => optionsSchema('overlay'),
}

/**
 * Every transform option: the only place that says its names, values, surfaces and default. The URL grammar, the object
 * form, the schema of variants, the TypeScript types, the canonical text and docs/options.md are derived from it.
 * The order of rows is the order of canonical text. What an option does to pixels is in `program/program-of-options.ts`.
 */
export const OPTIONS = {
  trim: {
    type: trim(),
    aliases: [],
    parts: TRIM_PARTS,
    surfaces: EVERYWHERE,
    group: 'size',
    doc: 'What is cut off the source before anything else: sides, all but a width or height, or an even `border` that is looked for.',
    example: 'border',
    evidence: 'docs/parity.md#trim',
    demo: { of: 'framed' },
  },
  fit: {
    type: strictWord('scale-down', 'contain', 'cover', 'crop', 'aspect-crop', 'pad', 'squeeze', 'scale-up'),
    aliases: [],
    surfaces: EVERYWHERE,
    default: 'scale-down',
    group: 'size',
    doc: 'How the picture fills the box of `width` and `height`.',
    example: 'cover',
    evidence: 'docs/parity.md#formats-and-geometry',
    demo: { given: 'width=200,height=200' },
  },
  width: {
    type: oneOf(SIDE_PX, word('auto')),
    aliases: ['w'],
    surfaces: EVERYWHERE,
    narrower: { variant: oneOf(VARIANT_SIDE_PX, word('auto')), overlay: OVERLAY_SIDE },
    usual: [16, 1600],
    group: 'size',
    doc: 'Width of the box, px; absent leaves the side free. `auto`: a width that suits the screen, by client hints or by the kind of device.',
    example: '320',
    evidence: 'docs/parity.md#formats-and-geometry',
    demo: { value: '160' },
  },
  height: {
    type: SIDE_PX,
    aliases: ['h'],
    surfaces: EVERYWHERE,
    narrower: { variant: VARIANT_SIDE_PX, overlay: OVERLAY_SIDE },
    usual: [16, 1600],
    group: 'size',
    doc: 'Height of the box, px; absent leaves the side free.',
    example: '240',
    evidence: 'docs/parity.md#formats-and-geometry',
    demo: { value: '120', given: 'height=200' },
  },
  dpr: {
    type: positive(),
    aliases: [],
    surfaces: WHOLE_PICTURE,
    default: 1,
    usual: [0.5, 2],
    group: 'size',
    doc: 'Device pixels per px of `width` and `height`, and of the px of `border` and `trim`; more than 2 counts as 2. Without a width or a height it has no effect.',
    example: '2',
    evidence: 'docs/parity.md#options',
    demo: { value: '2', given: 'width=120' },
  },
  wbreakpoints: {
    type: breakpoints(12_000),
    aliases: [],
    surfaces: WHOLE_PICTURE,
    default: '320;768;960;1200',
    group: 'client',
    doc: 'The widths, px, from which `width=auto` takes the smallest that is no narrower than the viewport, where a client hint tells that.',
    example: '480;1024',
    evidence: 'docs/parity.md#client-hints',
    demo: { unseen: 'It chooses a width by the screen, which no example has.', given: 'width=auto' },
  },
  wmobile: {
    type: SIDE_PX,
    aliases: [],
    surfaces: WHOLE_PICTURE,
    default: 768,
    usual: [160, 1600],
    group: 'client',
    doc: 'What `width=auto` means on a phone that sends no hints, px.',
    example: '640',
    evidence: 'docs/parity.md#client-hints',
    demo: { unseen: 'It chooses a width by the device, which no example has.', given: 'width=auto' },
  },
  wdesktop: {
    type: SIDE_PX,
    aliases: [],
    surfaces: WHOLE_PICTURE,
    default: 1200,
    usual: [320, 2400],
    group: 'client',
    doc: 'What `width=auto` means on everything else that sends no hints, px.',
    example: '1600',
    evidence: 'docs/parity.md#client-hints',
    demo: { unseen: 'It chooses a width by the device, which no example has.', given: 'width=auto' },
  },
  upscale: {
    type: word('interpolate', 'generate'),
    aliases: [],
    surfaces: EVERYWHERE,
    default: 'interpolate',
    group: 'size',
    doc: 'How a picture is enlarged: by bicubic interpolation. `generate` needs a model, and is refused where something is enlarged and there is none.',
    example: 'interpolate',
    evidence: 'docs/parity.md#options',
    demo: {
      unseen: 'Pictures are enlarged by interpolation; there is no model to do it otherwise.',
      given: 'fit=contain,width=1200',
    },
  },
  gravity: {
    type: oneOf(word('center', 'left', 'right', 'top', 'bottom', 'auto', 'entropy', 'face'), point()),
    aliases: ['g'],
    surfaces: EVERYWHERE,
    default: 'center',
    group: 'size',
    doc: 'What stays in sight where `fit` cuts: a side, a point in fractions of the picture, what stands out (`auto`), what changes most (`entropy`), or faces (`face`), which needs a detector: without one it is the centre, with a warning.',
    example: '0.33x0.5',
    evidence: 'docs/parity.md#formats-and-geometry',
    demo: { given: 'fit=cover,width=140,height=200' },
  },
  zoom: {
    type: decimal(0, 1),
    aliases: ['face-zoom'],
    surfaces: WHOLE_PICTURE,
    default: 0,
    group: 'size',
    doc: 'With `gravity=face`, how close: 1 cuts at the faces, 0 as wide as the picture allows.',
    example: '0.5',
    evidence: 'docs/parity.md#options',
    demo: {
      unseen: 'There is no detector of faces, and no face in the drawing.',
      given: 'fit=cover,width=200,height=200,gravity=face',
    },
  },
  format: {
    type: word('auto', 'avif', 'webp', 'jpeg', 'baseline-jpeg', 'png', 'png-force', 'svg', 'json'),
    aliases: ['f'],
    surfaces: WHOLE_PICTURE,
    group: 'output',
    doc: 'Format of the result. `auto`: the best one that the client takes; `avif`: else WebP; `jpeg` is progressive, `baseline-jpeg` is not; `png`: PNG or JPEG, as the picture needs; `png-force`: PNG; `svg`: an SVG as it came, sanitised, which is also what an SVG is without a format; `json`: what is known of the picture, instead of it. Absent: `auto` for hosted pictures, JPEG or PNG for others.',
    example: 'webp',
    evidence: 'docs/parity.md#formats-and-geometry',
    demo: { unseen: 'The picture stays the same; what differs is who can show it, and its bytes.' },
  },
  quality: {
    type: quality(),
    aliases: ['q'],
    surfaces: WHOLE_PICTURE,
    default: 85,
    group: 'output',
    doc: 'Quality of a JPEG, WebP or AVIF; the words mean 35, 50, 70 and 90, and 100 loses nothing in a WebP. Where it is given, below 100, a PNG may be reduced to 256 colours.',
    example: 'medium-high',
    evidence: 'docs/parity.md#options',
    demo: { value: '10', given: 'format=jpeg,width=300' },
  },
  'slow-connection-quality': {
    type: quality(),
    aliases: ['scq'],
    surfaces: ['url'],
    group: 'client',
    doc: 'Replaces `quality` where client hints tell of a slow connection, or of saving data.',
    example: '50',
    evidence: 'docs/parity.md#client-hints',
    demo: { unseen: 'It changes what a slow client gets, as `quality` does.', given: 'width=300,quality=85' },
  },
  compression: {
    type: word('fast'),
    aliases: [],
    surfaces: WHOLE_PICTURE,
    group: 'output',
    doc: 'Write what is written soonest, larger as it may be: a JPEG, or a PNG where there is transparency; a WebP only of that, and where it is asked for.',
    example: 'fast',
    evidence: 'docs/parity.md#formats-and-geometry',
    demo: {
      unseen: 'The picture stays the same; what differs is its format, its bytes and how soon it is there.',
    },
  },
  anim: {
    type: flag(),
    aliases: [],
    surfaces: WHOLE_PICTURE,
    default: true,
    group: 'output',
    doc: 'Whether an animation stays one; `false` keeps its first frame.',
    example: 'false',
    evidence: 'docs/parity.md#options',
    demo: { unseen: 'The drawing does not move.' },
  },
  metadata: {
    type: word('keep', 'copyright', 'none'),
    aliases: [],
    surfaces: WHOLE_PICTURE,
    default: 'copyright',
    group: 'output',
    doc: 'What the result keeps of what its original tells beside the pixels: `keep` EXIF and XMP, `copyright` the copyright in a JPEG, `none` nothing. Stored variants begin with `none`.',
    example: 'none',
    evidence: 'docs/parity.md#metadata',
    demo: { unseen: 'The picture stays the same; what differs is what the file says beside it.' },
  },
  flip: {
    type: word('h', 'v', 'hv'),
    aliases: [],
    surfaces: EVERYWHERE,
    group: 'size',
    doc: 'Mirror the picture: left and right (`h`), top and bottom (`v`), or both. Happens before `rotate`.',
    example: 'h',
    evidence: 'docs/parity.md#options',
  },
  rotate: {
    type: oneOfNumbers(0, 90, 180, 270, 360),
    aliases: [],
    surfaces: EVERYWHERE,
    default: 0,
    group: 'size',
    doc: 'Degrees clockwise. Happens before the resize, so `width` and `height` name the sides of the turned picture.',
    example: '90',
    evidence: 'docs/parity.md#options',
    demo: { given: 'width=300,height=200' },
  },
  segment: {
    type: word('foreground'),
    aliases: [],
    surfaces: EVERYWHERE,
    group: 'effects',
    doc: 'Makes everything but the foreground transparent; `background` fills it. Needs a model, and is refused where there is none.',
    example: 'foreground',
    evidence: 'docs/parity.md#options',
    demo: { unseen: 'There is no model that knows a foreground.' },
  },
  background: {
    type: colour(),
    aliases: [],
    surfaces: EVERYWHERE,
    group: 'colour',
    doc: 'A colour laid under transparent pixels and into the space that `fit=pad` adds; it may be translucent itself.',
    example: 'rgb(240,40,145)',
    evidence: 'docs/parity.md#options',
    demo: { of: 'badge', given: 'width=200' },
  },
  border: {
    type: border(),
    aliases: [],
    surfaces: ['object', 'variant', 'overlay'],
    group: 'overlays',
    doc: 'A frame of one colour around the finished picture, which grows by it. Px at `dpr` 1.',
    example: '#ff8800;10',
    evidence: 'docs/parity.md#options',
  },
  brightness: {
    type: FACTOR,
    aliases: [],
    surfaces: EVERYWHERE,
    default: 1,
    usual: [0, 3],
    group: 'colour',
    doc: 'Levels are multiplied by it: below 1 darker, above 1 lighter; 0 counts as 1.',
    example: '1.2',
    evidence: 'docs/parity.md#options',
  },
  contrast: {
    type: FACTOR,
    aliases: [],
    surfaces: EVERYWHERE,
    default: 1,
    usual: [0, 3],
    group: 'colour',
    doc: 'The distance of levels from the middle is multiplied by it; 0 counts as 1.',
    example: '1.3',
    evidence: 'docs/parity.md#options',
  },
  gamma: {
    type: FACTOR,
    aliases: [],
    surfaces: EVERYWHERE,
    default: 1,
    usual: [0, 3],
    group: 'colour',
    doc: 'Exposure: below 1 darkens, above 1 lightens, black and white stay; 0 counts as 1.',
    example: '1.8',
    evidence: 'docs/parity.md#options',
  },
  saturation: {
    type: FACTOR,
    aliases: [],
    surfaces: EVERYWHERE,
    default: 1,
    usual: [0, 3],
    group: 'colour',
    doc: 'How colourful: 0 is greyscale, 2 twice as much.',
    example: '0.5',
    evidence: 'docs/parity.md#options',
  },
  blur: {
    type: decimal(0, 250),
    aliases: [],
    surfaces: EVERYWHERE,
    default: 0,
    usual: [0, 60],
    group: 'effects',
    doc: 'Radius of a Gaussian blur, px of the result; 0 leaves the picture sharp. No means of privacy in a URL: anybody can edit it out.',
    example: '15',
    evidence: 'docs/parity.md#options',
  },
  sharpen: {
    type: decimal(0, 10),
    aliases: [],
    surfaces: EVERYWHERE,
    default: 0,
    group: 'effects',
    doc: 'Unsharp mask: how far colours are moved away from their surroundings; 1 is right after shrinking.',
    example: '1',
    evidence: 'docs/parity.md#options',
  },
  draw: {
    type: draw({ takesParts: true, own: OWN_OPTIONS }),
    aliases: [],
    surfaces: ['object', 'variant'],
    narrower: { variant: draw({ takesParts: false, own: OWN_OPTIONS }) },
    group: 'overlays',
    doc: 'Pictures and lines of text that are drawn onto this one, the last on top: their place, opacity, repetition and way of mixing, after transform options of their own.',
    example: '[{"url":"https://example.com/logo.png","bottom":5,"right":5,"width":0.25,"opacity":0.8}]',
    evidence: 'docs/parity.md#draw',
  },
  browser_ttl: {
    type: whole(3600, 31_536_000),
    aliases: [],
    surfaces: ['variant'],
    group: 'delivery',
    doc: "`max-age` of public answers, seconds; overrides the account's.",
    example: '86400',
    evidence: 'docs/parity.md#variants',
    demo: { unseen: 'It changes a header of the answer.' },
  },
  onerror: {
    type: word('redirect'),
    aliases: [],
    surfaces: ['url'],
    group: 'delivery',
    doc: 'Where a picture of another host cannot be transformed, the client is sent to it instead (307), if it is of the same site. Hosted pictures take no notice.',
    example: 'redirect',
    evidence: 'docs/parity.md#transform-urls',
    demo: { unseen: 'It is seen where there is no picture.' },
  },
  'origin-auth': {
    type: word('share-publicly'),
    aliases: [],
    surfaces: ['object'],
    group: 'delivery',
    doc: 'Pass the request’s credentials on to the source. The result lies in a public cache all the same.',
    example: 'share-publicly',
    evidence: 'docs/parity.md#source-requests',
    demo: { unseen: 'It changes who the source lets in.' },
  },
} as const satisfies Record<string, OptionRow<unknown>>

export type OptionName = keyof typeof OPTIONS
type ValueOf<Name extends OptionName> = (typeof OPTIONS)[Name]['type'] extends ValueType<infer T> ? T : never
type NamesOn<S extends Surface> = {
  [Name in OptionName]: S extends (typeof OPTIONS)[Name]['surfaces'][number] ? Name : never
}[OptionName]

/** Options as one surface takes them, each absent or in its normalised object form. */
export type OptionsOf<S extends Surface> = { readonly [Name in NamesOn<S>]?: ValueOf<Name> }
/** Options of any surface: what the program is made from. */
export type Options = OptionsOf<Surface>

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[]

/** What a spelling names: an option, or a part of its value. */
export interface Spelling {
  readonly name: OptionName
  /** Null for the whole value. */
  readonly part: string | null
}

/** Names, aliases and parts; a Map, so that `__proto__` is just unknown. */
const SPELLINGS: ReadonlyMap<string, Spelling> = new Map(
  OPTION_NAMES.flatMap((name): (readonly [string, Spelling])[] => {
    const { aliases, parts = [] }: OptionRow<unknown> = OPTIONS[name]
    return [
      ...[name, ...aliases].map((spelling) => [spelling, { name, part: null }] as const),
      ...parts.map((part) => [`${name}.${part}`, { name, part }] as const),
    ]
  }),
)

/** The option, or the part of one, that a URL's name means; null when there is none. */
export const findSpelling = (spelling: string): Spelling | null => SPELLINGS.get(spelling) ?? null

/** The option that a name or an alias means; null when there is none. */
export function findOption(spelling: string): OptionName | null {
  const found = findSpelling(spelling)
  return found?.part === null ? found.name : null
}

/** The row of an option, widened for code that treats all alike. */
export const optionRow = (name: OptionName): OptionRow<unknown> => OPTIONS[name]

/** What an option may be on a surface; null where it is not offered there. */
export function typeOn(name: OptionName, surface: Surface): ValueType<unknown> | null {
  const { type, surfaces, narrower } = optionRow(name)
  return surfaces.includes(surface) ? (narrower?.[surface] ?? type) : null
}
