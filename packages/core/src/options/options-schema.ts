import { OPTION_NAMES, type Surface, typeOn } from './option-table.ts'
import type { JsonSchema } from './value-type.ts'

/** JSON Schema of the options that a surface takes. Unknown names are allowed, because they are ignored. */
export const optionsSchema = (surface: Surface): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    OPTION_NAMES.flatMap((name) => {
      const type = typeOn(name, surface)
      return type === null ? [] : [[name, type.schema]]
    }),
  ),
})
