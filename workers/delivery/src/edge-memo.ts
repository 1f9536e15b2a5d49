import {
  ApiError,
  type BucketPurges,
  createLimitedLookup,
  type EdgeDocument,
  type EdgeDocuments,
  type Timers,
} from '@tintype/core'
import { createMemo } from './memo.ts'

/** What this isolate knows of accounts: edge documents remembered for a while, the authority asked now and then. */
export interface EdgeMemo {
  read(accountHash: string): Promise<EdgeDocument | null>
  readPurges(accountHash: string, bucket: number): Promise<BucketPurges>
  /**
   * The authority's own document, at most a second old: all who ask in that time share it. Null when it has none, or when
   * too many other accounts were asked about.
   */
  readAuthority(accountHash: string): Promise<EdgeDocument | null>
  /**
   * Hash of the account whose zone answers for a host name. Names that no zone claims are remembered like the others.
   * @returns null while there are no accounts
   * @throws ApiError `overloaded` when the authority would have to be asked about too many names
   */
  readHost(hostname: string): Promise<string | null>
}

/** KV's copies are late by a minute or so: what is older by more than this need not be compared with a new one. */
const STALE_MS = 120_000
/**
 * Sizes as JSON; parsed, they take some three times that of the isolate's 128 MB. A document may have some 100 kB, the
 * log of one bucket 500 kB (it holds up to 5,000 ids of any length).
 */
const DOCUMENTS = { staleMs: STALE_MS, maxEntries: 500, maxCharacters: 4_000_000 } as const
const BUCKETS = { staleMs: STALE_MS, maxEntries: 5000, maxCharacters: 8_000_000 } as const
/** Whoever can send requests can invent names. */
const HOSTS = { staleMs: 0, maxEntries: 5000, maxCharacters: 1_000_000 } as const
const charactersOf = (value: object | string | null): number => JSON.stringify(value).length
/** How soon an account's authority may be asked again, and how many accounts' authorities in that time, per isolate. */
const AUTHORITY_LIMIT = { intervalMs: 1000, maxKeys: 20 } as const
const NO_PURGES: BucketPurges = { purgeClock: 0, purgeLog: {} }

/** @param memoSeconds how long a read is good for; 0 reads anew every time */
export function createEdgeMemo(
  documents: Pick<EdgeDocuments, 'get' | 'getHost' | 'getPurges'>,
  askAuthority: (accountHash: string) => Promise<EdgeDocument | null>,
  askForHost: (hostname: string) => Promise<string | null>,
  memoSeconds: number,
  timers: Timers,
): EdgeMemo {
  const { now } = timers
  const ttlMs = memoSeconds * 1000
  const known = createMemo<EdgeDocument | null>({ ...DOCUMENTS, ttlMs }, now, charactersOf)
  const purges = createMemo<BucketPurges>({ ...BUCKETS, ttlMs }, now, charactersOf)
  const authority = createLimitedLookup(askAuthority, AUTHORITY_LIMIT, timers)
  const hosts = createMemo<string | null>({ ...HOSTS, ttlMs }, now, charactersOf)
  const hostAuthority = createLimitedLookup(askForHost, AUTHORITY_LIMIT, timers)

  /** The store's copies differ in age: an older document never replaces a newer one. */
  const remember = (accountHash: string, document: EdgeDocument | null): EdgeDocument | null => {
    const before = known.peek(accountHash) ?? null
    const newest = before !== null && before.version > (document?.version ?? -1) ? before : document
    known.set(accountHash, newest)
    return newest
  }
  const rememberPurges = (key: string, read: BucketPurges): BucketPurges => {
    const before = purges.peek(key) ?? NO_PURGES
    const newest = before.purgeClock > read.purgeClock ? before : read
    purges.set(key, newest)
    return newest
  }

  return {
    async read(accountHash) {
      const remembered = known.get(accountHash)
      if (remembered !== undefined) return remembered
      return remember(accountHash, await documents.get(accountHash))
    },
    async readPurges(accountHash, bucket) {
      const key = `${accountHash}/${bucket}`
      const remembered = purges.get(key)
      if (remembered !== undefined) return remembered
      return rememberPurges(key, (await documents.getPurges(accountHash, bucket)) ?? NO_PURGES)
    },
    async readHost(hostname) {
      const remembered = hosts.get(hostname)
      if (remembered !== undefined) return remembered
      const published = await documents.getHost(hostname)
      const found = published === null ? await hostAuthority.find(hostname) : { value: published }
      if (found === null) throw new ApiError('overloaded', null, { headers: { 'retry-after': '1' } })
      hosts.set(hostname, found.value)
      return found.value
    },
    async readAuthority(accountHash) {
      const document = (await authority.find(accountHash))?.value ?? null
      return document === null ? null : remember(accountHash, document)
    },
  }
}
