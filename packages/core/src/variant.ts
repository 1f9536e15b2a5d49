import { ApiError } from './errors.ts'
import type { OptionsOf } from './options/option-table.ts'
import { parseOptions } from './options/parse-options.ts'

/** What a variant fixes; `fit` and `metadata` are always said. Rule: docs/parity.md#variants. */
export type VariantOptions = OptionsOf<'variant'> & Required<Pick<OptionsOf<'variant'>, 'fit' | 'metadata'>>

/** A named set of options of an account. */
export interface Variant {
  readonly id: string
  readonly options: VariantOptions
  /** True lets this variant of a private image be fetched without a signature. */
  readonly neverRequireSignedURLs: boolean
}

const DEFAULT_OPTIONS: VariantOptions = { fit: 'scale-down', metadata: 'none' }
/** Without a `=`, which makes an option list of a URL's last segment, and without a comma, which parts tags. */
const VARIANT_NAME = /^[A-Za-z0-9_-]{1,99}$/

/** Every account has it from the start; a delete leaves it standing. */
export const PUBLIC_VARIANT: Variant = {
  id: 'public',
  options: { fit: 'scale-down', metadata: 'none', width: 1366, height: 768 },
  neverRequireSignedURLs: false,
}
export const MAX_VARIANTS = 100

/** @throws ApiError `badRequest` unless `name` is 1–99 ASCII letters, digits, `-` and `_` */
export function parseVariantName(name: unknown): string {
  if (typeof name === 'string' && VARIANT_NAME.test(name)) return name
  throw new ApiError('badRequest', 'the variant "id" must be 1 to 99 letters, digits, "-" and "_"')
}

/** The given options, checked one by one, with unknown names ignored. */
function parseGivenOptions(given: unknown): OptionsOf<'variant'> {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given))
    throw new ApiError('badRequest', '"options" must be an object')
  return parseOptions('variant', given as Readonly<Record<string, unknown>>)
}

function parseNeverRequire(value: unknown, otherwise: boolean): boolean {
  if (value === undefined || value === null) return otherwise
  if (typeof value === 'boolean') return value
  throw new ApiError('badRequest', '"neverRequireSignedURLs" must be true or false')
}

/** A variant from a request body. @throws ApiError `badRequest` naming the field */
export function parseVariant(body: Readonly<Record<string, unknown>>): Variant {
  return {
    id: parseVariantName(body.id),
    options: { ...DEFAULT_OPTIONS, ...parseGivenOptions(body.options) },
    neverRequireSignedURLs: parseNeverRequire(body.neverRequireSignedURLs, false),
  }
}

/** `variant` with the given fields merged in. @throws ApiError `badRequest` naming the field */
export function patchVariant(variant: Variant, body: Readonly<Record<string, unknown>>): Variant {
  return {
    id: variant.id,
    options: { ...variant.options, ...parseGivenOptions(body.options) },
    neverRequireSignedURLs: parseNeverRequire(body.neverRequireSignedURLs, variant.neverRequireSignedURLs),
  }
}
