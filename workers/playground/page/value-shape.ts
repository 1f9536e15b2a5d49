import type { JsonSchema, ValueType } from '@tintype/core'

/** What an option's schema lets somebody choose with: several of these where it takes several kinds of value. */
export interface ValueShape {
  /** `usual` is what a slider offers; a field takes all. */
  readonly number: { readonly usual: readonly [number, number]; readonly step: number } | null
  /** Words, and numbers of which there are few. */
  readonly choices: readonly string[]
  readonly isPoint: boolean
  readonly isColour: boolean
  /** Takes values that none of these can make. */
  readonly isText: boolean
}

const NOTHING: ValueShape = { number: null, choices: [], isPoint: false, isColour: false, isText: false }

const join = (one: ValueShape, other: ValueShape): ValueShape => ({
  number: one.number ?? other.number,
  choices: [...one.choices, ...other.choices],
  isPoint: one.isPoint || other.isPoint,
  isColour: one.isColour || other.isColour,
  isText: one.isText || other.isText,
})

/** Sliders have some two hundred steps: finer ones cannot be hit. */
function stepOf(isWhole: boolean, [least, most]: readonly [number, number]): number {
  if (isWhole) return 1
  return most - least > 20 ? 0.5 : most - least > 5 ? 0.1 : 0.05
}

function shapeOfSchema(schema: JsonSchema, usual: readonly [number, number] | null): ValueShape {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((each) => shapeOfSchema(each, usual)).reduce(join, NOTHING)
  }
  if (schema.enum !== undefined) return { ...NOTHING, choices: schema.enum.map(String) }
  switch (schema.type) {
    case 'boolean':
      return { ...NOTHING, choices: ['true', 'false'] }
    case 'string':
      return schema.format === 'color' ? { ...NOTHING, isColour: true } : { ...NOTHING, isText: true }
    case 'object': {
      const isPoint = schema.properties?.x !== undefined && schema.properties?.y !== undefined
      return isPoint ? { ...NOTHING, isPoint } : { ...NOTHING, isText: true }
    }
    case 'integer':
    case 'number': {
      const { minimum, maximum } = schema
      const range = usual ?? (minimum !== undefined && maximum !== undefined ? [minimum, maximum] : null)
      if (range === null) return { ...NOTHING, isText: true }
      return { ...NOTHING, number: { usual: range, step: stepOf(schema.type === 'integer', range) } }
    }
    default:
      return { ...NOTHING, isText: true }
  }
}

/** @param usual the row's usual range of numbers */
export const shapeOf = (type: ValueType<unknown>, usual: readonly [number, number] | undefined): ValueShape =>
  shapeOfSchema(type.schema, usual ?? null)
