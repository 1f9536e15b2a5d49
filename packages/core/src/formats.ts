/** Entries a result may have in a cache: what the client can take, not what it got. */
export type FormatClass = 'avif' | 'webp' | 'base'

/** How a file's first bytes give its format away. */
export type Signature =
  /** Hexadecimal bytes from the file's start, `??` for any; one pattern is enough. */
  | { readonly magic: readonly string[] }
  /** An ISO media file (`ftyp`) with one of these brands, whether major or compatible. */
  | { readonly brands: readonly string[] }
  /** A document whose root element has this name. */
  | { readonly root: string }

/** All that is known of a format, but for its readers and writers. */
export interface FormatRow {
  /** How people call it. */
  readonly name: string
  /** `Content-Type`. */
  readonly mime: string
  /** Of file names, without a dot. */
  readonly extension: string
  readonly signature: Signature
  /** Whether it has a place for transparency; where it has none, pixels are flattened before it gets them. */
  readonly alpha: boolean
  /** Whether an upload may have it. What is accepted must be deliverable. */
  readonly upload: boolean
  /** Whether its animations are read, and whether results of this format may be animations. */
  readonly animation: 'none' | 'read' | 'read and written'
  /** null for what is never written. */
  readonly output: {
    /** Longest side that is written where this format is asked for, px. */
    readonly maxSidePx: number
    /** The same where it is chosen for the client, px; no larger. */
    readonly autoMaxSidePx: number
    /** The clients that are offered it unasked. */
    readonly class: FormatClass
  } | null
  /** What everybody can show of an original that came in this format and is opaque, best first. */
  readonly opaqueBase: readonly ('jpeg' | 'png')[]
}

/**
 * One row per format that is recognised as a picture; everything else that lists formats is derived from this table.
 * In order of recognition: AVIF stands before HEIC, since a file may carry the brands of both.
 * A header parser is a row of `HEADER_PARSERS`; a decoder and an encoder are rows of the transform package's tables.
 * Sides: docs/parity.md#limits. AVIF is chosen for small pictures only, since encoding takes 0.2 s a megapixel; who asks for
 * it gets it as far as memory reaches.
 */
export const FORMATS = {
  jpeg: {
    name: 'JPEG',
    mime: 'image/jpeg',
    extension: 'jpg',
    signature: { magic: ['ff d8 ff'] },
    alpha: false,
    upload: true,
    animation: 'none',
    output: { maxSidePx: 12_000, autoMaxSidePx: 12_000, class: 'base' },
    opaqueBase: ['jpeg'],
  },
  png: {
    name: 'PNG',
    mime: 'image/png',
    extension: 'png',
    signature: { magic: ['89 50 4e 47 0d 0a 1a 0a'] },
    alpha: true,
    upload: true,
    animation: 'read',
    output: { maxSidePx: 12_000, autoMaxSidePx: 12_000, class: 'base' },
    opaqueBase: ['png', 'jpeg'],
  },
  webp: {
    name: 'WebP',
    mime: 'image/webp',
    extension: 'webp',
    signature: { magic: ['52 49 46 46 ?? ?? ?? ?? 57 45 42 50'] },
    alpha: true,
    upload: true,
    animation: 'read and written',
    output: { maxSidePx: 16_383, autoMaxSidePx: 16_383, class: 'webp' },
    opaqueBase: ['jpeg'],
  },
  avif: {
    name: 'AVIF',
    mime: 'image/avif',
    extension: 'avif',
    signature: { brands: ['avif', 'avis'] },
    alpha: true,
    upload: true,
    animation: 'none',
    output: { maxSidePx: 16_384, autoMaxSidePx: 1200, class: 'avif' },
    opaqueBase: ['jpeg'],
  },
  gif: {
    name: 'GIF',
    mime: 'image/gif',
    extension: 'gif',
    signature: { magic: ['47 49 46 38 37 61', '47 49 46 38 39 61'] },
    alpha: true,
    upload: true,
    animation: 'read and written',
    output: { maxSidePx: 12_000, autoMaxSidePx: 12_000, class: 'base' },
    opaqueBase: ['png', 'jpeg'],
  },
  svg: {
    name: 'SVG',
    mime: 'image/svg+xml',
    extension: 'svg',
    signature: { root: 'svg' },
    alpha: true,
    upload: true,
    animation: 'none',
    output: null,
    opaqueBase: ['png'],
  },
  heic: {
    name: 'HEIC',
    mime: 'image/heic',
    extension: 'heic',
    signature: {
      brands: ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1'],
    },
    alpha: true,
    upload: false,
    animation: 'none',
    output: null,
    opaqueBase: ['jpeg'],
  },
} as const satisfies Record<string, FormatRow>

/** A format that a picture can come in. */
export type Format = keyof typeof FORMATS
/** A format that results are written in. */
export type OutputFormat = {
  [F in Format]: (typeof FORMATS)[F]['output'] extends null ? never : F
}[Format]

export const FORMAT_NAMES = Object.keys(FORMATS) as Format[]
export const OUTPUT_FORMATS = FORMAT_NAMES.filter(isOutputFormat)
/** What uploads may have. */
export const UPLOAD_FORMATS: ReadonlySet<Format> = new Set(
  FORMAT_NAMES.filter((format) => FORMATS[format].upload),
)

export function isOutputFormat(format: Format): format is OutputFormat {
  return FORMATS[format].output !== null
}

/** What a result can be: a picture, be it written here or passed on as it came, or what is said of one. */
export type ResultFormat = Format | 'json'
export const RESULT_FORMATS: readonly ResultFormat[] = [...FORMAT_NAMES, 'json']

/** `Content-Type` of a result. */
export const mimeOf = (format: ResultFormat): string =>
  format === 'json' ? 'application/json' : FORMATS[format].mime

/** Whether results of a format may be animations. */
export const writesAnimations = (format: OutputFormat): boolean =>
  FORMATS[format].animation === 'read and written'
