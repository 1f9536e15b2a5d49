import {
  type BlobStore,
  type ImageHeads,
  type ImageIndex,
  type ImageRecord,
  imageTag,
  type PurgeTag,
  tagsOfMetadata,
} from '@tintype/core'

type Row = ImageRecord & {
  readonly stage: 'pending' | 'draft' | 'uploading' | 'ready'
  readonly expiresAt: number
}

/** The index of one account in a Map. Nothing survives it, so nothing is ever swept. */
export function memoryImageIndex(
  accountId: string,
  {
    blobs,
    heads,
    purge,
  }: { blobs: BlobStore; heads: ImageHeads; purge: (tags: readonly PurgeTag[]) => Promise<unknown> },
): ImageIndex {
  const rows = new Map<string, Row>()
  const publicPart = ({ stage: _, expiresAt: __, ...record }: Row): ImageRecord => record
  const isFree = (id: string) => {
    const row = rows.get(id)
    return row === undefined || (row.stage === 'draft' && row.expiresAt <= Date.now())
  }
  const insert = (row: Row) => {
    rows.set(row.id, structuredClone(row))
  }

  return {
    async reserve(reservation) {
      if (!isFree(reservation.id)) return 'taken'
      const terms = { access: 'public' as const, metadata: null, creator: null }
      insert({
        ...terms,
        ...reservation,
        filename: null,
        source: null,
        state: 'ready',
        stage: 'pending',
        expiresAt: 0,
      })
      return 'reserved'
    },
    async createTicket({ expiresAt, ...terms }) {
      if (!isFree(terms.id)) return 'taken'
      insert({
        ...terms,
        blobKey: null,
        filename: null,
        source: null,
        state: 'draft',
        stage: 'draft',
        expiresAt,
      })
      return 'created'
    },
    async claimTicket(id, blobKey, now) {
      const row = rows.get(id)
      if (row === undefined) return { kind: 'missing' }
      if (row.stage !== 'draft') return { kind: 'used' }
      if (row.expiresAt <= now) return { kind: 'expired' }
      rows.set(id, { ...row, blobKey, stage: 'uploading' })
      return {
        kind: 'claimed',
        terms: { id, access: row.access, metadata: row.metadata, creator: row.creator },
      }
    },
    async commit(reservedId, blobKey, { terms, filename, source }) {
      const { id, access, metadata } = terms
      if (id !== reservedId && !isFree(id)) return 'taken'
      const row = rows.get(reservedId)
      if (row?.blobKey !== blobKey || (row.stage !== 'pending' && row.stage !== 'uploading')) return 'swept'
      const ready: Row = { ...row, ...terms, filename, source, state: 'ready', stage: 'ready' }
      await heads.put(accountId, { id, access, blobKey, source, tags: tagsOfMetadata(metadata) })
      rows.delete(reservedId)
      rows.set(id, ready)
      return publicPart(ready)
    },
    async abandon(id, blobKey) {
      const row = rows.get(id)
      if (row?.blobKey === blobKey && row.stage === 'pending') rows.delete(id)
      if (row?.blobKey === blobKey && row.stage === 'uploading')
        rows.set(id, { ...row, blobKey: null, stage: 'draft' })
      if (row?.blobKey !== blobKey || row.stage !== 'ready') await blobs.remove([blobKey])
    },
    async get(id) {
      const row = rows.get(id)
      if (row === undefined || row.stage === 'pending') return null
      return row.stage === 'ready' || row.expiresAt > Date.now() ? publicPart(row) : null
    },
    async list({ offset, limit, creator }) {
      return [...rows.values()]
        .filter((row) => row.stage === 'ready' && (creator === undefined || (row.creator ?? '') === creator))
        .sort((a, b) => b.uploadedAt - a.uploadedAt || (a.id < b.id ? 1 : -1))
        .slice(offset, offset + limit)
        .map(publicPart)
    },
    count: async () => [...rows.values()].filter(({ stage }) => stage === 'ready').length,
    async remove(id) {
      const row = rows.get(id)
      if (row === undefined || row.stage === 'pending') return false
      rows.delete(id)
      if (row.stage === 'ready') {
        await heads.remove(accountId, id)
        await purge([imageTag(id)])
        await blobs.remove([row.blobKey as string])
      }
      return true
    },
  }
}
