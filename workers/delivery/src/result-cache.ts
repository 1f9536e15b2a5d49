import type { Access, ErrorKind, FormatClass, RemoteMeta, ResultFormat } from '@tintype/core'

/** What is known of the original of a stored result: who may have it, and how long it is right. */
export interface SubjectFacts {
  readonly access: Access
  /** Tags that only the original knows; a purge of one of them ends the result. */
  readonly userTags: readonly string[]
  /** Purge clock that was known before the original was looked at. */
  readonly readAtClock: number
}

export interface PictureFacts extends SubjectFacts {
  readonly kind: 'picture'
  readonly etag: string
  readonly format: ResultFormat
  readonly sizeBytes: number
  /** Of the engine that made it. */
  readonly epoch: number
  /** What was given up, in whole phrases. */
  readonly warnings: readonly string[]
  /** What the host of the picture said; null where the picture is our own. */
  readonly remote: RemoteMeta | null
}

/** Why there is no picture. It is kept for seconds: nothing is decoded in vain for each of many requests. */
export interface RefusalFacts extends SubjectFacts {
  readonly kind: 'refusal'
  readonly error: ErrorKind
  readonly detail: string | null
  readonly expiresAt: number
}

/** Everything that makes results differ. */
export interface ResultKey {
  /** Names the original; see Subject. */
  readonly cacheScope: string
  readonly programHash: string
  readonly formatClass: FormatClass
}

export type StoredResult =
  | { readonly facts: PictureFacts; readonly body: ReadableStream<Uint8Array> }
  | { readonly facts: RefusalFacts }

/** Finished results near the client (L1). Losing one costs time, never correctness. */
export interface ResultCache {
  get(key: ResultKey): Promise<StoredResult | null>
  put(key: ResultKey, facts: RefusalFacts): Promise<void>
  put(key: ResultKey, facts: PictureFacts, bytes: Uint8Array): Promise<void>
}

/** The most that a result may be old; purge log entries outlive it. */
const MAX_AGE_SECONDS = 86_400
const FACTS_HEADER = 'x-tintype-facts'
/** Changes with the shape of facts: this Worker alone writes entries, so what it finds has its own shape. */
const ENTRY_VERSION = 'v4'
/** A name that no zone can have, so that no request from outside can ask for what is stored under it. */
const ORIGIN = 'https://results.tintype.internal'

const formatCacheUrl = ({ cacheScope, programHash, formatClass }: ResultKey): string =>
  `${ORIGIN}/${ENTRY_VERSION}/${cacheScope}/${programHash}/${formatClass}`

/** A refusal has no bytes. */
const NOTHING = new Uint8Array()

/** Header values are bytes; tags and warnings may be any text. */
const formatFacts = (facts: PictureFacts | RefusalFacts): string => encodeURIComponent(JSON.stringify(facts))

function parseFacts(header: string | null): PictureFacts | RefusalFacts | null {
  if (header === null) return null
  try {
    return JSON.parse(decodeURIComponent(header)) as PictureFacts | RefusalFacts
  } catch {
    return null // as good as no entry
  }
}

/** Results in the Cache API of the data centre. On a `workers.dev` host it keeps nothing, and every request is a miss. */
export function cacheApiResults(cache: Cache): ResultCache {
  return {
    async get(key) {
      const response = await cache.match(formatCacheUrl(key)).catch((error: unknown) => {
        console.error(error) // a cache that fails is a cache that has nothing
        return undefined
      })
      if (response === undefined) return null
      const facts = parseFacts(response.headers.get(FACTS_HEADER))
      if (facts?.kind === 'picture' && response.body !== null) return { facts, body: response.body }
      await response.body?.cancel()
      return facts?.kind === 'refusal' ? { facts } : null
    },
    async put(key: ResultKey, facts: PictureFacts | RefusalFacts, bytes: Uint8Array = NOTHING) {
      const headers = {
        'cache-control': `public, max-age=${MAX_AGE_SECONDS}`,
        'content-length': String(bytes.length),
        [FACTS_HEADER]: formatFacts(facts),
      }
      await cache.put(formatCacheUrl(key), new Response(bytes, { headers }))
    },
  }
}
