import fc from 'fast-check'
import { OPTION_NAMES, type OptionName, type Options, type Surface, typeOn } from './option-table.ts'
import { type JsonSchema, Refused } from './value-type.ts'

/* For tests only: random options, with values that the rows' own schemas describe. */

/** For what a schema calls a text and says no more of. */
export const TEXTS = [
  'red',
  '#0a0',
  '#12345678',
  'rgb(1,2,3)',
  '320;768',
  '9;5;5',
  'https://example.com/a.png',
  'a',
]

function valuesOf({ anyOf, enum: words, type, ...schema }: JsonSchema): fc.Arbitrary<unknown> {
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(valuesOf))
  if (words !== undefined) return fc.constantFrom(...words)
  const { minimum = 0, maximum = 1000, properties = {}, required = [] } = schema
  switch (type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
    case 'number':
      return fc.oneof(
        fc.double({ min: minimum, max: maximum, noNaN: true }),
        fc.constantFrom(minimum, maximum, Math.min(maximum, Math.max(minimum, 1))),
      )
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, valuesOf(inner)])),
        { requiredKeys: [...required] },
      )
    case 'array':
      return fc.constant([{ url: 'https://example.com/a.png', width: 0.5 }])
    default:
      return fc.constantFrom(...TEXTS)
  }
}

/** Values of an option as a surface takes them, normalised. */
export const takenOf = (name: OptionName, surface: Surface): fc.Arbitrary<unknown> => {
  const type = typeOn(name, surface)
  if (type === null) throw new Error(`${name} is not offered in a ${surface}`)
  return valuesOf(type.schema)
    .map((value) => type.fromValue(value))
    .filter((value) => !(value instanceof Refused))
}
/** Options that a surface takes. */
export const offeredOn = (surface: Surface) => OPTION_NAMES.filter((name) => typeOn(name, surface) !== null)
/** Any of them, in any combination. */
export const optionsOn = (surface: Surface): fc.Arbitrary<Options> =>
  fc.record(Object.fromEntries(offeredOn(surface).map((name) => [name, takenOf(name, surface)])), {
    requiredKeys: [],
  }) as fc.Arbitrary<Options>
