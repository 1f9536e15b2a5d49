import { ApiError, type BucketPurges, type EdgeDocument } from '@tintype/core'
import type { EdgeMemo } from './edge-memo.ts'

/** One account as one request sees it. */
export interface Account {
  /** The newest document that this request has read. */
  readonly document: EdgeDocument
  /** Purges of the one bucket that the requested image is in. */
  readonly purges: BucketPurges
  /**
   * Find something in the document. What it lacks may be newer than it, so then the authority is asked, once.
   * @returns null when neither has it
   */
  find<T>(look: (document: EdgeDocument) => T | null | Promise<T | null>): Promise<T | null>
}

const NO_PURGES: BucketPurges = { purgeClock: 0, purgeLog: {} }

/**
 * @param bucket of the requested image; null where it is no image of the account's
 * @throws ApiError `unknownAccountHash` when neither the edge nor the authority knows the hash
 */
export async function openAccount(
  memo: EdgeMemo,
  accountHash: string,
  bucket: number | null,
): Promise<Account> {
  const [known, purges] = await Promise.all([
    memo.read(accountHash),
    bucket === null ? NO_PURGES : memo.readPurges(accountHash, bucket),
  ])
  let document = known ?? (await memo.readAuthority(accountHash))
  if (document === null) throw new ApiError('unknownAccountHash')
  const current = () => document as EdgeDocument
  return {
    get document() {
      return current()
    },
    purges,
    async find(look) {
      const found = await look(current())
      if (found !== null) return found
      const newer = await memo.readAuthority(accountHash)
      // The authority's answer may be a second old, and what the edge has newer.
      if (newer === null || newer.version <= current().version) return null
      document = newer
      return look(newer)
    },
  }
}
