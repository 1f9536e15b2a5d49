import type { Gravity } from '../gravity.ts'
import { decimal, type JsonSchema, OUT_OF_RANGE, Refused, UNREADABLE, type ValueType } from './value-type.ts'

type Point = Exclude<Gravity, string>

const FRACTION = decimal(0, 1)
const MODES: readonly unknown[] = ['remainder', 'box-center']
const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    x: FRACTION.schema,
    y: FRACTION.schema,
    mode: { type: 'string', enum: ['remainder', 'box-center'] },
  },
  required: ['x', 'y'],
}

/**
 * A point of a picture, in fractions of its sides. Text is `XxY`; only the object form has a mode.
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function point(): ValueType<Point> {
  const both = (x: number | Refused, y: number | Refused): Point | Refused => {
    if (x === UNREADABLE || y === UNREADABLE) return UNREADABLE
    return x instanceof Refused || y instanceof Refused ? OUT_OF_RANGE : { x, y }
  }
  return {
    fromText(text) {
      const [x = '', y = '', ...rest] = text.split('x')
      return rest.length > 0 ? UNREADABLE : both(FRACTION.fromText(x), FRACTION.fromText(y))
    },
    fromValue(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return UNREADABLE
      const { x, y, mode } = value as Readonly<Record<string, unknown>>
      if (mode !== undefined && !MODES.includes(mode)) return UNREADABLE
      const found = both(FRACTION.fromValue(x), FRACTION.fromValue(y))
      if (found instanceof Refused || mode !== 'box-center') return found
      return { ...found, mode }
    },
    toText: ({ x, y }) => `${x}x${y}`,
    expects: 'a point such as 0.5x0.5, or {x, y} with fractions from 0 to 1',
    schema: SCHEMA,
  }
}
