import * as z from 'zod'
import { ApiError } from './errors.ts'

/** How a picture fills its box. Rule: docs/parity.md#formats-and-geometry. Predefined variants offer these five. */
export const VARIANT_FITS = ['scale-down', 'contain', 'cover', 'crop', 'pad'] as const
export type Fit = (typeof VARIANT_FITS)[number]
export const METADATA_POLICIES = ['keep', 'copyright', 'none'] as const

const SIDE_PX = z.int().min(1).max(9999)

/**
 * What a variant may fix. The row is the single source of truth for validation and types.
 * Evidence: docs/parity.md#variants.
 */
export const VARIANT_OPTIONS = {
  fit: z.enum(VARIANT_FITS),
  /** Target width, px; absent leaves the side free. */
  width: SIDE_PX,
  /** Target height, px; absent leaves the side free. */
  height: SIDE_PX,
  metadata: z.enum(METADATA_POLICIES),
  /** `max-age` of public responses, seconds; overrides the account's. */
  browser_ttl: z.int().min(3600).max(31_536_000),
} as const satisfies Record<string, z.ZodType>

export type VariantOptions = {
  readonly fit: Fit
  readonly metadata: (typeof METADATA_POLICIES)[number]
  readonly width?: number
  readonly height?: number
  readonly browser_ttl?: number
}

/** A named recipe of an account. */
export interface Variant {
  readonly id: string
  readonly options: VariantOptions
  /** True lets this variant of a private image be fetched without a signature. */
  readonly neverRequireSignedURLs: boolean
}

/** Options of the transform engine's vocabulary that are not built yet: dropping one silently could unblur a preview. */
const LATER_OPTIONS: ReadonlySet<string> = new Set([
  ...[
    'anim',
    'background',
    'blur',
    'border',
    'brightness',
    'compression',
    'contrast',
    'dpr',
    'draw',
    'flip',
    'format',
  ],
  ...['gamma', 'gravity', 'quality', 'rotate', 'saturation', 'segment', 'sharpen', 'trim', 'upscale', 'zoom'],
])
const DEFAULT_OPTIONS: VariantOptions = { fit: 'scale-down', metadata: 'none' }
const VARIANT_NAME = /^[A-Za-z0-9]{1,99}$/

/** Every account has it from the start; a delete leaves it standing. */
export const PUBLIC_VARIANT: Variant = {
  id: 'public',
  options: { fit: 'scale-down', metadata: 'none', width: 1366, height: 768 },
  neverRequireSignedURLs: false,
}
export const MAX_VARIANTS = 100

/** @throws ApiError `badRequest` unless `name` is 1–99 ASCII letters and digits */
export function parseVariantName(name: unknown): string {
  if (typeof name === 'string' && VARIANT_NAME.test(name)) return name
  throw new ApiError('badRequest', 'the variant "id" must be 1 to 99 letters and digits')
}

/** The given options, checked one by one, with unknown names ignored. */
function parseGivenOptions(given: unknown): Partial<VariantOptions> {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given))
    throw new ApiError('badRequest', '"options" must be an object')
  const known: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (LATER_OPTIONS.has(name)) throw new ApiError('badRequest', `the option "${name}" is not supported yet`)
    const schema = Object.hasOwn(VARIANT_OPTIONS, name)
      ? VARIANT_OPTIONS[name as keyof typeof VARIANT_OPTIONS]
      : undefined
    if (schema === undefined || value === undefined || value === null) continue
    const parsed = schema.safeParse(value)
    if (!parsed.success) throw new ApiError('badRequest', `the option "${name}" has an invalid value`)
    known[name] = parsed.data
  }
  return known
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
