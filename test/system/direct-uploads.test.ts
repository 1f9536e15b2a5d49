import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

const MINUTE_MS = 60_000
let system: System
let account: TestAccount
let png: Buffer
let path: string

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('direct')
  path = `/accounts/${account.accountId}/images`
  png = await drawPng(40, 30)
})
afterAll(() => system.close())

const formOf = (fields: Record<string, string>) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}
const ticket = (fields: Record<string, string> = { creator: '' }) =>
  system.api(account, 'POST', `${path}/v2/direct_upload`, formOf(fields))
const newTicket = async (fields?: Record<string, string>) =>
  (await ticket(fields)).body.result as { id: string; uploadURL: string }
const send = async (
  uploadUrl: string,
  form: FormData = imageForm(png),
  headers: Record<string, string> = {},
) => {
  const response = await fetch(uploadUrl, { method: 'POST', body: form, headers })
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests assert
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}
const after = (ms: number) => new Date(Date.now() + ms).toISOString()

describe('a direct upload', () => {
  it('is a draft until its URL is used, and then an image under the same id', async () => {
    const { id, uploadURL } = await newTicket({
      metadata: '{"from":"backend"}',
      creator: 'ann',
      requireSignedURLs: 'true',
    })
    expect(uploadURL).toBe(`${system.baseUrl}/${account.accountHash}/${id}`)
    expect(id).toMatch(/01$/)
    const draft = await system.api(account, 'GET', `${path}/v1/${id}`)
    expect(draft.body.result).toMatchObject({
      id,
      draft: true,
      filename: null,
      meta: { from: 'backend' },
      creator: 'ann',
    })
    expect((await system.api(account, 'GET', `${path}/v1`)).body.result.images).toEqual([])
    const form = imageForm(png, {
      metadata: '{"from":"browser"}',
      creator: 'eve',
      id: 'other',
      requireSignedURLs: 'false',
    })
    const { status, body } = await send(uploadURL, form)
    expect(status).toBe(200)
    expect(body.result).toMatchObject({
      id,
      requireSignedURLs: true,
      meta: { from: 'backend' },
      creator: 'ann',
    })
    expect(body.result).not.toHaveProperty('draft')
    expect((await system.api(account, 'GET', `${path}/v1/${id}`)).body.result).not.toHaveProperty('draft')
  })
  it('can be asked for with an empty form, or with JSON at the old route', async () => {
    const empty = await fetch(`${system.baseUrl}/client/v4${path}/v2/direct_upload`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${account.token}`,
        'content-type': 'multipart/form-data; boundary=x',
      },
      body: '--x--\r\n',
    })
    expect(empty.status).toBe(200)
    const old = await system.api(account, 'POST', `${path}/v1/direct_upload`, { metadata: { a: 1 } })
    expect((await send(old.body.result.uploadURL)).body.result.meta).toEqual({ a: 1 })
    const json = await system.api(account, 'POST', `${path}/v2/direct_upload`, { metadata: { a: 1 } })
    expect([json.status, json.body.errors[0].code]).toEqual([415, 5415])
  })
  it.each<[string, Record<string, string>]>([
    ['nothing but its credentials', {}],
    ['a content type and no body', { 'content-type': 'application/json' }],
    ['the type of a form and no body', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['the type of a form without a boundary', { 'content-type': 'multipart/form-data' }],
  ])('can be asked for with %s', async (_, headers) => {
    const response = await fetch(`${system.baseUrl}/client/v4${path}/v2/direct_upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${account.token}`, ...headers },
    })
    const { result } = (await response.json()) as { result: { id: string; uploadURL: string } }
    expect([response.status, Object.keys(result)]).toEqual([200, ['id', 'uploadURL']])
    expect((await send(result.uploadURL)).status).toBe(200)
  })
  it('takes fields that carry a file name, as scripts send them, and says what is wrong with a real file', async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries({
      requireSignedURLs: 'true',
      'metadata[a]': '1',
      creator: 'ann',
    }))
      form.append(name, new Blob([value]), name)
    const { status, body } = await system.api(account, 'POST', `${path}/v2/direct_upload`, form)
    expect([status, body.result?.id]).toEqual([200, expect.stringMatching(/01$/)])
    const draft = await system.api(account, 'GET', `${path}/v1/${body.result.id}`)
    expect(draft.body.result).toMatchObject({ creator: 'ann', meta: { a: '1' } })
    const wrong = await system.api(account, 'POST', `${path}/v2/direct_upload`, imageForm(png))
    expect([wrong.status, wrong.body.errors[0].code]).toEqual([400, 5400])
    expect(wrong.body.errors[0].message).toMatch(
      /the part "file" has a file name.*text fields only.*uploadURL/,
    )
  })
  it.each([
    { id: { a: 1 } },
    { id: 5 },
    { id: true },
    { creator: ['ann'] },
    { expiry: 5 },
    { requireSignedURLs: 1 },
  ])('can not be asked for with %j at the old route', async (body) => {
    const answer = await system.api(account, 'POST', `${path}/v1/direct_upload`, body)
    expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([400, 5400])
    expect(answer.body.errors[0].message).toContain(`"${Object.keys(body)[0]}" must be`)
  })
  it('keeps a custom id with slashes in one path segment', async () => {
    const { uploadURL } = await newTicket({ id: 'users/ann/ä' })
    expect(uploadURL).toBe(`${system.baseUrl}/${account.accountHash}/users%2Fann%2F%C3%A4`)
    expect((await send(uploadURL)).body.result.id).toBe('users/ann/ä')
    const again = await ticket({ id: 'users/ann/ä' })
    expect([again.status, again.body.errors[0].code]).toEqual([409, 5409])
  })
  it('is won by exactly one of many racers', async () => {
    const { id, uploadURL } = await newTicket()
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await send(uploadURL)).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(19)
    expect((await system.deliver(`/${account.accountHash}/${id}/public`)).status).toBe(200)
  })
  it('can be used once', async () => {
    const { uploadURL } = await newTicket()
    await send(uploadURL)
    const again = await send(uploadURL)
    expect([again.status, again.body.errors[0].code, again.headers.get('x-should-retry')]).toEqual([
      409,
      5409,
      'false',
    ])
  })
  it('stays usable after a file that was refused', async () => {
    const { uploadURL } = await newTicket()
    const bad = await send(uploadURL, imageForm(Buffer.from('no picture')))
    expect([bad.status, bad.body.errors[0].code]).toEqual([415, 5455])
    const none = await send(uploadURL, formOf({ file: 'text' }))
    expect([none.status, none.body.errors[0].code]).toEqual([400, 5400])
    expect((await send(uploadURL)).status).toBe(200)
  })
  it('takes the first part that carries a file, whatever stands before it', async () => {
    const { uploadURL } = await newTicket()
    const form = formOf({ name: 'a.png', type: 'image/png', file: '{}' })
    form.append('file', new Blob([new Uint8Array(png)]), 'a.png')
    expect((await send(uploadURL, form)).body.result.filename).toBe('a.png')
  })
  it('takes an image in a part "file" that has no file name, and says what is missing when it is none', async () => {
    const { uploadURL } = await newTicket()
    const part = (bytes: Uint8Array) => ({
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: new Uint8Array(
        Buffer.concat([
          Buffer.from('--x\r\ncontent-disposition: form-data; name="file"\r\n\r\n'),
          bytes,
          Buffer.from('\r\n--x--\r\n'),
        ]),
      ),
    })
    const bad = await fetch(uploadURL, part(Buffer.from('photo.jpg')))
    const { errors } = (await bad.json()) as { errors: { message: string }[] }
    expect([bad.status, errors[0]?.message]).toEqual([400, expect.stringMatching(/"file" has no file name/)])
    const good = await fetch(uploadURL, part(png))
    expect(good.status).toBe(200)
    expect(((await good.json()) as { result: object }).result).toMatchObject({ filename: null })
  })
  it.each([
    [2 * MINUTE_MS + 5000, 200],
    [6 * 60 * MINUTE_MS - 5000, 200],
    [2 * MINUTE_MS - 5000, 400],
    [6 * 60 * MINUTE_MS + 5000, 400],
    [-MINUTE_MS, 400],
  ])('may expire in %i ms: %i', async (ms, status) => {
    expect((await ticket({ expiry: after(ms) })).status).toBe(status)
  })
  it.each(['tomorrow', '2026', '2026-13-01T00:00:00Z', '0'])('may not expire at "%s"', async (expiry) => {
    const answer = await ticket({ expiry })
    expect([answer.status, answer.body.errors[0].code]).toEqual([400, 5400])
  })
  it('that has expired says so and stores nothing', async () => {
    const { id, uploadURL } = await newTicket()
    const storage = await system.harness
      .getWorker('tintype-api')
      .getDurableObjectStorage('IMAGES' as never, { name: `${account.accountId}/0` })
    await storage.exec('UPDATE images SET expires_at = 1 WHERE id = ?', id)
    const late = await send(uploadURL)
    expect([late.status, late.body.errors[0].code]).toEqual([410, 5404])
    expect((await system.api(account, 'GET', `${path}/v1/${id}`)).status).toBe(404)
  })
  it('of a draft that was deleted is gone', async () => {
    const { id, uploadURL } = await newTicket()
    expect((await system.api(account, 'DELETE', `${path}/v1/${id}`)).status).toBe(200)
    expect((await send(uploadURL)).status).toBe(404)
  })
})

describe('an upload URL', () => {
  it('that nobody was given is not found', async () => {
    for (const where of [
      `/${account.accountHash}/00000000-0000-0000-0000-000000000000`,
      `/${'A'.repeat(22)}/00000000-0000-0000-0000-000000000000`,
      `/${account.accountHash}/%00`,
      `/${account.accountHash}/..%2F..%2Fx`,
    ]) {
      const answer = await send(`${system.baseUrl}${where}`)
      expect([where, answer.status, answer.body.errors[0].code]).toEqual([where, 404, 5404])
    }
  })
  it('that nobody was given keeps no upload waiting, however slowly it is sent', async () => {
    const { hostname, port } = new URL(system.baseUrl)
    const head = `POST /${account.accountHash}/nobody HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 1000000\r\n`
    const start = `Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n`
    const strangers = Array.from({ length: 12 }, () => connect(Number(port), hostname))
    try {
      await Promise.all(
        strangers.map((socket) =>
          once(
            socket.on('error', () => {}),
            'connect',
          ),
        ),
      )
      for (const socket of strangers) socket.write(head + start)
      await sleep(500)
      expect((await send((await newTicket()).uploadURL)).status).toBe(200)
    } finally {
      for (const socket of strangers) socket.destroy()
    }
  })
  it('that nobody was given is refused before its form is looked at', async () => {
    const body = `--x\r\nContent-Disposition: form-data; name="${'\\'.repeat(60)}\r\n\r\n`
    for (const broken of [body, 'no form at all', `--x\r\n${'a'.repeat(20_000)}`]) {
      const startedAt = Date.now()
      const response = await fetch(`${system.baseUrl}/${account.accountHash}/nobody`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: broken,
      })
      expect(response.status).toBe(404)
      expect(Date.now() - startedAt).toBeLessThan(5000)
    }
  })
  it('lets any page use it, and read its errors', async () => {
    const { uploadURL } = await newTicket()
    const preflight = await fetch(uploadURL, {
      method: 'OPTIONS',
      headers: {
        ...{ origin: 'https://shop.example', 'access-control-request-method': 'POST' },
        'access-control-request-headers': 'cache-control,x-requested-with',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('cache-control,x-requested-with')
    const bad = await send(uploadURL, imageForm(Buffer.from('no picture')), {
      origin: 'https://shop.example',
    })
    expect(bad.headers.get('access-control-allow-origin')).toBe('*')
    expect((await send(uploadURL)).headers.get('access-control-allow-origin')).toBe('*')
  })
  it('answers other methods with 405', async () => {
    const { uploadURL } = await newTicket()
    for (const method of ['PUT', 'PATCH', 'DELETE'])
      expect((await fetch(uploadURL, { method })).status).toBe(405)
  })
  it('takes forms only', async () => {
    const { uploadURL } = await newTicket()
    const raw = await fetch(uploadURL, {
      method: 'POST',
      body: new Uint8Array(png),
      headers: { 'content-type': 'image/png' },
    })
    expect(raw.status).toBe(415)
  })
})
