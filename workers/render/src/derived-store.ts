/** How long a derived result is kept. Rule: design of storage, L2. */
const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000

export interface DerivedResult {
  readonly body: ReadableStream<Uint8Array> | Uint8Array
  readonly sizeBytes: number
  readonly mime: string
  /** Text for a `warning` header; null when nothing was given up. */
  readonly warning: string | null
}

/** Results that were computed before (L2), by key. */
export interface DerivedStore {
  /** null when there is none, or it has expired. */
  get(key: string, now: number): Promise<DerivedResult | null>
  put(
    key: string,
    bytes: Uint8Array,
    result: Omit<DerivedResult, 'body' | 'sizeBytes'>,
    now: number,
  ): Promise<void>
}

/** Derived results as R2 objects. Expiry is in their metadata, since a bucket's lifecycle rule is not ours to rely on. */
export function r2DerivedStore(bucket: R2Bucket): DerivedStore {
  return {
    async get(key, now) {
      const object = await bucket.get(key)
      if (object === null) return null
      const { expiresAt, warning } = object.customMetadata ?? {}
      if (!(Number(expiresAt) > now)) {
        await object.body.cancel()
        return null
      }
      return {
        body: object.body,
        sizeBytes: object.size,
        mime: object.httpMetadata?.contentType ?? 'application/octet-stream',
        warning: warning ?? null,
      }
    },
    async put(key, bytes, { mime, warning }, now) {
      await bucket.put(key, bytes, {
        httpMetadata: { contentType: mime },
        customMetadata: {
          expiresAt: String(now + LIFETIME_MS),
          ...(warning === null ? {} : { warning }),
        },
      })
    },
  }
}
