import type { PurgeLog } from './purge.ts'
import type { ZoneSettings } from './remote/zone-settings.ts'
import type { SigningKey } from './signature.ts'
import type { Variant } from './variant.ts'

/** Account-wide choices that delivery follows. */
export interface AccountSettings {
  /** `max-age` of public responses, seconds; a variant's own `browser_ttl` overrides it. */
  readonly browserTtlSeconds: number
  readonly flexibleVariants: boolean
  /** `off`: nothing is stored any more; what is there is kept, and delivered. Absent: `on`. */
  readonly storage?: 'on' | 'off'
}

export const DEFAULT_SETTINGS: AccountSettings = { browserTtlSeconds: 172_800, flexibleVariants: false }

/** The zone of an account: its hosts, and what it lets be transformed. Each account has one. */
export interface Zone extends ZoneSettings {
  readonly zoneId: string
}

/**
 * All that delivery needs to know of an account, in one value small enough to be read everywhere.
 * Image purges are not in it: they live in 256 documents of their own, one per bucket.
 */
export interface EdgeDocument {
  /** Rises by one with every change; a writer never replaces a newer document with an older one. */
  readonly version: number
  readonly accountId: string
  readonly accountHash: string
  readonly variants: Readonly<Record<string, Variant>>
  readonly signingKeys: readonly SigningKey[]
  readonly settings: AccountSettings
  /** Absent in documents from before there were any settings of zones. */
  readonly zone?: Zone
  readonly purgeClock: number
  readonly purgeLog: PurgeLog
}

/** Image purges of one bucket, under the same clock. */
export interface BucketPurges {
  readonly purgeClock: number
  readonly purgeLog: PurgeLog
}
