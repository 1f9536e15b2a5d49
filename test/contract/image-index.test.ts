import {
  type BlobStore,
  bucketOf,
  type ImageHeads,
  type ImageIndex,
  type ImageTerms,
  type SourceFacts,
} from '@tintype/core'
import {
  blobKey,
  durableAccountAuthority,
  durableImageIndex,
  kvEdgeDocuments,
  r2BlobStore,
  r2ImageHeads,
} from '@tintype/storage'
import { describe, expect, it } from 'vitest'
import { bindings, freshAccountId } from './env.ts'

const SOURCE: SourceFacts = {
  format: 'jpeg',
  sizeBytes: 3,
  width: 20,
  height: 10,
  orientation: 6,
  hasAlpha: false,
  animated: false,
}
const LATER = () => Date.now() + 60_000
const terms = (id: string) => ({ id, access: 'public' as const, metadata: { a: { b: 1 } }, creator: null })
const finished = (id: string, more: Partial<ImageTerms> = {}) => ({
  terms: { ...terms(id), ...more },
  filename: 'a.jpg',
  source: SOURCE,
})

interface Bench {
  readonly accountId: string
  readonly index: ImageIndex
  readonly heads: ImageHeads
  readonly blobs: BlobStore
  /** The clock at which an image was purged last, or null. */
  purgedAt(id: string): Promise<number | null>
}

/** The promises of {@link ImageIndex}, for every adapter. */
function describeImageIndex(name: string, create: () => Promise<Bench>) {
  type Choices = { uploadedAt?: number; creator?: string | null }
  const upload = async ({ index, blobs, accountId }: Bench, id: string, choices: Choices = {}) => {
    const key = blobKey(accountId, id.slice(0, 20) + id.length + id.at(-1))
    const { uploadedAt = 1000, creator = null } = choices
    expect(await index.reserve({ id, blobKey: key, uploadedAt })).toBe('reserved')
    await blobs.create(key, new Blob(['abc']).stream())
    return await index.commit(id, key, finished(id, { creator }))
  }

  describe(`the image index in ${name}`, () => {
    it('shows an image once it is committed, with its head', async () => {
      const bench = await create()
      const key = blobKey(bench.accountId, 'cat')
      await bench.index.reserve({ id: 'cat', blobKey: key, uploadedAt: 1000 })
      expect([await bench.index.get('cat'), await bench.index.count()]).toEqual([null, 0])
      const record = await bench.index.commit('cat', key, finished('cat'))
      expect(record).toEqual({
        ...{ ...terms('cat'), filename: 'a.jpg', uploadedAt: 1000 },
        ...{ state: 'ready', source: SOURCE, blobKey: key },
      })
      expect(await bench.index.get('cat')).toEqual(record)
      expect(await bench.heads.get(bench.accountId, 'cat')).toEqual({
        ...{ id: 'cat', access: 'public', blobKey: key, source: SOURCE, tags: [] },
      })
    })
    it('gives an id once, however many race for it', async () => {
      const { index } = await create()
      const racers = Array.from({ length: 20 }, (_, i) =>
        index.reserve({ id: 'one', blobKey: `blobs/x/${i}`, uploadedAt: 1 }),
      )
      expect((await Promise.all(racers)).filter((answer) => answer === 'reserved')).toHaveLength(1)
    })
    it('frees the id and the bytes of an abandoned upload', async () => {
      const bench = await create()
      const key = blobKey(bench.accountId, 'again')
      await bench.index.reserve({ id: 'again', blobKey: key, uploadedAt: 1 })
      await bench.blobs.create(key, new Blob(['abc']).stream())
      await bench.index.abandon('again', key)
      expect(await bench.blobs.head(key)).toBeNull()
      expect(await upload(bench, 'again')).not.toBeNull()
    })
    it('does not commit under a blob key that is not the reserved one', async () => {
      const { index } = await create()
      await index.reserve({ id: 'cat', blobKey: 'blobs/x/mine', uploadedAt: 1 })
      expect(await index.commit('cat', 'blobs/x/other', finished('cat'))).toBe('swept')
    })
    it('commits under the id, the access and the terms that came after the file', async () => {
      const { index, heads, accountId } = await create()
      await index.reserve({ id: 'reserved', blobKey: 'blobs/x/1', uploadedAt: 1 })
      const late = finished('late', { access: 'private', metadata: { tags: ['a', 'b'] }, creator: 'ann' })
      expect(await index.commit('reserved', 'blobs/x/1', late)).toMatchObject(late.terms)
      expect([await index.get('reserved'), (await index.get('late'))?.access]).toEqual([null, 'private'])
      expect(await heads.get(accountId, 'late')).toMatchObject({ access: 'private', tags: ['a', 'b'] })
    })
    it('does not commit under an id that someone else has by then', async () => {
      const bench = await create()
      const cat = await upload(bench, 'cat')
      await bench.index.reserve({ id: 'reserved', blobKey: 'blobs/x/1', uploadedAt: 1 })
      expect(await bench.index.commit('reserved', 'blobs/x/1', finished('cat'))).toBe('taken')
      await bench.index.abandon('reserved', 'blobs/x/1')
      expect(await bench.index.get('cat')).toEqual(cat)
      expect(await bench.index.reserve({ id: 'reserved', blobKey: 'blobs/x/2', uploadedAt: 1 })).toBe(
        'reserved',
      )
    })
    it('does not let a late abandon touch a finished image', async () => {
      const bench = await create()
      const record = await upload(bench, 'cat')
      if (typeof record === 'string') throw new Error(record)
      await bench.index.abandon('cat', 'blobs/x/other')
      await bench.index.abandon('cat', record.blobKey as string)
      expect(await bench.index.get('cat')).toEqual(record)
      expect(await bench.blobs.head(record.blobKey as string)).not.toBeNull()
    })
    it('removes row, head and blob, and purges what was cached', async () => {
      const bench = await create()
      await upload(bench, 'cat')
      expect(await bench.purgedAt('cat')).toBeNull()
      expect([await bench.index.remove('cat'), await bench.index.remove('cat')]).toEqual([true, false])
      expect(await bench.index.get('cat')).toBeNull()
      expect(await bench.heads.get(bench.accountId, 'cat')).toBeNull()
      expect((await bench.blobs.list({ prefix: blobKey(bench.accountId, ''), limit: 1 })).items).toEqual([])
      expect(await bench.purgedAt('cat')).toBe(1)
      expect(await upload(bench, 'cat')).not.toBeNull()
    })
    it('lists the newest first, by page and by creator', async () => {
      const bench = await create()
      for (const [id, uploadedAt, creator] of [
        ['a', 1, null],
        ['c', 3, 'ann'],
        ['b', 2, 'ann'],
        ['d', 3, null],
      ] as const) {
        await upload(bench, id, { uploadedAt, creator })
      }
      await bench.index.createTicket({ ...terms('draft'), uploadedAt: 9, expiresAt: LATER() })
      const ids = async (query: { offset: number; limit: number; creator?: string }) =>
        (await bench.index.list(query)).map(({ id }) => id).join('')
      expect(await ids({ offset: 0, limit: 10 })).toBe('dcba')
      expect(await ids({ offset: 1, limit: 2 })).toBe('cb')
      expect(await ids({ offset: 0, limit: 10, creator: 'ann' })).toBe('cb')
      expect(await ids({ offset: 0, limit: 10, creator: '' })).toBe('da')
      expect(await bench.index.count()).toBe(4)
    })
    it('keeps a ticket as a draft until it is used, and lets one racer use it', async () => {
      const { index } = await create()
      await index.createTicket({ ...terms('t'), uploadedAt: 5, expiresAt: LATER() })
      expect(await index.createTicket({ ...terms('t'), uploadedAt: 5, expiresAt: LATER() })).toBe('taken')
      expect(await index.reserve({ id: 't', blobKey: 'blobs/x/z', uploadedAt: 5 })).toBe('taken')
      expect(await index.get('t')).toMatchObject({ state: 'draft', source: null })
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) => index.claimTicket('t', `blobs/x/${i}`, Date.now())),
      )
      expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
      expect(claims.filter(({ kind }) => kind === 'busy')).toHaveLength(19)
      const winner = claims.findIndex(({ kind }) => kind === 'claimed')
      expect(claims[winner]).toEqual({ kind: 'claimed', terms: terms('t') })
      expect(await index.get('t')).toMatchObject({ state: 'draft' })
      expect(await index.commit('t', `blobs/x/${winner}`, finished('t'))).toMatchObject({
        state: 'ready',
        uploadedAt: 5,
      })
      expect(await index.claimTicket('t', 'blobs/x/late', Date.now())).toEqual({ kind: 'used' })
    })
    it('makes a ticket usable again after a failed upload', async () => {
      const { index } = await create()
      await index.createTicket({ ...terms('t'), uploadedAt: 5, expiresAt: LATER() })
      await index.claimTicket('t', 'blobs/x/1', Date.now())
      await index.abandon('t', 'blobs/x/1')
      expect(await index.claimTicket('t', 'blobs/x/2', Date.now())).toMatchObject({ kind: 'claimed' })
    })
    it('tells an expired ticket from an unknown one, hides it, and frees its id', async () => {
      const { index } = await create()
      await index.createTicket({ ...terms('t'), uploadedAt: 5, expiresAt: Date.now() - 1 })
      expect(await index.claimTicket('t', 'blobs/x/1', Date.now())).toEqual({ kind: 'expired' })
      expect(await index.claimTicket('u', 'blobs/x/1', Date.now())).toEqual({ kind: 'missing' })
      expect(await index.get('t')).toBeNull()
      expect(await index.reserve({ id: 't', blobKey: 'blobs/x/z', uploadedAt: 5 })).toBe('reserved')
    })
    it('drops a draft on remove; an upload that is using it then finds nothing to commit', async () => {
      const { index } = await create()
      await index.createTicket({ ...terms('t'), uploadedAt: 5, expiresAt: LATER() })
      await index.claimTicket('t', 'blobs/x/1', Date.now())
      expect(await index.remove('t')).toBe(true)
      expect(await index.commit('t', 'blobs/x/1', finished('t'))).toBe('swept')
      expect(await index.get('t')).toBeNull()
    })
    it('keeps ids of 1,024 characters and of any script', async () => {
      const bench = await create()
      for (const id of ['ä'.repeat(1024), `${'ä'.repeat(1023)}b`, 'a/b c/😀']) {
        await upload(bench, id)
        expect((await bench.heads.get(bench.accountId, id))?.id).toBe(id)
      }
    })
  })
}

describeImageIndex('a Durable Object', async () => {
  const accountId = freshAccountId()
  const accountHash = `hash${accountId}`
  const authority = durableAccountAuthority(bindings.ACCOUNTS, accountId)
  await authority.initialize(
    { accountId, accountHash, zoneId: accountId, name: accountId },
    { name: 'default', value: 'k' },
  )
  return {
    accountId,
    blobs: r2BlobStore(bindings.BUCKET),
    heads: r2ImageHeads(bindings.BUCKET),
    index: durableImageIndex(bindings.IMAGES, accountId),
    purgedAt: async (id) => {
      const purges = await kvEdgeDocuments(bindings.EDGE).getPurges(accountHash, bucketOf(id))
      return purges?.purgeLog[`image:${id}`] ?? null
    },
  }
})
