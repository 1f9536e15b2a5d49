import { ENGINE_EPOCH } from '@tintype/core'
import { derivedPrefix } from './keys.ts'

/** Remove an original and what was derived from it. Results of older engine epochs are never read again, and go by the bucket's lifecycle rule (docs/deploy.md). */
export async function removeBlob(bucket: R2Bucket, blobKey: string): Promise<void> {
  await bucket.delete(blobKey)
  for (;;) {
    const { objects, truncated } = await bucket.list({
      prefix: derivedPrefix(ENGINE_EPOCH, blobKey),
      limit: 1000,
    })
    if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key))
    if (!truncated) return
  }
}
