import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { bucketOf } from '@tintype/core'
import {
  blobKey,
  durableAccountAuthority,
  durableImageIndex,
  kvEdgeDocuments,
  r2BlobStore,
  r2ImageHeads,
} from '@tintype/storage'
import { describe, expect, it } from 'vitest'
import { createImageTable } from '../../packages/storage/src/durable/image-table.ts'
import { bindings, freshAccountId } from './env.ts'

const SOURCE = {
  ...{ format: 'png' as const, sizeBytes: 3, width: 1, height: 1 },
  ...{ orientation: 1, hasAlpha: false, animated: false },
}

const UPLOAD = {
  terms: { id: 'cat', access: 'public' as const, metadata: null, creator: null },
  filename: null,
  source: SOURCE,
}

/** A shard with one reserved upload whose bytes are stored, as a crash may leave it. */
async function interruptedUpload(id: string) {
  const accountId = freshAccountId()
  const authority = durableAccountAuthority(bindings.ACCOUNTS, accountId)
  const identity = { accountId, accountHash: `h${accountId}`, zoneId: accountId, name: accountId }
  await authority.initialize(identity, { name: 'default', value: 'k' })
  const index = durableImageIndex(bindings.IMAGES, accountId)
  const key = blobKey(accountId, 'x')
  await index.reserve({ id, blobKey: key, uploadedAt: 1 })
  await r2BlobStore(bindings.BUCKET).create(key, new Blob(['abc']).stream())
  const shard = bindings.IMAGES.get(bindings.IMAGES.idFromName(`${accountId}/0`))
  const set = (assignment: string) =>
    runInDurableObject(shard, (_, state) => {
      state.storage.sql.exec(`UPDATE images SET ${assignment}`)
    })
  return { accountId, index, key, shard, set }
}

const ring = async (shard: DurableObjectStub) => {
  await runInDurableObject(shard, (_, state) => state.storage.setAlarm(Date.now() + 60_000))
  await runDurableObjectAlarm(shard)
}
const stateOf = (shard: DurableObjectStub, id: string) =>
  runInDurableObject(
    shard,
    (_, { storage }) => storage.sql.exec('SELECT state FROM images WHERE id = ?', id).toArray()[0]?.state,
  )
const purgesOf = async (accountId: string, id: string) =>
  (await kvEdgeDocuments(bindings.EDGE).getPurges(`h${accountId}`, bucketOf(id)))?.purgeLog[`image:${id}`]

describe('after an interruption, the alarm', () => {
  it('sweeps an upload whose lease is over, bytes and all', async () => {
    const { index, key, shard, set } = await interruptedUpload('cat')
    await set('lease_until = 1')
    expect(await runDurableObjectAlarm(shard)).toBe(true)
    expect(await bindings.BUCKET.head(key)).toBeNull()
    expect(await index.commit('cat', key, UPLOAD)).toBe('swept')
  })
  it('makes a swept commit impossible before it takes the bytes away', async () => {
    const { index, key, shard, set } = await interruptedUpload('cat')
    await set('lease_until = 1')
    const [, commit] = await Promise.all([runDurableObjectAlarm(shard), index.commit('cat', key, UPLOAD)])
    const isStored = (await bindings.BUCKET.head(key)) !== null
    expect(isStored).toBe(commit !== 'swept')
  })
  it('removes the bytes of an upload whose draft was deleted under it', async () => {
    const accountId = freshAccountId()
    const index = durableImageIndex(bindings.IMAGES, accountId)
    const terms = { id: 'draft', access: 'public' as const, metadata: null, creator: null }
    await index.createTicket({ ...terms, uploadedAt: 1, expiresAt: Date.now() + 60_000 })
    const key = blobKey(accountId, 'x')
    await index.claimTicket('draft', key, Date.now() - 3_600_000)
    await r2BlobStore(bindings.BUCKET).create(key, new Blob(['abc']).stream())
    await index.remove('draft')
    await runDurableObjectAlarm(bindings.IMAGES.get(bindings.IMAGES.idFromName(`${accountId}/0`)))
    expect(await bindings.BUCKET.head(key)).toBeNull()
  })
  it('leaves an upload alone whose lease still runs', async () => {
    const { index, key, shard } = await interruptedUpload('cat')
    await runDurableObjectAlarm(shard)
    expect(await index.commit('cat', key, UPLOAD)).toMatchObject({ id: 'cat' })
  })
  it('finishes a commit whose head was not written', async () => {
    const { accountId, index, shard, set } = await interruptedUpload('cat')
    await set(`state = 'committed', source = '${JSON.stringify(SOURCE)}'`)
    expect(await index.get('cat')).toBeNull()
    await runDurableObjectAlarm(shard)
    expect(await index.get('cat')).toMatchObject({ state: 'ready' })
    expect(await r2ImageHeads(bindings.BUCKET).get(accountId, 'cat')).toMatchObject({ id: 'cat' })
  })
  it('frees the id of a dead upload, also before it rings', async () => {
    const { index, set } = await interruptedUpload('cat')
    expect(await index.reserve({ id: 'cat', blobKey: 'b', uploadedAt: 1 })).toBe('busy')
    await set('lease_until = 1')
    expect(await index.reserve({ id: 'cat', blobKey: 'b', uploadedAt: 1 })).toBe('reserved')
  })
  it('makes a ticket usable again whose upload died, also before it rings', async () => {
    const { index, set } = await interruptedUpload('cat')
    await index.createTicket({ ...UPLOAD.terms, id: 't', uploadedAt: 1, expiresAt: Date.now() + 60_000 })
    await index.claimTicket('t', 'b1', Date.now())
    expect(await index.claimTicket('t', 'b2', Date.now())).toEqual({ kind: 'busy' })
    await set('lease_until = 1')
    expect(await index.claimTicket('t', 'b2', Date.now())).toMatchObject({ kind: 'claimed' })
  })
  it('frees an upload within a minute of the last sign of its life', async () => {
    const { shard } = await interruptedUpload('cat')
    const at = await runInDurableObject(shard, (_, state) => state.storage.getAlarm())
    expect((at ?? 0) - Date.now()).toBeGreaterThan(20_000)
    expect((at ?? 0) - Date.now()).toBeLessThan(55_000)
  })
  it('finishes a change whose head was not written', async () => {
    const { accountId, index, key, shard, set } = await interruptedUpload('cat')
    await index.commit('cat', key, UPLOAD)
    await set("state = 'updating', access = 'private'")
    expect(await index.get('cat')).toMatchObject({ access: 'private' })
    expect(await index.list({ limit: 9 })).toHaveLength(1)
    await ring(shard)
    expect(await r2ImageHeads(bindings.BUCKET).get(accountId, 'cat')).toMatchObject({ access: 'private' })
    expect(await purgesOf(accountId, 'cat')).toBe(1)
    expect(await stateOf(shard, 'cat')).toBe('ready')
  })
  it('finishes a change before it begins another', async () => {
    const { accountId, index, key, set } = await interruptedUpload('cat')
    await index.commit('cat', key, UPLOAD)
    await set("state = 'updating', access = 'private'")
    expect(await index.update('cat', { creator: 'ann' })).toMatchObject({ access: 'private', creator: 'ann' })
    expect(await r2ImageHeads(bindings.BUCKET).get(accountId, 'cat')).toMatchObject({ access: 'private' })
  })
  it('finishes a rename: the old id goes, the new one is shown, the bytes stay', async () => {
    const { accountId, index, key, shard } = await interruptedUpload('cat')
    await index.commit('cat', key, UPLOAD)
    // What the one transaction of a rename leaves, when nothing follows it.
    await runInDurableObject(shard, (_, state) => {
      createImageTable(state.storage, undefined).startUpdate(
        'cat',
        { id: 'dog', access: 'private' },
        Date.now(),
      )
      return state.storage.setAlarm(Date.now() + 60_000)
    })
    expect([await index.get('cat'), await index.get('dog'), await index.count()]).toEqual([null, null, 0])
    await runDurableObjectAlarm(shard)
    expect(await index.get('dog')).toMatchObject({ access: 'private', blobKey: key })
    expect(await r2ImageHeads(bindings.BUCKET).get(accountId, 'cat')).toBeNull()
    expect(await r2ImageHeads(bindings.BUCKET).get(accountId, 'dog')).toMatchObject({ access: 'private' })
    expect(await bindings.BUCKET.head(key)).not.toBeNull()
    expect(await purgesOf(accountId, 'cat')).toBe(1)
    expect([await index.count(), await stateOf(shard, 'cat')]).toEqual([1, undefined])
  })
  it('rolls on more rows than it holds at a time, and sleeps until the next is due', async () => {
    const { index, shard, set } = await interruptedUpload('cat')
    for (let i = 0; i < 250; i++)
      await index.reserve({ id: `dead-${i}`, blobKey: `blobs/x/${i}`, uploadedAt: 1 })
    await index.createTicket({ ...UPLOAD.terms, id: 't', uploadedAt: 1, expiresAt: Date.now() + 3_600_000 })
    await set("lease_until = 1 WHERE state = 'pending'")
    await runDurableObjectAlarm(shard)
    const [rows, orphans, alarmAt] = await runInDurableObject(shard, async (_, { storage }) => [
      storage.sql.exec('SELECT id FROM images').toArray(),
      storage.sql.exec('SELECT * FROM orphans').toArray(),
      (await storage.getAlarm()) ?? 0,
    ])
    expect([rows, orphans]).toEqual([[{ id: 't' }], []])
    expect(Number(alarmAt) - Date.now()).toBeGreaterThan(24 * 3_600_000)
  })
  it('finishes a removal: no head, no bytes, no row', async () => {
    const { accountId, index, key, shard, set } = await interruptedUpload('cat')
    await index.commit('cat', key, UPLOAD)
    await set("state = 'deleting'")
    expect(await index.get('cat')).toBeNull()
    await runInDurableObject(shard, (_, state) => state.storage.setAlarm(Date.now() + 60_000))
    await runDurableObjectAlarm(shard)
    expect(await r2ImageHeads(bindings.BUCKET).get(accountId, 'cat')).toBeNull()
    expect(await bindings.BUCKET.head(key)).toBeNull()
    const free = { id: 'cat', blobKey: 'b', uploadedAt: 1 }
    expect(await index.reserve(free)).toBe('reserved')
  })
})
