import {
  type AccountAuthority,
  type AccountRegistry,
  bucketOf,
  DEFAULT_SETTINGS,
  DEFAULT_ZONE_SETTINGS,
  type EdgeDocuments,
  MAX_VARIANTS,
  PUBLIC_VARIANT,
  type PurgeTag,
  parseVariant,
} from '@tintype/core'
import { durableAccountAuthority, durableAccountRegistry, kvEdgeDocuments } from '@tintype/storage'
import { describe, expect, it } from 'vitest'
import { bindings, freshAccountId } from './env.ts'

const identityOf = (accountId: string, name = accountId) => ({
  accountId,
  accountHash: `h${accountId}`,
  zoneId: `z${accountId}`,
  name,
})
const FIRST_KEY = { name: 'default', value: 'first' }
const SPARE = { name: 'default', value: 'spare' }
const thumb = parseVariant({ id: 'thumb', options: { width: 100 } })

/** The promises of {@link AccountAuthority} and of what it publishes, for every adapter. */
function describeAuthority(
  name: string,
  create: (accountId: string) => { authority: AccountAuthority; edge: EdgeDocuments },
) {
  const setUp = async () => {
    const accountId = freshAccountId()
    const bench = create(accountId)
    await bench.authority.initialize(identityOf(accountId), FIRST_KEY)
    return { ...bench, accountId, published: () => bench.edge.get(`h${accountId}`) }
  }

  describe(`the account in ${name}`, () => {
    it('does not exist before it was set up', async () => {
      const { authority } = create(freshAccountId())
      expect([
        await authority.identity(),
        await authority.token('00000000'),
        await authority.edgeDocument(),
      ]).toEqual([null, null, null])
    })
    it('begins with its key and the public variant, published, and is set up once', async () => {
      const { authority, accountId, published } = await setUp()
      await authority.initialize(identityOf(freshAccountId()), SPARE)
      expect(await authority.identity()).toEqual(identityOf(accountId))
      expect(await published()).toMatchObject({
        ...{ accountId, variants: { public: PUBLIC_VARIANT }, signingKeys: [FIRST_KEY] },
        ...{ purgeClock: 0, purgeLog: {} },
      })
    })
    it('publishes its hash by its id, once', async () => {
      const { accountId, authority, edge } = await setUp()
      expect(await edge.getAccountHash(accountId)).toBe(`h${accountId}`)
      await edge.putAccountHash(accountId, 'seen')
      await authority.createVariant(thumb)
      expect(await edge.getAccountHash(accountId)).toBe('seen')
      expect(await edge.getAccountHash(freshAccountId())).toBeNull()
    })
    it('publishes every change before it answers, under a rising version', async () => {
      const { authority, published } = await setUp()
      const before = (await published())?.version ?? 0
      expect(await authority.createVariant(thumb)).toBe('created')
      const after = await published()
      expect(after?.variants.thumb).toEqual(thumb)
      expect(after?.version).toBeGreaterThan(before)
      expect(after).toEqual(await authority.edgeDocument())
    })
    it('creates, replaces and deletes variants, and keeps "public"', async () => {
      const { authority } = await setUp()
      await authority.createVariant(thumb)
      expect(await authority.createVariant(thumb)).toBe('exists')
      const wider = { ...thumb, neverRequireSignedURLs: true }
      expect([
        await authority.replaceVariant(thumb, wider),
        await authority.replaceVariant(thumb, { ...thumb, options: { ...thumb.options, width: 7 } }),
        await authority.replaceVariant({ ...thumb, id: 'none' }, wider),
      ]).toEqual([true, false, false])
      expect(await authority.getVariant('thumb')).toEqual(wider)
      expect([await authority.deleteVariant('thumb'), await authority.deleteVariant('thumb')]).toEqual([
        true,
        false,
      ])
      expect(await authority.deleteVariant('public')).toBe(true)
      expect((await authority.listVariants()).map(({ id }) => id)).toEqual(['public'])
    })
    it(`takes ${MAX_VARIANTS} variants and no more`, async () => {
      const { authority } = await setUp()
      const answers = []
      for (let i = 1; i <= MAX_VARIANTS; i++)
        answers.push(await authority.createVariant({ ...thumb, id: `v${i}` }))
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(MAX_VARIANTS - 1)
      expect(answers.at(-1)).toBe('limit')
    })
    it('adds, rotates, limits and deletes signing keys, and is never left without one', async () => {
      const { authority, published } = await setUp()
      expect(await authority.putKey({ name: 'second', value: '2' })).toBe('put')
      expect(await authority.putKey({ name: 'third', value: '3' })).toBe('limit')
      expect(await authority.putKey({ name: 'second', value: '2b' })).toBe('put')
      expect((await published())?.signingKeys).toEqual([FIRST_KEY, { name: 'second', value: '2b' }])
      expect(await authority.deleteKey('nobody', SPARE)).toBe(false)
      expect(await authority.deleteKey('second', SPARE)).toBe(true)
      expect(await authority.deleteKey('default', SPARE)).toBe(true)
      expect(await authority.listKeys()).toEqual([SPARE])
    })
    it('keeps and publishes settings, each apart from the others', async () => {
      const { authority, published } = await setUp()
      expect(await authority.settings()).toEqual(DEFAULT_SETTINGS)
      expect(await authority.changeSettings({ flexibleVariants: true })).toEqual({
        ...DEFAULT_SETTINGS,
        flexibleVariants: true,
      })
      const both = { browserTtlSeconds: 3600, flexibleVariants: true }
      expect(await authority.changeSettings({ browserTtlSeconds: 3600 })).toEqual(both)
      expect(await authority.settings()).toEqual(both)
      expect((await published())?.settings).toEqual(both)
      await Promise.all([
        authority.changeSettings({ browserTtlSeconds: 7200 }),
        authority.changeSettings({ flexibleVariants: false }),
      ])
      expect(await authority.settings()).toEqual({ browserTtlSeconds: 7200, flexibleVariants: false })
    })
    it('knows its tokens by id', async () => {
      const { authority } = await setUp()
      const row = { tokenId: 'abcdef01', name: 'ci', right: 'read' as const, hash: 'h' }
      await authority.addToken(row)
      expect([await authority.token('abcdef01'), await authority.token('00000000')]).toEqual([row, null])
    })
    it('keeps settings and the zone, and publishes what is changed of them', async () => {
      const { authority, accountId, published } = await setUp()
      expect([await authority.settings(), await authority.zone()]).toEqual([
        DEFAULT_SETTINGS,
        { ...DEFAULT_ZONE_SETTINGS, zoneId: `z${accountId}` },
      ])
      await authority.changeSettings({ storage: 'off' })
      await authority.changeZone({ allowedOrigins: ['b.com'] })
      const zone = await authority.changeZone({ origin: 'https://a.com/' })
      expect(zone).toMatchObject({
        allowedOrigins: ['b.com'],
        origin: 'https://a.com/',
        transformations: 'on',
      })
      expect(zone.modifiedAt).toBeGreaterThan(0)
      expect(await authority.settings()).toEqual({ ...DEFAULT_SETTINGS, storage: 'off' })
      expect(await published()).toMatchObject({ settings: { storage: 'off' }, zone })
    })
    it('raises the clock with each purge and logs image tags by bucket', async () => {
      const { authority, edge, accountId, published } = await setUp()
      expect(await authority.purge(['host:a.example', 'image:cat'])).toBe(1)
      expect(await authority.purge(['image:cat'])).toBe(2)
      expect(await published()).toMatchObject({ purgeClock: 2, purgeLog: { 'host:a.example': 1 } })
      expect(await edge.getPurges(`h${accountId}`, bucketOf('cat'))).toEqual({
        purgeClock: 2,
        purgeLog: { 'image:cat': 2 },
      })
      expect(await edge.getPurges(`h${accountId}`, (bucketOf('cat') + 1) % 256)).toBeNull()
    })
    it('publishes the last of many changes made at once', async () => {
      const { authority, published } = await setUp()
      await Promise.all(Array.from({ length: 30 }, (_, i) => authority.purge([`tag:${i}`])))
      expect((await published())?.purgeClock).toBe(30)
    })
  })
}

describeAuthority('a Durable Object', (accountId) => ({
  authority: durableAccountAuthority(bindings.ACCOUNTS, accountId),
  edge: kvEdgeDocuments(bindings.EDGE),
}))

describe('the purge log of a Durable Object', () => {
  it('becomes one purge of everything before it is too large to publish', async () => {
    const accountId = freshAccountId()
    const authority = durableAccountAuthority(bindings.ACCOUNTS, accountId)
    await authority.initialize(identityOf(accountId), FIRST_KEY)
    const published = async () => (await kvEdgeDocuments(bindings.EDGE).get(`h${accountId}`))?.purgeLog
    const long = (name: string): PurgeTag => `file:a.example/${name}/${'x'.repeat(200_000)}`
    await authority.purge([long('1')])
    await authority.purge([long('2')])
    expect(Object.keys((await published()) ?? {})).toHaveLength(2)
    await authority.purge([long('3')])
    expect(await published()).toEqual({ 'account:*': 3 })
  })
})

/** The promises of {@link AccountRegistry}, for every adapter. */
function describeRegistry(name: string, create: () => AccountRegistry) {
  it(`the registry in ${name} finds an account by id, hash and name, and gives a name once`, async () => {
    const registry = create()
    const identity = identityOf(freshAccountId(), 'shop')
    expect(await registry.byName('shop')).toBeNull()
    expect(await registry.create(identity)).toEqual(identity)
    expect(await registry.create(identityOf(freshAccountId(), 'shop'))).toBe('taken')
    const { accountId, accountHash, zoneId } = identity
    expect([
      await registry.byId(accountId),
      await registry.byHash(accountHash),
      await registry.byName('shop'),
    ]).toEqual(Array(3).fill(identity))
    expect([await registry.byHash(zoneId), await registry.byId(accountHash)]).toEqual([null, null])
    expect(await registry.list()).toEqual([identity])
  })
  it(`the registry in ${name} gives a host to one account, and all others to the first`, async () => {
    const registry = create()
    const [first] = await registry.list()
    const [one, two] = [identityOf(freshAccountId()), identityOf(freshAccountId())]
    for (const identity of [one, two]) await registry.create(identity)
    expect(await registry.setHosts(one.accountId, ['a.com', 'b.com'])).toBe('set')
    expect(await registry.setHosts(two.accountId, ['c.com', 'b.com'])).toBe('taken')
    expect(await registry.setHosts(one.accountId, ['b.com'])).toBe('set')
    const idOf = async (host: string) => (await registry.byHost(host))?.accountId
    expect([await idOf('b.com'), await idOf('a.com'), await idOf('c.com')]).toEqual([
      one.accountId,
      first?.accountId,
      first?.accountId,
    ])
    expect(await registry.setHosts(two.accountId, ['a.com'])).toBe('set')
    expect(await idOf('a.com')).toBe(two.accountId)
  })
}

describeRegistry('a Durable Object', () => durableAccountRegistry(bindings.REGISTRY))

it('the edge in KV knows whose zone claims a host', async () => {
  const edge = kvEdgeDocuments(bindings.EDGE)
  expect(await edge.getHost('claimed.example')).toBeNull()
  await edge.putHost('claimed.example', 'hash')
  expect(await edge.getHost('claimed.example')).toBe('hash')
  await edge.removeHost('claimed.example')
  expect(await edge.getHost('claimed.example')).toBeNull()
})
