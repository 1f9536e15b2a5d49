import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalWorkers, startLocalWorkers } from '../../scripts/local-workers.ts'
import { type Client, createClient, imageForm, type TestAccount } from '../support/client.ts'
import { drawPng } from '../support/pictures.ts'
import { picture, type SourceServer, startSourceServer } from '../support/source-server.ts'

const ADMIN_TOKEN = 'remote-sources-administrator'
let stateFolder: string
// Not the test harness: what it fetches goes through a proxy of its own, which follows redirects.
let workers: LocalWorkers
let system: Client & { readonly baseUrl: string }
let account: TestAccount
let other: TestAccount
let source: SourceServer
/** Another host, of which the zone's origin knows nothing. */
let guest: SourceServer
let png: Buffer
let large: Buffer

const admin = async (name: string, body?: object) => {
  const response = await fetch(`${system.baseUrl}/admin/accounts/${name}`, {
    method: body === undefined ? 'GET' : 'PATCH',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as { result: Record<string, unknown> } }
}
const setting = (name: string, value?: unknown, of = account) =>
  system.api(
    of,
    value === undefined ? 'GET' : 'PATCH',
    `/zones/${of.zoneId}/settings/${name}`,
    value === undefined ? undefined : { value },
  )
const codeOf = async (path: string) => {
  const response = await system.deliver(path)
  await response.arrayBuffer()
  return [response.status, response.headers.get('cf-resized')?.replace(/ .*/, '')]
}
const sizeOf = async (response: Response) => {
  const { width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata()
  return [response.status, width, height]
}
const asksFor = (path: string) => source.asked.filter(({ url }) => url === path).length

beforeAll(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'tintype-remote-'))
  workers = await startLocalWorkers({ stateFolder, adminToken: ADMIN_TOKEN, port: 0 })
  const baseUrl = `http://localhost:${workers.port}`
  system = { ...createClient(baseUrl, ADMIN_TOKEN), baseUrl }
  account = await system.createAccount('first')
  other = await system.createAccount('second')
  source = await startSourceServer()
  guest = await startSourceServer()
  png = await drawPng(60, 40)
  const noise = Buffer.alloc(1200 * 900 * 3)
  for (let i = 0, seed = 7; i < noise.length; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    noise[i] = (seed >> 16) & 255
  }
  large = await sharp(noise, { raw: { width: 1200, height: 900, channels: 3 } })
    .png()
    .toBuffer()
  await admin('first', { origin: `${source.url}/base` })
  await setting('transformations_allowed_origins', '127.0.0.1')
})
afterAll(async () => {
  await workers?.close()
  await source?.close()
  await guest?.close()
  await rm(stateFolder, { recursive: true, force: true })
})

describe('a picture of another host', () => {
  it('is transformed, absolute in every spelling, and of the zone’s own host', async () => {
    source.on('/a.png', picture(png))
    source.on('/base/own.png', picture(png))
    const port = source.port
    for (const spelling of [
      `${source.url}/a.png`,
      `http:/127.0.0.1:${port}/a.png`,
      encodeURIComponent(`${source.url}/a.png`),
      `http://0x7f.1:${port}/a.png`,
      '/own.png',
      'own.png',
    ]) {
      expect(await sizeOf(await system.deliver(`/image/w=30/${spelling}`)), spelling).toEqual([200, 30, 20])
    }
    expect(await sizeOf(await system.deliver(`/cdn-cgi/image/w=12/own.png`))).toEqual([200, 12, 8])
  })
  it('is asked for without anything of the client’s, once', async () => {
    source.on('/anonymous.png', picture(png))
    await system.deliver(`/image/w=30/${source.url}/anonymous.png?q=1`, {
      cookie: 'secret=1',
      authorization: 'Bearer secret',
      'x-own': 'secret',
      accept: 'image/webp,text/html',
    })
    const requests = source.asked.filter(({ url }) => url === '/anonymous.png?q=1')
    expect(requests).toHaveLength(1)
    const { headers } = requests[0] as (typeof requests)[0]
    expect(JSON.stringify(headers)).not.toContain('secret')
    expect([headers.via, headers.accept]).toEqual([
      '1.1 image-resizing',
      'image/webp,image/*;q=0.9,*/*;q=0.8',
    ])
  })
  it('may come without a length, small or large', async () => {
    const chunked = (bytes: Buffer) => (_: unknown, response: ServerResponse) => {
      response.writeHead(200)
      for (let at = 0; at < bytes.length; at += 100_000) response.write(bytes.subarray(at, at + 100_000))
      response.end()
    }
    source.on('/small.png', chunked(png))
    source.on('/large.png', chunked(large))
    expect(large.length).toBeGreaterThan(600_000)
    expect(await sizeOf(await system.deliver(`/image/w=30/${source.url}/small.png`))).toEqual([200, 30, 20])
    expect(await sizeOf(await system.deliver(`/image/w=30/${source.url}/large.png`))).toEqual([200, 30, 23])
  })
  it('is confirmed once its time is over, and made anew when it has changed', async () => {
    let version = 1
    let bytes = png
    source.on('/changing.png', (request, response) => {
      const headers = { etag: `"v${version}"`, 'cache-control': 'max-age=0, must-revalidate' }
      if (request.headers['if-none-match'] === headers.etag) response.writeHead(304, headers).end()
      else response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
    })
    const get = () => system.deliver(`/image/w=30/${source.url}/changing.png`)
    const first = await get()
    expect([first.headers.get('cache-control'), first.headers.get('etag')?.endsWith(':v1"')]).toEqual([
      'max-age=0, must-revalidate',
      true,
    ])
    const pixels = Buffer.from(await first.arrayBuffer())
    const again = await get()
    expect(Buffer.from(await again.arrayBuffer()).equals(pixels)).toBe(true)
    const conditions = () =>
      source.asked
        .filter(({ url }) => url === '/changing.png')
        .map(({ headers }) => headers['if-none-match'] ?? null)
    expect(conditions()).toEqual([null, '"v1"'])
    version = 2
    bytes = await drawPng(80, 80)
    const changed = await get()
    expect(changed.headers.get('etag')).toMatch(/:v2"$/)
    expect(await sizeOf(changed)).toEqual([200, 30, 30])
    expect(conditions()).toEqual([null, '"v1"', '"v1"'])
  })
  it('is purged by its URL, all its results at once', async () => {
    source.on('/purged.png', picture(png, { 'cache-control': 'max-age=86400', 'cache-tag': 'spring' }))
    const paths = [20, 25].map((width) => `/image/w=${width}/${source.url}/purged.png`)
    const statuses = async () => {
      const answers = await Promise.all(paths.map((path) => system.deliver(path)))
      await Promise.all(answers.map((answer) => answer.arrayBuffer()))
      return answers.map(({ headers }) => headers.get('cf-cache-status'))
    }
    await statuses()
    expect([await statuses(), asksFor('/purged.png')]).toEqual([['HIT', 'HIT'], 2])
    for (const [body, asks] of [
      [{ files: [`${source.url}/purged.png`] }, 4],
      [{ hosts: [`127.0.0.1:${source.port}`] }, 6],
      [{ tags: ['spring'] }, 8],
    ] as const) {
      expect((await system.api(account, 'POST', `/zones/${account.zoneId}/purge_cache`, body)).status).toBe(
        200,
      )
      expect([await statuses(), asksFor('/purged.png')]).toEqual([['MISS', 'MISS'], asks])
      expect(await statuses()).toEqual(['HIT', 'HIT'])
    }
  })
})

describe('a source that misbehaves', () => {
  const redirectTo = (location: string) => (_: unknown, response: ServerResponse) =>
    void response.writeHead(302, { location }).end()
  it.each<[string, () => void, number, number]>([
    ['answers 400', () => source.on('/bad', (_, r) => void r.writeHead(400).end('x')), 502, 9519],
    ['answers 403', () => source.on('/bad', (_, r) => void r.writeHead(403).end('x')), 408, 9408],
    ['answers 404', () => source.on('/bad', (_, r) => void r.writeHead(404).end('x')), 404, 9404],
    ['answers 500', () => source.on('/bad', (_, r) => void r.writeHead(500).end('x')), 502, 9509],
    ['answers HTML', () => source.on('/bad', picture(Buffer.from('<!doctype html><p>log in'))), 415, 9412],
    ['answers nothing', () => source.on('/bad', picture(Buffer.alloc(0))), 415, 9412],
    [
      'says it is too large',
      () => source.on('/bad', (_, r) => void r.writeHead(200, { 'content-length': 100_000_001 }).write('x')),
      413,
      9402,
    ],
    [
      'sends less than it says',
      () =>
        source.on('/bad', (_, r) => {
          r.writeHead(200, { 'content-length': large.length })
          r.write(large.subarray(0, 1000), () => r.socket?.destroySoon())
        }),
      422,
      9416,
    ],
    [
      'breaks off before it answers',
      () => source.on('/bad', (request) => void request.socket.destroy()),
      502,
      9402,
    ],
    ['redirects out', () => source.on('/bad', redirectTo('http://b.com/x.png')), 403, 9401],
    [
      'redirects to a private address',
      () => source.on('/bad', redirectTo('http://10.0.0.1/x.png')),
      400,
      9420,
    ],
    [
      'redirects to the metadata of a cloud',
      () => source.on('/bad', redirectTo('http://169.254.169.254/latest/meta-data/')),
      400,
      9420,
    ],
    ['redirects to another scheme', () => source.on('/bad', redirectTo('file:///etc/passwd')), 400, 9420],
    ['redirects to itself', () => source.on('/bad', redirectTo('/bad')), 400, 9421],
  ])('%s', async (name, arrange, status, code) => {
    arrange()
    const path = `/image/w=30/${source.url}/bad?${encodeURIComponent(name)}`
    expect(await codeOf(path)).toEqual([status, `err=${code}`])
  })
  it('redirects within what is allowed, and is followed', async () => {
    source.on('/there.png', picture(png))
    source.on('/moved', redirectTo(`http://127.0.0.1:${source.port}/there.png`))
    expect(await sizeOf(await system.deliver(`/image/w=30/${source.url}/moved`))).toEqual([200, 30, 20])
  })
  it('stalls in the middle of its body', async () => {
    source.on('/stalls', (_, response) => {
      response.writeHead(200, { 'content-length': large.length })
      response.write(large.subarray(0, 1000))
    })
    expect(await codeOf(`/image/w=30/${source.url}/stalls`)).toEqual([524, 'err=9504'])
  })
  it('never answers', async () => {
    source.on('/silent', () => {})
    expect(await codeOf(`/image/w=30/${source.url}/silent`)).toEqual([522, 'err=9504'])
  })
  it('streams for ever', async () => {
    source.on('/endless', (_, response) => {
      response.writeHead(200)
      response.write(large)
      const chunk = Buffer.alloc(1 << 20)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    expect(await codeOf(`/image/w=30/${source.url}/endless`)).toEqual([413, 'err=9402'])
  })
  it('is not shown in place of a failure unless it is of the same site', async () => {
    expect(await codeOf(`/image/w=30,onerror=redirect/${source.url}/none.png`)).toEqual([404, 'err=9404'])
    const response = await system.deliver('/image/w=30,onerror=redirect/none.png?v=1')
    expect([response.status, response.headers.get('location')]).toEqual([
      307,
      `${system.baseUrl}/none.png?v=1`,
    ])
  })
})

describe('a zone', () => {
  it('answers with its settings in the documented shapes', async () => {
    expect((await setting('transformations')).body.result).toEqual({
      ...{ id: 'transformations', value: 'on', editable: true },
      modified_on: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })
    const origins = await setting('transformations_allowed_origins', '*.B.com, b.com/pictures,127.0.0.1')
    expect(origins.body.result).toMatchObject({
      id: 'image_resizing_allowed_origins',
      value: '*.b.com,b.com/pictures,127.0.0.1',
    })
    expect((await setting('transformations_config', { transformations: 'open' })).body.result.value).toEqual({
      transformations: 'open',
      allowed_origins: '*',
    })
    expect((await setting('image_resizing')).body.result.value).toBe('open')
    await setting('transformations_allowed_origins', '127.0.0.1')
    expect((await setting('transformations')).body.result.value).toBe('on')
    const list = await system.api(account, 'GET', `/accounts/${account.accountId}/settings/transformations`)
    expect(list.body.result).toMatchObject([
      { cf_zone_tag: account.zoneId, id: 'transformations', value: 'on' },
    ])
  })
  it('refuses settings that are none, and callers who may not', async () => {
    const answers = [
      await setting('transformations', 'maybe'),
      await setting('transformations_allowed_origins', 'https://b.com'),
      await setting('transformations_config', 'on'),
      await setting('no_such_setting'),
      await system.api(account, 'GET', `/zones/${other.zoneId}/settings/transformations`),
      await system.api(
        { ...account, token: account.readToken },
        'PATCH',
        `/zones/${account.zoneId}/settings/transformations`,
        { value: 'on' },
      ),
      await system.api(null, 'GET', `/zones/${account.zoneId}/settings/transformations`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 404, 403, 403, 400])
  })
  it('allows nothing but its origins from the next request on', async () => {
    guest.on('/allowed.png', picture(png))
    const path = `/image/w=31/${guest.url}/allowed.png`
    expect((await codeOf(path))[0]).toBe(200)
    await setting('transformations_allowed_origins', '')
    expect(await codeOf(path)).toEqual([403, 'err=9401'])
    await setting('transformations', 'off')
    expect(await codeOf('/image/w=31/own.png')).toEqual([403, 'err=9401'])
    await setting('transformations', 'on')
    await setting('transformations_allowed_origins', '127.0.0.1')
    expect((await codeOf(path))[0]).toBe(200)
  })
  it('is found by the host that it claims, and shares no result with another', async () => {
    source.on('/shared.png', picture(png, { 'cache-control': 'max-age=86400' }))
    const path = `/image/w=33/${source.url}/shared.png`
    expect((await codeOf(path))[0]).toBe(200)
    const asks = asksFor('/shared.png')
    expect((await admin('second', { hostnames: ['127.0.0.1'] })).body.result.hostnames).toEqual(['127.0.0.1'])
    expect((await admin('first', { hostnames: ['a.com', '127.0.0.1'] })).status).toBe(409)
    const port = new URL(system.baseUrl).port
    const asOther = () => fetch(`http://127.0.0.1:${port}${path}`)
    expect((await asOther()).status).toBe(403)
    await setting('transformations_allowed_origins', '127.0.0.1', other)
    const response = await asOther()
    expect([response.status, response.headers.get('cf-cache-status'), asksFor('/shared.png') - asks]).toEqual(
      [200, 'MISS', 1],
    )
    await admin('second', { hostnames: [] })
  })
  it('has its origin from the administrator alone, and a URL that is one', async () => {
    expect((await admin('first')).body.result).toMatchObject({ origin: `${source.url}/base`, storage: 'on' })
    for (const wrong of [
      { origin: 'ftp://a.com' },
      { origin: 5 },
      { hostnames: ['a.com:80'] },
      { storage: 'maybe' },
    ]) {
      expect((await admin('first', wrong)).status).toBe(400)
    }
    expect((await admin('nobody', {})).status).toBe(400)
  })
})

describe('an account whose storage is off', () => {
  it('stores nothing, shows what it has, transforms others’ pictures, and comes back', async () => {
    const images = `/accounts/${account.accountId}/images`
    const upload = () => system.api(account, 'POST', `${images}/v1`, imageForm(png))
    const { id } = (await upload()).body.result
    const ticket = await system.api(account, 'POST', `${images}/v2/direct_upload`, new FormData())
    await admin('first', { storage: 'off' })
    source.on('/off.png', picture(png))
    const use = await fetch(ticket.body.result.uploadURL, { method: 'POST', body: imageForm(png) })
    for (const { status, body } of [
      await upload(),
      await system.api(account, 'POST', `${images}/v2/direct_upload`, new FormData()),
      await system.api(account, 'POST', `${images}/v1/direct_upload`, {}),
      { status: use.status, body: await use.json() },
    ]) {
      expect([status, (body as { errors: { code: number }[] }).errors[0]?.code]).toEqual([403, 5403])
    }
    expect((await codeOf(`/image/w=30/${source.url}/off.png`))[0]).toBe(200)
    expect((await system.deliver(`/${account.accountHash}/${id}/public`)).status).toBe(200)
    await admin('first', { storage: 'on' })
    expect((await upload()).status).toBe(200)
  })
})
