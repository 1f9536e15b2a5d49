import { type AccountAuthority, type AccountRegistry, bucketOf, type ImageIndex } from '@tintype/core'

// A stub of an object that implements a port is an adapter for that port: RPC carries the calls. The casts only bridge
// the stub's generated type, which can't express `unknown` inside metadata.

export const durableAccountAuthority = (
  accounts: DurableObjectNamespace,
  accountId: string,
): AccountAuthority => accounts.get(accounts.idFromName(accountId)) as unknown as AccountAuthority

export const durableAccountRegistry = (registry: DurableObjectNamespace): AccountRegistry =>
  registry.get(registry.idFromName('registry')) as unknown as AccountRegistry

/** Bucket → shard. All buckets live in one shard until an account needs more; then whole buckets move. */
const shardOfBucket = (_bucket: number): number => 0
const SHARDS = [0] as const

/** The images of an account, spread over its shards. */
export function durableImageIndex(images: DurableObjectNamespace, accountId: string): ImageIndex {
  const shard = (number: number) =>
    images.get(images.idFromName(`${accountId}/${number}`)) as unknown as ImageIndex
  const shardOf = (id: string) => shard(shardOfBucket(bucketOf(id)))
  return {
    reserve: (reservation) => shardOf(reservation.id).reserve(reservation),
    commit: (reservedId, blobKey, upload) => shardOf(reservedId).commit(reservedId, blobKey, upload),
    abandon: (id, blobKey) => shardOf(id).abandon(id, blobKey),
    get: (id) => shardOf(id).get(id),
    remove: (id) => shardOf(id).remove(id),
    createTicket: (ticket) => shardOf(ticket.id).createTicket(ticket),
    claimTicket: (id, blobKey, now) => shardOf(id).claimTicket(id, blobKey, now),
    list: (query) => shard(SHARDS[0]).list(query),
    count: () => shard(SHARDS[0]).count(),
  }
}
