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
 * A point of a picture, in fractions of its sides. Text is `XxY`, or `XxYxbox-center`, which is ours.
 * Rule: docs/parity.md#formats-and-geometry.
 */
export function point(): ValueType<Point> {
  const both = (x: number | Refused, y: number | Refused): Point | Refused => {
    if (x === UNREADABLE || y === UNREADABLE) return UNREADABLE
    return x instanceof Refused || y instanceof Refused ? OUT_OF_RANGE : { x, y }
  }
  return {
    fromText(text) {
      const [, spot = text, mode] = /^(.*)x(box-center)$/s.exec(text) ?? []
      const [x = '', y = '', ...rest] = spot.split('x')
      const found = rest.length > 0 ? UNREADABLE : both(FRACTION.fromText(x), FRACTION.fromText(y))
      return mode === undefined || found instanceof Refused ? found : { ...found, mode: 'box-center' }
    },
    fromValue(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return UNREADABLE
      const { x, y, mode } = value as Readonly<Record<string, unknown>>
      if (mode !== undefined && !MODES.includes(mode)) return UNREADABLE
      const found = both(FRACTION.fromValue(x), FRACTION.fromValue(y))
      if (found instanceof Refused || mode !== 'box-center') return found
      return { ...found, mode }
    },
    toText: ({ x, y, mode }) => `${x}x${y}${mode === 'box-center' ? 'xbox-center' : ''}`,
    expects: 'a point such as 0.5x0.5, or {x, y} with fractions from 0 to 1',
    schema: SCHEMA,
  }
}
