import { ApiError } from '../errors.ts'
import { COMPOSITES, type Composite } from '../program/program.ts'
import type { OptionsOf } from './option-table.ts'
import { judgeSource, type OverlaySource, SOURCE_FIELDS, SOURCE_SCHEMA } from './overlay-source.ts'
import {
  decimal,
  flag,
  type JsonSchema,
  oneOf,
  Refused,
  UNREADABLE,
  type ValueType,
  word,
} from './value-type.ts'

/** Pictures that can be drawn onto another one. Each holds memory from its first byte on. */
export const MAX_OVERLAYS = 15

/** How an overlay lies on the picture below it. */
export interface OverlayLayout {
  /** Offsets from the edges, px, at most one of each pair; an axis without one is centred. */
  readonly top?: number
  readonly bottom?: number
  readonly left?: number
  readonly right?: number
  /** 0–1; absent: 1 */
  readonly opacity?: number
  /** Cover the picture with it (`true`), or draw a row or a column of it; absent: draw it once. */
  readonly repeat?: boolean | 'x' | 'y'
  /** Absent: `over` */
  readonly composite?: Composite
}

/**
 * One entry of `draw`: where its pixels come from, how they lie, and the transform options that they go through before.
 * `width` and `height` are px from 1 on, and below 1 fractions of the picture that is drawn onto.
 */
export interface DrawEntry extends OverlaySource, OverlayLayout, OptionsOf<'overlay'> {}

const OFFSET = decimal(-12_000, 12_000)
const LAYOUT: { readonly [Key in keyof OverlayLayout]-?: ValueType<NonNullable<OverlayLayout[Key]>> } = {
  ...{ top: OFFSET, bottom: OFFSET, left: OFFSET, right: OFFSET },
  opacity: decimal(0, 1),
  repeat: oneOf(flag(), word('x', 'y')),
  composite: word(...COMPOSITES),
}

/** What `draw` needs of the table that it stands in. */
export interface OverlayOptions {
  /** @throws ApiError naming the option */
  parse(given: Readonly<Record<string, unknown>>): OptionsOf<'overlay'>
  schema(): JsonSchema
}

export interface DrawTerms {
  /** Whether an entry may be bytes that came with the call. */
  readonly takesParts: boolean
  readonly own: OverlayOptions
}

/** Refused, saying where in the list and why. */
const refuse = (index: number, detail: string): Refused =>
  new Refused('out-of-range', `entry ${index + 1}: ${detail}`)

const PAIRS = [
  ['top', 'bottom'],
  ['left', 'right'],
] as const satisfies readonly (readonly (keyof OverlayLayout)[])[]

function readEntry(given: unknown, index: number, { takesParts, own }: DrawTerms): DrawEntry | Refused {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse(index, 'it must be an object')
  }
  const entry: Record<string, unknown> = {}
  const others: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue
    const read = Object.hasOwn(SOURCE_FIELDS, key)
      ? SOURCE_FIELDS[key as keyof OverlaySource]
      : Object.hasOwn(LAYOUT, key)
        ? LAYOUT[key as keyof OverlayLayout].fromValue
        : null
    if (read === null) {
      others[key] = value
      continue
    }
    const taken = read(value)
    if (taken instanceof Refused) return refuse(index, `"${key}" has an invalid value`)
    entry[key] = taken
  }
  for (const [one, other] of PAIRS) {
    if (entry[one] !== undefined && entry[other] !== undefined) {
      return refuse(index, `"${one}" and "${other}" cannot both be given`)
    }
  }
  const fault = judgeSource(entry as OverlaySource, takesParts)
  if (fault !== null) return refuse(index, fault)
  try {
    return { ...entry, ...own.parse(others) }
  } catch (error) {
    if (error instanceof ApiError) return refuse(index, error.detail ?? error.message)
    throw error
  }
}

/**
 * What is drawn onto a picture, in order: objects with a `url` or a `text`, their place, and transform options of their
 * own. The text form is JSON.
 * Rule: docs/parity.md#draw.
 */
export function draw(terms: DrawTerms): ValueType<readonly DrawEntry[]> {
  const fromValue = (value: unknown): readonly DrawEntry[] | Refused => {
    if (!Array.isArray(value)) return UNREADABLE
    if (value.length > MAX_OVERLAYS) {
      return new Refused('out-of-range', `at most ${MAX_OVERLAYS} pictures can be drawn onto another`)
    }
    const entries: DrawEntry[] = []
    for (const [index, given] of value.entries()) {
      const entry = readEntry(given, index, terms)
      if (entry instanceof Refused) return entry
      entries.push(entry)
    }
    return entries
  }
  return {
    fromValue,
    fromText(text) {
      try {
        return fromValue(JSON.parse(text))
      } catch {
        return UNREADABLE
      }
    },
    toText: (entries) => JSON.stringify(entries),
    expects: `a list of at most ${MAX_OVERLAYS} objects, each with a "url" or a "text"`,
    get schema() {
      return drawSchema(terms.own)
    },
  }
}

function drawSchema(own: OverlayOptions): JsonSchema {
  const layout = Object.entries(LAYOUT).map(([key, type]) => [key, type.schema] as const)
  const { properties } = own.schema()
  return {
    type: 'array',
    maxItems: MAX_OVERLAYS,
    items: {
      type: 'object',
      properties: { ...SOURCE_SCHEMA, ...Object.fromEntries(layout), ...properties },
    },
  }
}
