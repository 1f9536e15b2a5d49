import type { ImageHead, ImageHeads } from '@tintype/core'
import { headKey } from './keys.ts'

/** Heads as small JSON objects in R2, which reads its own writes everywhere. */
export function r2ImageHeads(bucket: R2Bucket): ImageHeads {
  return {
    async get(accountId, imageId) {
      const object = await bucket.get(await headKey(accountId, imageId))
      return object === null ? null : await object.json<ImageHead>()
    },
    async put(accountId, head) {
      await bucket.put(await headKey(accountId, head.id), JSON.stringify(head), {
        httpMetadata: { contentType: 'application/json' },
      })
    },
    async remove(accountId, imageId) {
      await bucket.delete(await headKey(accountId, imageId))
    },
  }
}
