import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

let system: System
let account: TestAccount
let path: string

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('variants')
  path = `/accounts/${account.accountId}/images/v1`
  await system.api(
    account,
    'POST',
    path,
    imageForm(await drawPng(400, 300), { id: 'card', metadata: '{"tags":["sale","new"]}' }),
  )
})
afterAll(() => system.close())

const create = (id: string, options: object, more: object = {}) =>
  system.api(account, 'POST', `${path}/variants`, { id, options, ...more })
const sizeOf = async (variant: string, accept = 'image/png') => {
  const response = await system.deliver(`/${account.accountHash}/card/${variant}`, { accept })
  const { width, height, format } = await sharp(Buffer.from(await response.arrayBuffer())).metadata()
  return [width, height, format]
}
const cacheStatus = async (url = `/${account.accountHash}/card/public`) => {
  const response = await system.deliver(url)
  await response.arrayBuffer()
  return [response.status, response.headers.get('cf-cache-status')]
}

describe('variants', () => {
  it('begin with "public", which a delete leaves standing', async () => {
    const list = async () => (await system.api(account, 'GET', `${path}/variants`)).body.result.variants
    expect(await list()).toEqual({
      public: {
        ...{ id: 'public', neverRequireSignedURLs: false },
        options: { fit: 'scale-down', metadata: 'none', width: 1366, height: 768 },
      },
    })
    expect((await system.api(account, 'DELETE', `${path}/variants/public`)).body).toMatchObject({
      success: true,
      result: {},
    })
    expect(Object.keys(await list())).toEqual(['public'])
  })
  it('are created, read, changed and deleted, each seen by the next delivery', async () => {
    const { status, body } = await create('thumb', { fit: 'cover', width: 50, height: 50, metadata: 'none' })
    expect(status).toBe(200)
    const variant = {
      id: 'thumb',
      options: { fit: 'cover', width: 50, height: 50, metadata: 'none' },
      neverRequireSignedURLs: false,
    }
    expect(body.result).toEqual({ variant })
    expect((await system.api(account, 'GET', `${path}/variants/thumb`)).body.result).toEqual({ variant })
    expect((await system.api(account, 'GET', `${path}/variants/thumb/flat`)).body.result).toEqual(variant)
    expect(await sizeOf('thumb')).toEqual([50, 50, 'png'])
    const patched = await system.api(account, 'PATCH', `${path}/variants/thumb`, { options: { width: 80 } })
    expect(patched.body.result.variant.options).toEqual({ ...variant.options, width: 80 })
    expect(await sizeOf('thumb')).toEqual([80, 50, 'png'])
    expect((await system.api(account, 'DELETE', `${path}/variants/thumb`)).body.result).toEqual({})
    expect((await system.deliver(`/${account.accountHash}/card/thumb`)).status).toBe(403)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const missing = await system.api(
        account,
        method,
        `${path}/variants/thumb`,
        method === 'GET' ? undefined : {},
      )
      expect([missing.status, missing.body.errors[0].code]).toEqual([404, 5401])
    }
  })
  it('may have hyphens and underscores in their names', async () => {
    for (const id of ['profile-thumbnail', '_', '-', 'a_b-c']) {
      expect((await create(id, { width: 40 })).status).toBe(200)
      expect(await sizeOf(id)).toEqual([40, 30, 'png'])
    }
  })
  it.each<[string, object, [number, number]]>([
    ['scale-down', { fit: 'scale-down', width: 200, height: 200 }, [200, 150]],
    ['scale-down beyond the source', { fit: 'scale-down', width: 4000 }, [400, 300]],
    ['contain', { fit: 'contain', width: 800, height: 800 }, [800, 600]],
    ['cover', { fit: 'cover', width: 100, height: 200 }, [100, 200]],
    ['crop', { fit: 'crop', width: 1000, height: 100 }, [400, 100]],
    ['pad', { fit: 'pad', width: 200, height: 200 }, [200, 200]],
    ['width alone', { fit: 'contain', width: 100 }, [100, 75]],
    ['height alone', { fit: 'contain', height: 100 }, [133, 100]],
  ])('fit as they say: %s', async (name, options, [width, height]) => {
    const id = name.replace(/[^a-z]/g, '')
    expect((await create(id, options)).status).toBe(200)
    expect(await sizeOf(id)).toEqual([width, height, 'png'])
  })
  it.each<[string, object]>([
    ['no id', { options: { fit: 'cover' } }],
    ['an equals sign', { id: 'a=b', options: {} }],
    ['a comma', { id: 'a,b', options: {} }],
    ['a slash', { id: 'a/b', options: {} }],
    ['a dot', { id: 'a.b', options: {} }],
    ['a long name', { id: 'a'.repeat(100), options: {} }],
    ['an unknown fit', { id: 'x', options: { fit: 'stretch' } }],
    ['width 0', { id: 'x', options: { width: 0 } }],
    ['width 10000', { id: 'x', options: { width: 10_000 } }],
    ['width as text', { id: 'x', options: { width: '100' } }],
    ['a fraction', { id: 'x', options: { width: 1.5 } }],
    ['a short TTL', { id: 'x', options: { browser_ttl: 60 } }],
    ['an option of URLs alone', { id: 'x', options: { 'slow-connection-quality': 40 } }],
    ['options that are a list', { id: 'x', options: [] }],
    ['a flag as text', { id: 'x', options: {}, neverRequireSignedURLs: 'yes' }],
  ])('are refused with %s', async (_, body) => {
    const answer = await system.api(account, 'POST', `${path}/variants`, body)
    expect([answer.status, answer.body.errors[0].code]).toEqual([400, 5400])
  })
  it('keep every one of several changes made at once', async () => {
    await create('busy', {})
    const change = (body: object) => system.api(account, 'PATCH', `${path}/variants/busy`, body)
    for (let round = 1; round <= 10; round++) {
      const changes = [{ options: { width: round } }, { options: { height: round } }]
      const isOpen = round % 2 === 1
      await Promise.all([...changes, { neverRequireSignedURLs: isOpen }].map(change))
      const { variant } = (await system.api(account, 'GET', `${path}/variants/busy`)).body.result
      expect(variant).toMatchObject({
        options: { width: round, height: round },
        neverRequireSignedURLs: isOpen,
      })
    }
  })
  it('are refused twice under one name, and beyond a hundred', async () => {
    await create('twice', {})
    const again = await create('twice', {})
    expect([again.status, again.body.errors[0].code]).toEqual([409, 5409])
    const other = await system.createAccount('hundred')
    const answers = []
    for (let i = 1; i <= 100; i++) {
      answers.push(
        await system.api(other, 'POST', `/accounts/${other.accountId}/images/v1/variants`, { id: `v${i}` }),
      )
    }
    expect(answers.slice(0, 99).every(({ status }) => status === 200)).toBe(true)
    expect([answers[99]?.status, answers[99]?.body.errors[0].code]).toEqual([403, 5453])
  })
  it('take JSON whatever the content type says, and refuse what is none', async () => {
    const send = (body: string, type: string) =>
      fetch(`${system.baseUrl}/client/v4${path}/variants`, {
        ...{ method: 'POST', body },
        headers: { authorization: `Bearer ${account.token}`, 'content-type': type },
      })
    expect((await send('{"id":"untyped"}', 'text/plain')).status).toBe(200)
    for (const body of ['{', '[]', '"x"', 'null', '\ufeff'])
      expect((await send(body, 'application/json')).status).toBe(400)
  })
  it('set the browser TTL of what they deliver', async () => {
    await create('ttl', { browser_ttl: 7200 })
    const cacheControl = async (variant: string) => {
      const response = await system.deliver(`/${account.accountHash}/card/${variant}`)
      await response.arrayBuffer()
      return response.headers.get('cache-control')
    }
    expect(await cacheControl('ttl')).toBe('public, max-age=7200, stale-while-revalidate=7200')
    expect(await cacheControl('public')).toBe('public, max-age=172800, stale-while-revalidate=7200')
  })
})

describe('a purge', () => {
  const purge = (body: object) => system.api(account, 'POST', `/zones/${account.zoneId}/purge_cache`, body)
  const host = () => new URL(system.baseUrl).host
  it.each<[string, () => object]>([
    ['everything', () => ({ purge_everything: true })],
    ['a URL', () => ({ files: [`${system.baseUrl}/${account.accountHash}/card/public`] })],
    [
      'a URL with headers',
      () => ({ files: [{ url: `${system.baseUrl}/${account.accountHash}/card/public`, headers: {} }] }),
    ],
    [
      'a URL spelled otherwise',
      () => ({ files: [`${system.baseUrl.toUpperCase()}//./${account.accountHash}/%63ard/public/?b&a`] }),
    ],
    [
      'the URL of an alias',
      () => ({ files: [`${system.baseUrl}/imagedelivery/${account.accountHash}/card/public`] }),
    ],
    ['a user tag', () => ({ tags: ['unknown', 'sale'] })],
    ['an image tag', () => ({ tags: ['image:card'] })],
    ['a variant tag', () => ({ tags: ['variant:public'] })],
    ['a host', () => ({ hosts: [host()] })],
    ['a prefix', () => ({ prefixes: [`${host()}/${account.accountHash}/card`] })],
  ])('of %s reaches the next request', async (_, body) => {
    await cacheStatus()
    expect(await cacheStatus()).toEqual([200, 'HIT'])
    const answer = await purge(body())
    expect([answer.status, answer.body.result]).toEqual([200, { id: account.zoneId }])
    expect(await cacheStatus()).toEqual([200, 'MISS'])
    expect(await cacheStatus()).toEqual([200, 'HIT'])
  })
  it('of one spelling reaches requests of another', async () => {
    await system.api(account, 'POST', path, imageForm(await drawPng(8, 8), { id: 'two words/é' }))
    const spelled = (id: string) => `/${account.accountHash}/${id}/public`
    const spellings = ['two%20words/%C3%A9', 'two%20words%2f%c3%a9', '%74wo%20words/é']
    for (const asked of spellings) {
      for (const purged of spellings) {
        await cacheStatus(spelled(asked))
        expect(await cacheStatus(spelled(asked))).toEqual([200, 'HIT'])
        await purge({ files: [system.baseUrl + spelled(purged)] })
        expect([asked, purged, await cacheStatus(spelled(asked))]).toEqual([asked, purged, [200, 'MISS']])
      }
    }
  })
  it('of something else leaves it cached', async () => {
    await cacheStatus()
    const others = [
      { files: [`${system.baseUrl}/${account.accountHash}/card/thumb`] },
      { tags: ['other', 'image:cards'] },
      { hosts: ['other.example'] },
      { prefixes: [`${host()}/${account.accountHash}/car`] },
    ]
    for (const body of others) expect((await purge(body)).status).toBe(200)
    expect(await cacheStatus()).toEqual([200, 'HIT'])
  })
  it.each<[string, object]>([
    ['nothing', {}],
    ['two kinds at once', { purge_everything: true, tags: ['a'] }],
    ['purge_everything that is not true', { purge_everything: 'yes' }],
    ['no items', { tags: [] }],
    ['101 items', { tags: Array.from({ length: 101 }, (_, i) => `t${i}`) }],
    ['items that are no text', { tags: [1] }],
    ['a relative URL', { files: ['/a'] }],
    ['a URL that is no address', { files: ['data:x'] }],
    ['a host that is a URL', { hosts: ['http://a.example/'] }],
    ['a host that is none', { hosts: ['\u0000'] }],
    ['a prefix without a host', { prefixes: ['//x'] }],
    ['a prefix with a scheme', { prefixes: ['https://a.example/b'] }],
  ])('is refused with %s', async (_, body) => {
    const answer = await purge(body)
    expect([answer.status, answer.body.errors[0].code]).toEqual([400, 5400])
  })
  it('follows a delete at once, whatever was cached', async () => {
    await system.api(account, 'POST', path, imageForm(await drawPng(8, 8), { id: 'gone' }))
    const url = `/${account.accountHash}/gone/public`
    await cacheStatus(url)
    expect(await cacheStatus(url)).toEqual([200, 'HIT'])
    expect((await system.api(account, 'DELETE', `${path}/gone`)).body.result).toEqual({})
    expect((await system.deliver(url)).status).toBe(404)
    await system.api(account, 'POST', path, imageForm(await drawPng(16, 16), { id: 'gone' }))
    const response = await system.deliver(url)
    expect((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width).toBe(16)
  })
})
