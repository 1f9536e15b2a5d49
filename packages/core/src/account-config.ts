import type { AccountSettings } from './edge-document.ts'
import { ApiError } from './errors.ts'
import { OPTIONS } from './options/option-table.ts'
import { Refused } from './options/value-type.ts'

/** An account's settings, as its owner sees them. Rule: docs/parity.md#account-settings. */
export interface AccountConfig {
  readonly flexible_variants: boolean
  /** Seconds. */
  readonly browser_ttl: number
}

export const presentConfig = ({ flexibleVariants, browserTtlSeconds }: AccountSettings): AccountConfig => ({
  flexible_variants: flexibleVariants,
  browser_ttl: browserTtlSeconds,
})

/**
 * The settings that a body changes; what is absent or null stays. Names that nobody knows are ignored.
 * @throws ApiError `badRequest` naming the field
 */
export function parseConfigChange(body: Readonly<Record<string, unknown>>): Partial<AccountSettings> {
  const { flexible_variants: flexible, browser_ttl: ttl, preserve_content_credentials: credentials } = body
  if (credentials === true) {
    throw new ApiError('badRequest', '"preserve_content_credentials" is not supported yet')
  }
  return {
    ...(isAbsent(flexible) ? {} : { flexibleVariants: parseFlag(flexible) }),
    ...(isAbsent(ttl) ? {} : { browserTtlSeconds: parseTtl(ttl) }),
  }
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null

function parseFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new ApiError('badRequest', '"flexible_variants" must be true or false')
}

function parseTtl(value: unknown): number {
  const { type } = OPTIONS.browser_ttl
  const seconds = type.fromValue(value)
  if (!(seconds instanceof Refused)) return seconds
  throw new ApiError('badRequest', `"browser_ttl" must be ${type.expects}`)
}
