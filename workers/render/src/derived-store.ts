import type { ResultMeta } from '@tintype/core'

/** How long a derived result is kept. Rule: docs/parity.md, limits. */
const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000

/** R2 takes 8 KiB of metadata; other hosts say some of it, and what they say too much is made anew each time. */
const MAX_META_CHARACTERS = 6000

/** What is stored of a result besides its bytes; its epoch is in its key. */
export type DerivedMeta = Pick<ResultMeta, 'format' | 'width' | 'height' | 'warnings' | 'remote'>

export interface DerivedResult {
  readonly body: ReadableStream<Uint8Array>
  readonly sizeBytes: number
  readonly meta: DerivedMeta
}

/** Results that were computed before (L2), by key. */
export interface DerivedStore {
  /** null when there is none, or it has expired. */
  get(key: string, now: number): Promise<DerivedResult | null>
  put(key: string, bytes: Uint8Array, meta: DerivedMeta, now: number): Promise<void>
}

/** Derived results as R2 objects. Expiry is in their metadata, since a bucket's lifecycle rule is not ours to rely on. */
export function r2DerivedStore(bucket: R2Bucket): DerivedStore {
  return {
    async get(key, now) {
      const object = await bucket.get(key)
      if (object === null) return null
      const { expiresAt, meta } = object.customMetadata ?? {}
      if (Number(expiresAt) > now && meta !== undefined) {
        return { body: object.body, sizeBytes: object.size, meta: JSON.parse(meta) as DerivedMeta }
      }
      await object.body.cancel()
      return null
    },
    async put(key, bytes, { format, width, height, warnings, remote }, now) {
      const told = { format, width, height, warnings, ...(remote === undefined ? {} : { remote }) }
      const meta = JSON.stringify(told satisfies DerivedMeta)
      if (meta.length > MAX_META_CHARACTERS) return
      await bucket.put(key, bytes, { customMetadata: { expiresAt: String(now + LIFETIME_MS), meta } })
    },
  }
}
