import { describe, expect, it } from 'vitest'
import { createBench } from './testing/bench.ts'

const bench = createBench()
const account = await bench.createAccount()

describe('paths', () => {
  it.each([
    ['GET', '/client/v4/accounts/x/images/v1?page=2'],
    ['POST', '/client/v4/accounts/x/images/v1'],
    ['OPTIONS', '/client/v4/accounts/x/images/v1'],
    ['GET', '/client/v4'],
    ['GET', '/accounts/x/images/v1'],
    ['DELETE', '/zones/x/purge_cache'],
    ['GET', '/user/tokens/verify'],
    ['POST', '/admin/accounts'],
    ['POST', `/${'h'.repeat(22)}/083eb7b2-5392-4565-b69e-aff66acddd00`],
    ['OPTIONS', `/${'h'.repeat(22)}/ticket`],
    ['PUT', `/${'h'.repeat(22)}/a%2Fb`],
  ])('%s %s goes to the API as it came', async (method, path) => {
    const before = bench.forwarded.length
    const body = method === 'POST' ? 'payload' : null
    const response = await bench.fetch(path, { method, body, headers: { authorization: 'Bearer x' } })
    expect([response.status, await response.text()]).toEqual([201, 'api'])
    const request = bench.forwarded[before] as Request
    expect([request.method, new URL(request.url).pathname + new URL(request.url).search]).toEqual([
      method,
      path,
    ])
    expect(request.headers.get('authorization')).toBe('Bearer x')
    if (body !== null) expect(await request.text()).toBe(body)
  })

  it('of the host itself are answered in words', async () => {
    expect(await (await bench.fetch('/')).text()).toContain('Tintype')
    expect(await (await bench.fetch('/healthz')).text()).toBe('ok')
    expect((await bench.fetch('/', { method: 'HEAD' })).status).toBe(200)
  })

  const hash = account.hash
  const FAILURES = [
    ['/favicon.ico', 404, 9431],
    ['/image/w=100/https://example.com/a.jpg', 404, 9431],
    ['/cdn-cgi/image/w=100/a.jpg', 404, 9431],
    ['/client/v5/x', 404, 9431],
    ['/batch/x/y', 404, 9431],
    ['/upload/a/b', 404, 9431],
    ['/metrics', 404, 9431],
    ['/playground', 404, 9431],
    ['/playground/images', 404, 9431],
    ['/docs/a/b', 404, 9431],
    ['/openapi.json', 404, 9431],
    ['/cdn-cgi/other/x', 403, 9427],
    ['/imagedelivery', 404, 9431],
    ['/short/a/public', 403, 9427],
    [`/${'0'.repeat(22)}/a/public`, 403, 9427],
    [`/${hash}`, 404, 9431],
    [`/${hash}/a`, 404, 9431],
    [`/${hash}/a/`, 403, 9426],
    [`/${hash}//public`, 403, 9426],
    [`/${hash}/a%00b/public`, 403, 9426],
    [`/${hash}/a%0d%0aset-cookie:%20x/public`, 403, 9426],
    [`/${hash}/a/public%0d%0a`, 403, 9426],
    [`/${hash}/%ff/public`, 403, 9426],
    [`/${hash}/${'a'.repeat(16_400)}/public`, 403, 9426],
    [`/${hash}/${'a'.repeat(3000)}/public`, 404, 9404],
    [`/${hash}/${'%F0%9F%96%BC'.repeat(1100)}/public`, 404, 9404],
    [`/${hash}/../x/public`, 404, 9431],
    [`/${hash}/..%2Fother/public`, 404, 9404],
    [`/${hash}/%2e%2e/x/public`, 404, 9431],
    [`/${hash}/083eb7b2-5392-4565-b69e-aff66acddd00/public`, 404, 9404],
    [`/${hash}/a/w=100`, 403, 9429],
    [`/${hash}/a/nope`, 403, 9425],
    [`/${hash}/a/__proto__`, 403, 9425],
    [`/${hash}/a/constructor`, 403, 9425],
    [`/${'0'.repeat(22)}/a/w=100`, 403, 9427],
  ] as const
  it.each(FAILURES.map(([path, ...row]) => [path.slice(0, 60), ...row, path] as const))(
    '%s: %i with %i',
    async (_, status, code, path) => {
      const jobs = bench.jobs.length
      const response = await bench.fetch(path)
      expect([response.status, response.headers.get('cf-resized')]).toEqual([status, `err=${code}`])
      expect(await response.text()).toMatch(new RegExp(`^ERROR ${code}: [^\\r\\n]+$`))
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
      expect(bench.jobs.length).toBe(jobs)
    },
  )

  it.each([
    ['POST', '/'],
    ['DELETE', '/healthz'],
    ['POST', '/short/a/b'],
    ['PUT', `/imagedelivery/${hash}/a/public`],
    ['PUT', `/${hash}/a/public`],
    ['DELETE', `/${hash}/a/b/public`],
    ['POST', `/${hash}`],
  ])('%s %s is not allowed', async (method, path) => {
    const response = await bench.fetch(path, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  it.each([
    `/${hash}/a/public`,
    `/${hash}/a/b/c/public`,
    `/imagedelivery/${hash}/a/public`,
    '/cdn-cgi/image/w=1/a.jpg',
  ])('OPTIONS %s lets pages of every origin ask with headers of their own', async (path) => {
    const asked = bench.forwarded.length
    const headers = {
      origin: 'https://shop.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'x-requested-with,range',
    }
    const response = await bench.fetch(path, { method: 'OPTIONS', headers })
    expect([response.status, await response.text(), bench.forwarded.length]).toEqual([204, '', asked])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'x-requested-with,range',
      'access-control-max-age': '86400',
      vary: 'Access-Control-Request-Headers',
    })
    const simple = await bench.fetch(path, { method: 'OPTIONS' })
    expect([simple.status, simple.headers.get('access-control-allow-headers')]).toEqual([204, null])
  })

  it('find an image by a custom id of any spelling', async () => {
    for (const id of ['a/b/c', '100%', 'ä b/ç', 'x'.repeat(1024), '🖼'.repeat(1024), 'q?x#y']) {
      await account.putImage({ id })
      const path = id.split('/').map(encodeURIComponent).join('/')
      expect((await bench.fetch(`/${hash}/${path}/public`)).status).toBe(200)
    }
  })
  it('do not find a long id by the name that its head is stored under', async () => {
    const id = 'é'.repeat(600)
    await account.putImage({ id })
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id))
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    expect((await bench.fetch(`/${hash}/%2F${hex}/public`)).status).toBe(404)
  })
})
