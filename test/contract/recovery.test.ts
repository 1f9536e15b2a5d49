import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import {
  blobKey,
  durableAccountAuthority,
  durableImageIndex,
  r2BlobStore,
  r2ImageHeads,
} from '@tintype/storage'
import { describe, expect, it } from 'vitest'
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
