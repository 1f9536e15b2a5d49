import type { SourceRef } from '../program/source-ref.ts'
import { colour, parseColour } from './colour.ts'
import { decimal, type JsonSchema, OUT_OF_RANGE, Refused, UNREADABLE, type ValueType } from './value-type.ts'

/** A longer text is no line of text: it would be refused by whoever draws it. Rule: docs/parity.md#draw. */
export const MAX_TEXT_CHARACTERS = 1000
/** Longer addresses are no honest ones. */
const MAX_URL_CHARACTERS = 8192
const DEFAULT_TEXT = { size: 12, color: '#000000' } as const

/** Where an overlay's pixels come from: exactly one of `url`, `part` and `text`. */
export interface OverlaySource {
  /** A picture of another host: an absolute http or https URL. */
  readonly url?: string
  /** Bytes that came with the call, by their SHA-256 in hexadecimal. */
  readonly part?: string
  /** A line of text, at most {@link MAX_TEXT_CHARACTERS}. */
  readonly text?: string
  /** Of a text; absent: the built-in font. */
  readonly font?: { readonly url: string }
  /** Of a text; absent: black. */
  readonly color?: string
  /** Of a text, px; absent: 12. */
  readonly size?: number
}

/** Reads one form of a value, from JSON or a caller's object. */
type Read<T> = (value: unknown) => T | Refused

/** An absolute http or https URL as browsers write it, without what only a browser sees of it. */
const readUrl: Read<string> = (value) => {
  if (typeof value !== 'string' || value.length > MAX_URL_CHARACTERS || !URL.canParse(value)) {
    return UNREADABLE
  }
  const url = new URL(value)
  url.hash = ''
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : UNREADABLE
}

const readText: Read<string> = (value) => {
  if (typeof value !== 'string') return UNREADABLE
  // A lone half of a surrogate pair is no character: no font has it, and no canonical text keeps it apart from others.
  return value === '' || value.length > MAX_TEXT_CHARACTERS || !value.isWellFormed() ? OUT_OF_RANGE : value
}

const readFont: Read<{ readonly url: string }> = (value) => {
  const url = readUrl(typeof value === 'object' && value !== null ? (value as { url?: unknown }).url : null)
  return url instanceof Refused ? url : { url }
}

const readPart: Read<string> = (value) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : UNREADABLE

const TEXT_COLOUR: ValueType<string> = colour()
const TEXT_SIZE: ValueType<number> = decimal(1, 4096)

/** Every key of an overlay's source, with how it is read. */
export const SOURCE_FIELDS: {
  readonly [Key in keyof OverlaySource]-?: Read<NonNullable<OverlaySource[Key]>>
} = {
  url: readUrl,
  part: readPart,
  text: readText,
  font: readFont,
  color: (value) => TEXT_COLOUR.fromValue(value),
  size: (value) => TEXT_SIZE.fromValue(value),
}

export const SOURCE_SCHEMA: Readonly<Record<string, JsonSchema>> = {
  url: { type: 'string', description: 'An absolute http or https URL of a picture.' },
  text: { type: 'string', description: `A line of text, at most ${MAX_TEXT_CHARACTERS} characters.` },
  font: { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] },
  color: TEXT_COLOUR.schema,
  size: TEXT_SIZE.schema,
}

/**
 * What is wrong with a source that was read field by field, as the end of a sentence; null when nothing is.
 * @param takesParts whether bytes can come with the call
 */
export function judgeSource(source: OverlaySource, takesParts: boolean): string | null {
  const { url, part, text, font, color, size } = source
  if (part !== undefined && !takesParts) return 'bytes cannot be given here'
  if ([url, part, text].filter((given) => given !== undefined).length !== 1) {
    return 'exactly one of "url" and "text" must be given'
  }
  const isStyled = font !== undefined || color !== undefined || size !== undefined
  return text === undefined && isStyled ? '"font", "color" and "size" belong to "text"' : null
}

/** Where the pixels of an overlay come from. Its defaults are resolved here, so that they are part of no other key. */
export function sourceOfOverlay({ url, part, text, font, color, size }: OverlaySource): SourceRef {
  if (url !== undefined) return { kind: 'remote', url, etag: null }
  if (part !== undefined) return { kind: 'part', sha256: part }
  const colour = parseColour(color ?? DEFAULT_TEXT.color)
  if (text === undefined || colour === null) throw new Error('An overlay that was not parsed has no source')
  return {
    ...{ kind: 'text', text, fontUrl: font?.url ?? null },
    ...{ sizePx: size ?? DEFAULT_TEXT.size, colour },
  }
}
