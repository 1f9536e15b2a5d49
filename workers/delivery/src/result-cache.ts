import { type Access, type FormatClass, formatHex, type OutputFormat } from '@tintype/core'

/** What must be known of a stored result besides its bytes: who may have it, how long it is right, how it is named. */
export interface ResultFacts {
  readonly etag: string
  readonly format: OutputFormat
  readonly sizeBytes: number
  /** Of the engine that made it. */
  readonly epoch: number
  readonly access: Access
  /** Tags that only the image's head knows; a purge of one of them ends the result. */
  readonly userTags: readonly string[]
  /** Purge clock that was known before the head was read. */
  readonly readAtClock: number
  /** What was given up, in whole phrases. */
  readonly warnings: readonly string[]
}

/** Everything that makes results differ. The full id is in it, so no id finds what another one stored. */
export interface ResultKey {
  readonly accountHash: string
  readonly imageId: string
  readonly recipeHash: string
  readonly formatClass: FormatClass
}

/** Finished results near the client (L1). Losing one costs time, never correctness. */
export interface ResultCache {
  get(
    key: ResultKey,
  ): Promise<{ readonly facts: ResultFacts; readonly body: ReadableStream<Uint8Array> } | null>
  put(key: ResultKey, facts: ResultFacts, bytes: Uint8Array): Promise<void>
}

/** The most that a result may be old; purge log entries outlive it. */
const MAX_AGE_SECONDS = 86_400
const FACTS_HEADER = 'x-tintype-facts'
/** Changes with the shape of {@link ResultFacts}: this Worker alone writes entries, so what it finds has its own shape. */
const ENTRY_VERSION = 'v2'
/** A name that no zone can have, so that no request from outside can ask for what is stored under it. */
const ORIGIN = 'https://results.tintype.internal'

/** Ids may have thousands of characters and any of Unicode: they go by their hash. */
async function formatCacheUrl({ accountHash, imageId, recipeHash, formatClass }: ResultKey): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(imageId))
  const id = formatHex(new Uint8Array(digest))
  return `${ORIGIN}/${ENTRY_VERSION}/${accountHash}/${id}/${recipeHash}/${formatClass}`
}

/** Header values are bytes; tags and warnings may be any text. */
const formatFacts = (facts: ResultFacts): string => encodeURIComponent(JSON.stringify(facts))

function parseFacts(header: string | null): ResultFacts | null {
  if (header === null) return null
  try {
    return JSON.parse(decodeURIComponent(header)) as ResultFacts
  } catch {
    return null // as good as no entry
  }
}

/** Results in the Cache API of the data centre. On a `workers.dev` host it keeps nothing, and every request is a miss. */
export function cacheApiResults(cache: Cache): ResultCache {
  return {
    async get(key) {
      const response = await cache.match(await formatCacheUrl(key)).catch((error: unknown) => {
        console.error(error) // a cache that fails is a cache that has nothing
        return undefined
      })
      if (response === undefined || response.body === null) return null
      const facts = parseFacts(response.headers.get(FACTS_HEADER))
      if (facts !== null) return { facts, body: response.body }
      await response.body.cancel()
      return null
    },
    async put(key, facts, bytes) {
      const headers = {
        'cache-control': `public, max-age=${MAX_AGE_SECONDS}`,
        'content-length': String(bytes.length),
        [FACTS_HEADER]: formatFacts(facts),
      }
      await cache.put(await formatCacheUrl(key), new Response(bytes, { headers }))
    },
  }
}
