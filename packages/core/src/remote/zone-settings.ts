import { ApiError } from '../errors.ts'
import { formatAllowedOrigin, parseAllowedOrigin, parseHostname } from './allowed-origin.ts'
import type { SourcePolicy } from './source-policy.ts'

/** What a zone decides about pictures of other hosts. */
export interface ZoneSettings {
  /** Hosts that are this zone: lower case, punycode, no port. The deployment's default zone also has all that nobody claims. */
  readonly hostnames: readonly string[]
  /** `open`: from every host, whatever `allowedOrigins` says. */
  readonly transformations: 'on' | 'off' | 'open'
  /** As `AllowedOrigin` writes them. */
  readonly allowedOrigins: readonly string[]
  /** Where same-site sources are fetched; null: they are refused. */
  readonly origin: string | null
  /** When a setting was changed last, epoch ms; 0 for never. */
  readonly modifiedAt: number
}

export const DEFAULT_ZONE_SETTINGS: ZoneSettings = {
  hostnames: [],
  transformations: 'on',
  allowedOrigins: [],
  origin: null,
  modifiedAt: 0,
}

/** The settings that can be given anew; absent ones stay. */
export type ZoneChange = Partial<Omit<ZoneSettings, 'modifiedAt'>>

const MAX_ALLOWED_ORIGINS = 100
const MAX_HOSTNAMES = 50
const MODES = ['on', 'off', 'open'] as const

const listOf = (value: unknown, name: string, maximum: number): string[] => {
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value
  if (!Array.isArray(items) || !items.every((item): item is string => typeof item === 'string')) {
    throw new ApiError('badRequest', `"${name}" must be a list of texts`)
  }
  const given = items.filter((item) => item !== '')
  if (given.length > maximum) throw new ApiError('badRequest', `"${name}" takes at most ${maximum} entries`)
  return given
}

/**
 * Allowed origins as a client gives them: text with commas, or a list. `*` among them allows every host.
 * @throws ApiError `badRequest`
 */
export function parseAllowedOrigins(value: unknown): 'any' | string[] {
  const texts = listOf(value, 'allowed_origins', MAX_ALLOWED_ORIGINS)
  if (texts.includes('*')) return 'any'
  const origins = texts.map((text) => {
    const origin = parseAllowedOrigin(text)
    if (origin !== null) return formatAllowedOrigin(origin)
    throw new ApiError('badRequest', 'an allowed origin is a host, or "*." and a host, and perhaps a path')
  })
  return [...new Set(origins)]
}

/** @throws ApiError `badRequest` */
export function parseTransformations(value: unknown): ZoneSettings['transformations'] {
  const mode = MODES.find((candidate) => candidate === value)
  if (mode === undefined) throw new ApiError('badRequest', 'transformations are "on", "off" or "open"')
  return mode
}

/** @throws ApiError `badRequest` */
export function parseHostnames(value: unknown): string[] {
  const names = listOf(value, 'hostnames', MAX_HOSTNAMES).map((text) => {
    const hostname = parseHostname(text)
    if (hostname === null) throw new ApiError('badRequest', '"hostnames" must hold host names without ports')
    return hostname
  })
  return [...new Set(names)]
}

/**
 * Where a zone's own pictures are fetched: scheme, host, and perhaps a port and a path that goes before every path.
 * @throws ApiError `badRequest`
 */
export function parseOrigin(value: unknown): string | null {
  if (value === null || value === '') return null
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.search + url.hash === ''
  if (!isPlain) {
    throw new ApiError('badRequest', '"origin" must be an http or https URL without credentials or query')
  }
  return url.href
}

/** The policy of a request that came to `host` (with its port) of a zone. */
export const sourcePolicyOf = (settings: ZoneSettings, host: string): SourcePolicy => ({
  ownHosts: [...new Set([host, ...settings.hostnames])],
  origin: settings.origin,
  allowed: settings.transformations === 'open' ? 'any' : settings.allowedOrigins,
})
