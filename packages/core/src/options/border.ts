import { colour } from './colour.ts'
import { type JsonSchema, OUT_OF_RANGE, Refused, UNREADABLE, type ValueType, whole } from './value-type.ts'

/** A frame: its colour, and how wide it is on each side, CSS px. */
export interface BorderValue {
  readonly color: string
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

const SIDES = ['top', 'right', 'bottom', 'left'] as const
const COLOUR = colour()
const WIDTH = whole(0, 12_000)
const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    color: COLOUR.schema,
    ...Object.fromEntries(['width', ...SIDES].map((name) => [name, WIDTH.schema])),
  },
  required: ['color'],
}

/**
 * `{color, width}`, or `{color, top, right, bottom, left}` of which sides may be absent; a side beside `width` wins over it.
 * Kept with four sides. Text, which no surface takes, is `color;top;right;bottom;left`, or `color;width`.
 * Rule: docs/parity.md#options.
 */
export function border(): ValueType<BorderValue> {
  const build = (color: string | Refused, widths: readonly (number | Refused)[]): BorderValue | Refused => {
    const given = [color, ...widths]
    if (given.includes(UNREADABLE)) return UNREADABLE
    if (given.some((value) => value instanceof Refused)) return OUT_OF_RANGE
    const [top, right, bottom, left] = widths as [number, number, number, number]
    return { color: color as string, top, right, bottom, left }
  }
  return {
    fromText(text) {
      const [color = '', ...widths] = text.split(';', 6)
      const sides = widths.length === 1 ? Array.from(SIDES, () => widths[0] as string) : widths
      if (sides.length !== SIDES.length) return UNREADABLE
      return build(
        COLOUR.fromText(color),
        sides.map((side) => WIDTH.fromText(side)),
      )
    },
    fromValue(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return UNREADABLE
      const given = value as Readonly<Record<string, unknown>>
      return build(
        COLOUR.fromValue(given.color),
        SIDES.map((side) => WIDTH.fromValue(given[side] ?? given.width ?? 0)),
      )
    },
    toText: ({ color, top, right, bottom, left }) => [color, top, right, bottom, left].join(';'),
    expects: 'an object {color, width} or {color, top, right, bottom, left} with whole px from 0 to 12000',
    schema: SCHEMA,
  }
}
