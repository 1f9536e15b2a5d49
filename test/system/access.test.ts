import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

let system: System
let account: TestAccount
let stranger: TestAccount
let png: Buffer
let path: string
let key: string

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('owner')
  stranger = await system.createAccount('stranger')
  path = `/accounts/${account.accountId}/images/v1`
  png = await drawPng(40, 30)
  key = (await system.api(account, 'GET', `${path}/keys`)).body.result.keys[0].value
})
afterAll(() => system.close())

const upload = async (fields: Record<string, string> = {}): Promise<string> =>
  (await system.api(account, 'POST', path, imageForm(png, fields))).body.result.id
const sign = (pathAndQuery: string, secret = key) => {
  const mac = createHmac('sha256', secret).update(pathAndQuery).digest('hex')
  return `${pathAndQuery}${pathAndQuery.includes('?') ? '&' : '?'}sig=${mac}`
}
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
const denied = async (url: string) => {
  const response = await system.deliver(url)
  const text = await response.text()
  expect([response.status, response.headers.get('cf-resized'), text.slice(0, 11)]).toEqual([
    403,
    'err=9425',
    'ERROR 9425:',
  ])
  return text
}

describe('credentials', () => {
  const get = (headers: Record<string, string>, where = `/client/v4${path}`) =>
    fetch(`${system.baseUrl}${where}`, { headers })
  const codeOf = async (response: Response) => [
    response.status,
    ((await response.json()) as { errors: { code: number }[] }).errors[0]?.code,
  ]
  it.each<[string, Record<string, string>, number, number]>([
    ['none', {}, 400, 9106],
    ['of another scheme', { authorization: 'Basic eDp5' }, 400, 6003],
    ['empty', { authorization: 'Bearer' }, 400, 6003],
    ['unknown', { authorization: 'Bearer nobody' }, 401, 10000],
    [
      'well-formed but unknown',
      { authorization: `Bearer tt_${'0'.repeat(32)}_00000000_${'A'.repeat(43)}` },
      401,
      10000,
    ],
    ['a key without an email', { 'x-auth-key': 'x' }, 400, 6003],
  ])('that are %s are refused', async (_, headers, status, code) => {
    expect(await codeOf(await get(headers))).toEqual([status, code])
  })
  it('may differ in no character', async () => {
    for (const at of [3, 40, account.token.length - 1]) {
      const changed =
        account.token.slice(0, at) + (account.token[at] === '0' ? '1' : '0') + account.token.slice(at + 1)
      expect((await codeOf(await get({ authorization: `Bearer ${changed}` })))[0]).toBe(401)
    }
  })
  it('work as a global key too, and at the root', async () => {
    const headers = { 'x-auth-email': 'a@example.com', 'x-auth-key': account.token }
    expect((await get(headers)).status).toBe(200)
    expect((await get(headers, path)).status).toBe(200)
  })
  it('that may only read can not write', async () => {
    const reader = { ...account, token: account.readToken }
    expect((await system.api(reader, 'GET', path)).status).toBe(200)
    for (const [method, where] of [
      ['POST', path],
      ['DELETE', `${path}/any`],
      ['POST', `${path}/variants`],
      ['PUT', `${path}/keys/second`],
      ['POST', `/zones/${account.zoneId}/purge_cache`],
    ] as const) {
      const answer = await system.api(reader, method, where)
      expect([answer.status, answer.body.errors[0].code]).toEqual([403, 10000])
    }
  })
  it('come before the path, and the path before its contents', async () => {
    const at = async (where: string, who: TestAccount | null = account) => {
      const { status, body } = await system.api(who, 'GET', where)
      return [status, body.errors[0].code]
    }
    expect(await at('/accounts/not-hex/images/v1')).toEqual([404, 7003])
    expect(await at(`${path}/nobody`)).toEqual([404, 5404])
    expect(await at('/nowhere')).toEqual([404, 7000])
    expect(await at(path, null)).toEqual([400, 9106])
  })
  it('let every route say which methods it takes', async () => {
    for (const [method, where, allow] of [
      ['PUT', path, 'GET, POST'],
      ['PUT', `${path}/cat`, 'GET, DELETE'],
      ['PUT', `${path}/variants`, 'GET, POST'],
      ['PUT', `${path}/variants/thumb`, 'GET, PATCH, DELETE'],
      ['POST', `${path}/keys`, 'GET'],
      ['GET', `${path}/keys/default`, 'PUT, DELETE'],
      ['GET', `/accounts/${account.accountId}/images/v2/direct_upload`, 'POST'],
      ['GET', `/zones/${account.zoneId}/purge_cache`, 'POST'],
    ] as const) {
      const answer = await system.api(account, method, where)
      expect([where, answer.status, answer.headers.get('allow')]).toEqual([where, 405, allow])
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })
  it('of the administrator are needed for accounts', async () => {
    const response = await fetch(`${system.baseUrl}/admin/accounts`, {
      headers: { authorization: `Bearer ${account.token}` },
    })
    expect(response.status).toBe(401)
  })
})

describe('another account', () => {
  it('sees, changes and delivers nothing of the first', async () => {
    const id = await upload({ id: 'mine' })
    expect(id).toBe('mine')
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await system.api(stranger, method, `${path}/mine`)).status).toBe(403)
    }
    const theirs = `/accounts/${stranger.accountId}/images/v1`
    expect((await system.api(stranger, 'GET', `${theirs}/mine`)).status).toBe(404)
    expect((await system.api(stranger, 'DELETE', `${theirs}/mine`)).status).toBe(404)
    expect((await system.api(stranger, 'GET', theirs)).body.result.images).toEqual([])
    expect((await system.deliver(`/${stranger.accountHash}/mine/public`)).status).toBe(404)
    expect(
      (await system.api(stranger, 'POST', `/zones/${account.zoneId}/purge_cache`, { purge_everything: true }))
        .status,
    ).toBe(403)
    expect((await system.deliver(`/${account.accountHash}/mine/public`)).status).toBe(200)
  })
  it('may have an image of the same id', async () => {
    const other = await drawPng(9, 9)
    await upload({ id: 'same' })
    await system.api(
      stranger,
      'POST',
      `/accounts/${stranger.accountId}/images/v1`,
      imageForm(other, { id: 'same' }),
    )
    const sizes = await Promise.all(
      [account, stranger].map(async ({ accountHash }) => {
        const response = await system.deliver(`/${accountHash}/same/public`)
        return (await response.arrayBuffer()).byteLength
      }),
    )
    expect(sizes[0]).not.toBe(sizes[1])
  })
  it("can't sign for the first", async () => {
    const id = await upload({ requireSignedURLs: 'true' })
    const { keys } = (await system.api(stranger, 'GET', `/accounts/${stranger.accountId}/images/v1/keys`))
      .body.result
    await denied(sign(`/${account.accountHash}/${id}/public`, keys[0].value))
  })
})

describe.each([
  ['generated', {}],
  ['custom', { id: 'private/one' }],
])('a private image with a %s id', (_, idField) => {
  let url: string
  beforeAll(async () => {
    const id = await upload({ ...idField, requireSignedURLs: 'true' })
    url = `/${account.accountHash}/${id}/public`
  })

  it('is delivered to whoever holds a valid signature, for as long as it lasts', async () => {
    for (const signed of [
      sign(url),
      sign(`${url}?exp=${inSeconds(60)}`),
      sign(`${url}?a=1&exp=${inSeconds(60)}`),
    ]) {
      const response = await system.deliver(signed)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/)
      await response.arrayBuffer()
    }
    const short = await system.deliver(sign(`${url}?exp=${inSeconds(30)}`))
    expect(Number(/max-age=(\d+)/.exec(short.headers.get('cache-control') ?? '')?.[1])).toBeLessThanOrEqual(
      30,
    )
    await short.arrayBuffer()
  })
  it.each<[string, (url: string) => string]>([
    ['missing', (plain) => plain],
    ['wrong', (plain) => `${plain}?sig=${'0'.repeat(64)}`],
    ['truncated', (plain) => sign(plain).slice(0, -1)],
    ['doubled', (plain) => `${sign(plain)}&sig=${'0'.repeat(64)}`],
    ['expired', (plain) => sign(`${plain}?exp=${inSeconds(-1)}`)],
    ['for another path', (plain) => `${plain}?${sign(plain.replace('/public', '/other')).split('?')[1]}`],
    [
      'with another expiry',
      (plain) => sign(`${plain}?exp=${inSeconds(60)}`).replace(/exp=\d+/, `exp=${inSeconds(600)}`),
    ],
    ['by another key', (plain) => sign(plain, 'some other key')],
  ])('refuses a signature that is %s, also after a valid one filled the cache', async (_name, change) => {
    await (await system.deliver(sign(url))).arrayBuffer()
    const text = await denied(change(url))
    expect(text).not.toContain(key)
  })
  it('is not found under another flag byte, signed or not', async () => {
    const changed = url.replace(/01\/public$/, '00/public')
    if (changed === url) return // a custom id has no flag to change
    expect((await system.deliver(changed)).status).toBe(404)
    expect((await system.deliver(sign(changed))).status).toBe(404)
  })
  it('shows a variant that never requires signatures to everyone', async () => {
    await system.api(account, 'POST', `${path}/variants`, {
      ...{ id: 'preview', options: { width: 10 }, neverRequireSignedURLs: true },
    })
    expect((await system.deliver(url.replace('/public', '/preview'))).status).toBe(200)
    await denied(url)
  })
})

describe('signing keys', () => {
  it('sign as soon as they exist, and no longer than that', async () => {
    const id = await upload({ requireSignedURLs: 'true' })
    const url = `/${account.accountHash}/${id}/public`
    const { keys } = (await system.api(account, 'PUT', `${path}/keys/second`)).body.result
    expect(keys.map(({ name }: { name: string }) => name)).toEqual(['default', 'second'])
    const signed = sign(url, keys[1].value)
    expect((await system.deliver(signed)).status).toBe(200)
    const third = await system.api(account, 'PUT', `${path}/keys/third`)
    expect([third.status, third.body.errors[0].code]).toEqual([403, 5453])
    const rotated = (await system.api(account, 'PUT', `${path}/keys/second`)).body.result.keys[1].value
    await denied(signed)
    expect((await system.deliver(sign(url, rotated))).status).toBe(200)
    await system.api(account, 'DELETE', `${path}/keys/second`)
    await denied(sign(url, rotated))
    const unknown = await system.api(account, 'DELETE', `${path}/keys/second`)
    expect([unknown.status, unknown.body.errors[0].code]).toEqual([404, 5404])
  })
  it('are never all gone', async () => {
    const alone = await system.createAccount('keys')
    const keysPath = `/accounts/${alone.accountId}/images/v1/keys`
    const before = (await system.api(alone, 'GET', keysPath)).body.result.keys
    const after = (await system.api(alone, 'DELETE', `${keysPath}/default`)).body.result.keys
    expect(after).toHaveLength(1)
    expect(after[0].name).toBe('default')
    expect(after[0].value).not.toBe(before[0].value)
  })
})
