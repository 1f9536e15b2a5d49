import type { BucketPurges, EdgeDocument, EdgeDocuments } from '@tintype/core'
import { accountKey, edgeKey, hostKey, purgeKey } from './keys.ts'

/** KV's own floor. A purge is seen everywhere once KV has propagated it (up to 60 s, this included) and the isolates' memo (30 s) has run out. */
const CACHE_TTL_SECONDS = 30

/** Edge documents in Workers KV: written by the account's Durable Object alone, read by every delivery. */
export function kvEdgeDocuments(namespace: KVNamespace): EdgeDocuments {
  const read = <T>(key: string) => namespace.get<T>(key, { type: 'json', cacheTtl: CACHE_TTL_SECONDS })
  return {
    get: (accountHash) => read<EdgeDocument>(edgeKey(accountHash)),
    put: (document) => namespace.put(edgeKey(document.accountHash), JSON.stringify(document)),
    getAccountHash: (accountId) => namespace.get(accountKey(accountId), { cacheTtl: CACHE_TTL_SECONDS }),
    putAccountHash: (accountId, accountHash) => namespace.put(accountKey(accountId), accountHash),
    getHost: (hostname) => namespace.get(hostKey(hostname), { cacheTtl: CACHE_TTL_SECONDS }),
    putHost: (hostname, accountHash) => namespace.put(hostKey(hostname), accountHash),
    removeHost: (hostname) => namespace.delete(hostKey(hostname)),
    getPurges: (accountHash, bucket) => read<BucketPurges>(purgeKey(accountHash, bucket)),
    putPurges: (accountHash, bucket, purges) =>
      namespace.put(purgeKey(accountHash, bucket), JSON.stringify(purges)),
  }
}
