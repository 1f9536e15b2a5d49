import type {
  BlobStore,
  BucketPurges,
  EdgeDocument,
  EdgeDocuments,
  ImageHead,
  ImageHeads,
} from '@tintype/core'

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes.slice())
      controller.close()
    },
  })

async function readAll(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** Blobs in a Map, for tests of what stands on the port. */
export function memoryBlobStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>()
  const infoOf = (key: string, bytes: Uint8Array) => ({ key, sizeBytes: bytes.length })
  return {
    async head(key) {
      const bytes = blobs.get(key)
      return bytes === undefined ? null : infoOf(key, bytes)
    },
    async get(key, range) {
      const bytes = blobs.get(key)
      if (bytes === undefined) return null
      const wanted = range === undefined ? bytes : bytes.subarray(range.offset, range.offset + range.length)
      return { info: infoOf(key, bytes), body: streamOf(wanted) }
    },
    async create(key, body) {
      if (blobs.has(key)) {
        await body.cancel()
        return 'exists'
      }
      const bytes = await readAll(body)
      blobs.set(key, bytes)
      return infoOf(key, bytes)
    },
    async remove(keys) {
      for (const key of keys) blobs.delete(key)
    },
    async list({ prefix, limit, cursor }) {
      const keys = [...blobs.keys()].filter((key) => key.startsWith(prefix) && key > (cursor ?? '')).sort()
      const items = keys.slice(0, limit).map((key) => infoOf(key, blobs.get(key) as Uint8Array))
      return keys.length > limit ? { items, cursor: (items.at(-1) as { key: string }).key } : { items }
    },
  }
}

/** Heads in a Map. */
export function memoryImageHeads(): ImageHeads {
  const heads = new Map<string, ImageHead>()
  const keyOf = (accountId: string, imageId: string) => `${accountId}/${imageId}`
  return {
    get: async (accountId, imageId) => heads.get(keyOf(accountId, imageId)) ?? null,
    put: async (accountId, head) => {
      heads.set(keyOf(accountId, head.id), structuredClone(head))
    },
    remove: async (accountId, imageId) => {
      heads.delete(keyOf(accountId, imageId))
    },
  }
}

/** Edge documents in a Map, never stale. */
export function memoryEdgeDocuments(): EdgeDocuments {
  const documents = new Map<string, EdgeDocument>()
  const purges = new Map<string, BucketPurges>()
  return {
    get: async (accountHash) => documents.get(accountHash) ?? null,
    put: async (document) => {
      documents.set(document.accountHash, structuredClone(document))
    },
    getPurges: async (accountHash, bucket) => purges.get(`${accountHash}/${bucket}`) ?? null,
    putPurges: async (accountHash, bucket, log) => {
      purges.set(`${accountHash}/${bucket}`, structuredClone(log))
    },
  }
}
