import { ApiError, type BlobStore, formatHex } from '@tintype/core'
import { partKey } from '@tintype/storage'

/** Most bytes of a picture that comes with a call. Rule: docs/parity.md#limits. */
export const MAX_PART_BYTES = 20_000_000

/** A picture that came with a call, where the render Worker finds it. Whoever stored it removes it. */
export interface StoredPart {
  /** What it is known by: equal bytes have equal results, whoever brings them. */
  readonly sha256: string
  readonly blobKey: string
}

/**
 * Put a picture that comes with a call aside, a piece at a time, so that it can be read more than once and never lies in
 * memory whole.
 * @param random names it
 * @throws ApiError `sourceTooLarge`, `notAnImage` when it is empty, `sourceBroken` when it cannot be read to its end
 */
export async function storePart(
  body: ReadableStream<Uint8Array>,
  blobs: BlobStore,
  random: () => string,
): Promise<StoredPart> {
  const digest = new crypto.DigestStream('SHA-256')
  const hashed = digest.getWriter()
  let sizeBytes = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      sizeBytes += chunk.length
      if (sizeBytes > MAX_PART_BYTES) {
        throw new ApiError('sourceTooLarge', `more than ${MAX_PART_BYTES} bytes`)
      }
      await hashed.write(chunk)
      controller.enqueue(chunk)
    },
  })
  const blobKey = partKey(random())
  try {
    await blobs.create(blobKey, body.pipeThrough(counted))
    await hashed.close()
  } catch (cause) {
    await hashed.abort(cause).catch(() => {})
    digest.digest.catch(() => {})
    if (cause instanceof ApiError) throw cause
    throw new ApiError('sourceBroken', null, { cause })
  }
  if (sizeBytes === 0) {
    await blobs.remove([blobKey])
    throw new ApiError('notAnImage', 'there are no bytes')
  }
  return { sha256: formatHex(new Uint8Array(await digest.digest)), blobKey }
}
