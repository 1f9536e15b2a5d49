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
      const { index } = bench
      const ids = async (query: Parameters<ImageIndex['list']>[0]) =>
        (await index.list(query)).map(({ id }) => id).join('')
      expect(await ids({ limit: 10 })).toBe('dcba')
      expect(await ids({ limit: 2 })).toBe('dc')
      expect(await ids({ limit: 10, creator: 'ann' })).toBe('cb')
      expect(await ids({ limit: 10, creator: '' })).toBe('da')
      expect(await ids({ limit: 10, order: 'oldest' })).toBe('abcd')
      expect(await ids({ limit: 2, after: { uploadedAt: 3, id: 'c' } })).toBe('ba')
      expect(await ids({ limit: 2, after: { uploadedAt: 3, id: 'd' } })).toBe('cb')
      expect(await ids({ limit: 9, after: { uploadedAt: 2, id: 'b' }, order: 'oldest' })).toBe('cd')
      expect(await ids({ limit: 9, after: { uploadedAt: 3, id: 'd' }, creator: '' })).toBe('a')
      // A position stays a place when its image is gone.
      await index.remove('c')
      expect(await ids({ limit: 9, after: { uploadedAt: 3, id: 'c' } })).toBe('ba')
      expect(await index.count()).toBe(3)
    })
    it('finds the n-th newest image, of all and of a creator', async () => {
      const bench = await create()
      const { index } = bench
      for (const [id, uploadedAt, creator] of [
        ['a', 1, null],
        ['c', 3, 'ann'],
        ['b', 2, 'ann'],
        ['d', 3, null],
      ] as const) {
        await upload(bench, id, { uploadedAt, creator })
      }
      const find = (creator?: string) =>
        Promise.all([1, 2, 3, 4, 5].map(async (nth) => (await index.findNth(nth, creator))?.id ?? '-'))
      expect([await find(), await find('ann'), await find(''), await find('bob')]).toEqual([
        [...'dcba-'],
        [...'cb---'],
        [...'da---'],
        [...'-----'],
      ])
      await index.remove('c')
      expect([await find(), await find('ann')]).toEqual([[...'dba--'], [...'b----']])
      await index.update('b', { creator: null })
      expect([await find('ann'), await find('')]).toEqual([[...'-----'], [...'dba--']])
    })
    it('keeps an id busy while it is being uploaded, and taken once it is there', async () => {
      const bench = await create()
      const { index } = bench
      const key = blobKey(bench.accountId, 'mine')
      const reserve = (id: string) => index.reserve({ id, blobKey: 'blobs/x/other', uploadedAt: 1 })
      const ticket = (id: string) => index.createTicket({ ...terms(id), uploadedAt: 1, expiresAt: LATER() })
      await index.reserve({ id: 'cat', blobKey: key, uploadedAt: 1 })
      expect([await reserve('cat'), await ticket('cat')]).toEqual(['busy', 'busy'])
      await reserve('reserved')
      expect(await index.commit('reserved', 'blobs/x/other', finished('cat'))).toBe('busy')
      await index.commit('cat', key, finished('cat'))
      expect([await reserve('cat'), await ticket('cat')]).toEqual(['taken', 'taken'])
      expect(await ticket('t')).toBe('created')
      expect(await reserve('t')).toBe('taken')
    })
    it('renews the lease of an upload that is under way, and of no other', async () => {
      const bench = await create()
      const { index } = bench
      await index.reserve({ id: 'cat', blobKey: 'blobs/x/1', uploadedAt: 1 })
      await index.createTicket({ ...terms('t'), uploadedAt: 1, expiresAt: LATER() })
      expect(await index.renew('t', 'blobs/x/2')).toBe(false)
      await index.claimTicket('t', 'blobs/x/2', Date.now())
      expect([
        await index.renew('cat', 'blobs/x/1'),
        await index.renew('t', 'blobs/x/2'),
        await index.renew('cat', 'blobs/x/2'),
        await index.renew('nobody', 'blobs/x/1'),
      ]).toEqual([true, true, false, false])
      await upload(bench, 'done')
      expect(await index.renew('done', blobKey(bench.accountId, 'done4e'))).toBe(false)
    })
    it('changes metadata, creator and access, and leaves what is not named', async () => {
      const bench = await create()
      const { index, heads, accountId } = bench
      const before = await upload(bench, 'cat', { creator: 'ann' })
      if (typeof before === 'string') throw new Error(before)
      const changed = await index.update('cat', { metadata: { b: 2 } })
      expect(changed).toEqual({ ...before, metadata: { b: 2 } })
      expect(await index.update('cat', {})).toEqual(changed)
      expect(await bench.purgedAt('cat')).toBeNull() // no head changed: nothing cached is wrong
      expect(await index.update('cat', { creator: 'bob' })).toMatchObject({ creator: 'bob' })
      expect((await index.list({ limit: 9, creator: 'bob' })).map(({ id }) => id)).toEqual(['cat'])
      expect(await index.list({ limit: 9, creator: 'ann' })).toEqual([])
      expect(await index.update('cat', { metadata: null, creator: null })).toMatchObject({
        ...{ metadata: null, creator: null },
      })
      expect(await index.update('cat', { access: 'private' })).toMatchObject({ access: 'private' })
      expect(await heads.get(accountId, 'cat')).toMatchObject({ access: 'private', tags: [] })
      expect(await bench.purgedAt('cat')).toBe(1)
      expect(await index.update('cat', { metadata: { tags: ['new'] } })).toMatchObject({ id: 'cat' })
      expect(await heads.get(accountId, 'cat')).toMatchObject({ access: 'private', tags: ['new'] })
      expect(await bench.purgedAt('cat')).toBe(2)
      expect([await index.get('cat'), await index.count()]).toMatchObject([
        { metadata: { tags: ['new'] } },
        1,
      ])
    })
    it('renames: the old id is gone with its head, the bytes stay, what was cached is purged', async () => {
      const bench = await create()
      const { index, heads, blobs, accountId } = bench
      const before = await upload(bench, 'old', { creator: 'ann', uploadedAt: 7 })
      if (typeof before === 'string') throw new Error(before)
      const after = await index.update('old', { id: 'new', access: 'private' })
      expect(after).toEqual({ ...before, id: 'new', access: 'private' })
      expect([await index.get('old'), await index.get('new')]).toEqual([null, after])
      expect(await heads.get(accountId, 'old')).toBeNull()
      expect(await heads.get(accountId, 'new')).toMatchObject({ id: 'new', access: 'private' })
      expect(await blobs.head(before.blobKey as string)).not.toBeNull()
      expect(await bench.purgedAt('old')).toBe(1)
      expect([await index.count(), (await index.findNth(1, 'ann'))?.id]).toEqual([1, 'new'])
      // And back, as someone does who changes access twice.
      expect(await index.update('new', { id: 'old', access: 'public' })).toEqual(before)
      expect(await heads.get(accountId, 'old')).toMatchObject({ id: 'old', access: 'public' })
      expect(await index.remove('old')).toBe(true)
      expect(await blobs.head(before.blobKey as string)).toBeNull()
    })
    it('renames nothing onto another image, and changes none that is not there', async () => {
      const bench = await create()
      const { index } = bench
      const [cat, dog] = [await upload(bench, 'cat'), await upload(bench, 'dog')]
      expect(await index.update('cat', { id: 'dog' })).toBe('taken')
      await index.reserve({ id: 'bird', blobKey: 'blobs/x/1', uploadedAt: 1 })
      expect(await index.update('cat', { id: 'bird' })).toBe('busy')
      expect([await index.get('cat'), await index.get('dog')]).toEqual([cat, dog])
      await index.createTicket({ ...terms('draft'), uploadedAt: 1, expiresAt: LATER() })
      for (const id of ['nobody', 'bird', 'draft'])
        expect(await index.update(id, { metadata: {} })).toBeNull()
    })
    it('keeps one outcome of changes and a removal that race', async () => {
      const bench = await create()
      const { index, heads, accountId } = bench
      await upload(bench, 'cat')
      await Promise.all([
        index.update('cat', { access: 'private' }),
        index.update('cat', { metadata: { tags: ['x'] } }),
        index.update('cat', { creator: 'ann' }),
      ])
      expect(await index.get('cat')).toMatchObject({ access: 'private', creator: 'ann' })
      expect(await heads.get(accountId, 'cat')).toMatchObject({ access: 'private', tags: ['x'] })
      await Promise.all([
        index.update('cat', { id: 'dog' }),
        index.remove('cat'),
        index.update('cat', { id: 'cow' }),
      ])
      for (const id of ['cat', 'dog', 'cow'])
        expect((await heads.get(accountId, id)) === null).toBe((await index.get(id)) === null)
      expect(await index.count()).toBe((await index.list({ limit: 9 })).length)
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
