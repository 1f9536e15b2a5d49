import type { BlobStore } from '@tintype/core'

/** R2 takes multipart parts of 5 MiB or more, the last one excepted; this is also the most an upload holds in memory. */
export const PART_BYTES = 5 * 1024 * 1024

/** A part begins small: most pictures are, and a slow client shall not hold memory for what it has not sent. */
const FIRST_BYTES = 256 * 1024

function grow(part: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(2 * part.length, PART_BYTES))
  larger.set(part)
  return larger
}

/** Full parts, then the rest (perhaps empty); each buffer is the reader's to keep. */
async function* readParts(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ bytes: Uint8Array; isLast: boolean }> {
  let part = new Uint8Array(FIRST_BYTES)
  let used = 0
  for await (const chunk of body) {
    let rest = chunk
    while (rest.length > 0) {
      if (used === PART_BYTES) {
        yield { bytes: part, isLast: false }
        part = new Uint8Array(FIRST_BYTES)
        used = 0
      }
      if (used === part.length) part = grow(part)
      const taken = rest.subarray(0, part.length - used)
      part.set(taken, used)
      used += taken.length
      rest = rest.subarray(taken.length)
    }
  }
  yield { bytes: part.subarray(0, used), isLast: true }
}

/** Blobs as R2 objects, under the keys they are given. */
export function r2BlobStore(bucket: R2Bucket): BlobStore {
  const createOnce = async (key: string, bytes: Uint8Array) =>
    // `etagDoesNotMatch: '*'` makes the put conditional on the key being free; R2 answers null when it was not.
    (await bucket.put(key, bytes, { onlyIf: { etagDoesNotMatch: '*' } })) === null ? null : bytes.length

  return {
    async head(key) {
      const object = await bucket.head(key)
      return object === null ? null : { key, sizeBytes: object.size }
    },
    async get(key, range) {
      const object = await bucket.get(key, range === undefined ? {} : { range })
      return object === null ? null : { info: { key, sizeBytes: object.size }, body: object.body }
    },
    async create(key, body) {
      if ((await bucket.head(key)) !== null) {
        await body.cancel()
        return 'exists'
      }
      let upload: R2MultipartUpload | null = null
      const parts: R2UploadedPart[] = []
      let sizeBytes = 0
      try {
        for await (const { bytes, isLast } of readParts(body)) {
          if (isLast && upload === null) {
            const stored = await createOnce(key, bytes)
            return stored === null ? 'exists' : { key, sizeBytes: stored }
          }
          upload ??= await bucket.createMultipartUpload(key)
          if (bytes.length > 0) parts.push(await upload.uploadPart(parts.length + 1, bytes))
          sizeBytes += bytes.length
        }
        await (upload as R2MultipartUpload).complete(parts)
        return { key, sizeBytes }
      } catch (error) {
        // Parts that stay go by R2's own rule after a week; the caller must hear what failed first.
        await upload?.abort().catch((failure) => console.error('a multipart upload was not aborted', failure))
        throw error
      }
    },
    async remove(keys) {
      if (keys.length > 0) await bucket.delete([...keys])
    },
    async list({ prefix, limit, cursor }) {
      const page = await bucket.list({ prefix, limit, ...(cursor === undefined ? {} : { cursor }) })
      const items = page.objects.map(({ key, size }) => ({ key, sizeBytes: size }))
      return page.truncated ? { items, cursor: page.cursor } : { items }
    },
  }
}
