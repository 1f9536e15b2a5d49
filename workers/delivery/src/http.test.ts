import { describe, expect, it, vi } from 'vitest'
import { createBench, readText, renderedAs } from './testing/bench.ts'

const bench = createBench()
const account = await bench.createAccount()
const { renderer } = bench
/** What lets pages of other origins show and read a picture. */
const OPEN = ['access-control-allow-origin', 'cross-origin-resource-policy'] as const
const DIGITS = '0123456789'

const path = async () => `/${account.hash}/${(await account.putImage()).id}/public`
const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  bench.fetch(url, { method, headers })

describe('an image with something of another host drawn onto it', () => {
  it.each([
    ['ours', 86_400, 'public, max-age=7200, stale-while-revalidate=7200'],
    ['the other host’s', 600, 'public, max-age=600'],
  ])('is kept for the shorter time of the two: %s', async (_, seconds, expected) => {
    const { id } = await account.putImage()
    bench.renderer = () =>
      renderedAs('jpeg', 'drawn', {
        remote: {
          ...{ validator: 'v', etag: null, lastModified: null, tags: [], warnings: [], readAtClock: 0 },
          ...{ cacheControl: `public, max-age=${seconds}`, isStorable: true },
          ...{ fetchedAt: Date.now(), freshUntil: Date.now() + seconds * 1000 + 500 },
        },
      })
    const response = await get(`/${account.hash}/${id}/thumb`)
    bench.renderer = renderer
    expect(response.headers.get('cache-control')).toBe(expected)
  })
})

describe('the headers of an image', () => {
  it('are exactly these', async () => {
    const { id } = await account.putImage({
      tags: ['spring', 'has space', 'a,b', 'grün', 'x'.repeat(1025), '~!'],
    })
    bench.renderer = () => renderedAs('webp', DIGITS, { warnings: ['image too large for AVIF'] })
    const response = await get(`/${account.hash}/${id}/thumb`, { accept: 'image/webp' })
    bench.renderer = renderer
    const { etag, 'cf-resized': resized, ...rest } = Object.fromEntries(response.headers)
    expect(rest).toEqual({
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=7200, stale-while-revalidate=7200',
      'cache-tag': `image:${id},variant:thumb,spring,~!`,
      'cf-cache-status': 'MISS',
      'content-length': '10',
      'content-security-policy':
        "default-src 'none'; navigate-to 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline';",
      'content-type': 'image/webp',
      'cross-origin-resource-policy': 'cross-origin',
      vary: 'accept',
      warning: 'cf-images 299 "image too large for AVIF"',
      'x-content-type-options': 'nosniff',
    })
    expect(etag).toMatch(/^"cf-[0-9a-f]{16}:[0-9a-f]{32}"$/)
    expect(resized).toMatch(/^internal=ok\/m v=\d{4}\.\d+\.\d+ l=10$/)
  })
  it('take the browser TTL of the variant, else of the account', async () => {
    const settings = { browserTtlSeconds: 86_400, flexibleVariants: false }
    await account.change({ settings })
    expect((await get(await path())).headers.get('cache-control')).toContain('max-age=86400,')
  })
  it('hold at most 16 KB of tags, and never a line break', async () => {
    const tags = Array.from({ length: 30 }, (_, index) => `${index}${'t'.repeat(1000)}`)
    const { id } = await account.putImage({ tags: ['a\r\nset-cookie: b', ...tags] })
    const response = await get(`/${account.hash}/${id}/public`)
    expect(response.headers.get('cache-tag')?.length).toBeLessThanOrEqual(16_384)
    expect(response.headers.get('set-cookie')).toBeNull()
  })
})

describe('HEAD', () => {
  it('tells what GET would, without a body, from the same path', async () => {
    const url = await path()
    const head = await get(url, {}, 'HEAD')
    const full = await get(url)
    expect([head.status, await readText(head), head.headers.get('cf-cache-status')]).toEqual([
      200,
      '',
      'MISS',
    ])
    expect(full.headers.get('cf-cache-status')).toBe('HIT')
    for (const name of ['content-length', 'content-type', 'etag', 'cache-control', 'vary']) {
      expect(head.headers.get(name)).toBe(full.headers.get(name))
    }
    expect((await get(url, { range: 'bytes=0-1' }, 'HEAD')).status).toBe(200)
    expect((await get(`/${account.hash}/none/public`, {}, 'HEAD')).status).toBe(404)
  })
})

describe('a conditional request', () => {
  const outcomeOf = async (url: string, ifNoneMatch: string, more: Record<string, string> = {}) => {
    const jobs = bench.jobs.length
    const response = await get(url, { 'if-none-match': ifNoneMatch, ...more })
    return [response.status, bench.jobs.length - jobs, response.headers.get('cf-cache-status')]
  }
  it('is confirmed by lists, weak tags and *, cached or not', async () => {
    const url = await path()
    const etag = (await get(url)).headers.get('etag') as string
    for (const held of [etag, `W/${etag}`, `"a", ${etag}`, `"a,b" , W/${etag},"c"`, '*', ' * ']) {
      expect(await outcomeOf(url, held)).toEqual([304, 0, 'HIT'])
    }
    for (const held of ['"other"', 'W/"other"', etag.slice(1, -1), '', 'garbage, *']) {
      expect(await outcomeOf(url, held)).toEqual([200, 0, 'HIT'])
    }
  })
  it('needs no pixels when nothing is cached', async () => {
    const { id } = await account.putImage()
    const url = `/${account.hash}/${id}/public`
    const etag = (await get(url)).headers.get('etag') as string
    await account.purge(`image:${id}`)
    expect(await outcomeOf(url, etag)).toEqual([304, 0, 'MISS'])
    expect(await outcomeOf(url, '"other"')).toEqual([200, 1, 'MISS'])
  })
  it('is not confirmed by the tag of another format, program or original', async () => {
    const head = await account.putImage()
    const url = `/${account.hash}/${head.id}/public`
    const etagOf = async (target: string, accept = '*/*') =>
      (await get(target, { accept })).headers.get('etag') as string
    const [jpeg, webp, thumb] = [
      await etagOf(url),
      await etagOf(url, 'image/webp'),
      await etagOf(url.replace('public', 'thumb')),
    ]
    expect(new Set([jpeg, webp, thumb]).size).toBe(3)
    expect(new Set([jpeg, webp, thumb].map((tag) => tag.split(':')[1])).size).toBe(1)
    for (const tag of [webp, thumb]) expect((await outcomeOf(url, tag))[0]).toBe(200)
    await account.putImage({ ...head, blobKey: 'blobs/replaced' })
    await account.purge(`image:${head.id}`)
    expect(await outcomeOf(url, jpeg)).toEqual([200, 1, 'MISS'])
  })
  it('gets the headers that a cache must renew, and none about a body', async () => {
    const url = await path()
    const full = await get(url)
    const response = await get(url, { 'if-none-match': '*' })
    expect(await response.text()).toBe('')
    for (const name of ['etag', 'cache-control', 'vary', 'cache-tag', ...OPEN]) {
      expect(response.headers.get(name)).toBe(full.headers.get(name))
    }
    for (const name of ['content-type', 'content-length', 'content-range']) {
      expect(response.headers.get(name)).toBeNull()
    }
  })
  it('does not tell holders of an old copy that a private image is unchanged', async () => {
    const { id } = await account.putImage({ access: 'private' })
    const url = `/${account.hash}/${id}/public`
    const etag = (await get(await account.sign(url))).headers.get('etag') as string
    expect((await outcomeOf(url, etag))[0]).toBe(403)
    expect((await outcomeOf(url, '*'))[0]).toBe(403)
  })
})

describe('a range', () => {
  const ranged = async (range: string, more: Record<string, string> = {}) => {
    bench.renderer = () => renderedAs('jpeg', DIGITS)
    const url = await path()
    const answers = [await get(url, { range, ...more }), await get(url, { range, ...more })] // made, then stored
    bench.renderer = renderer
    const seen = await Promise.all(
      answers.map(async (answer) => [
        answer.status,
        await readText(answer),
        answer.headers.get('content-range'),
        answer.headers.get('content-length'),
      ]),
    )
    expect(answers.map(({ headers }) => headers.get('cf-cache-status'))).toEqual(
      answers[0]?.status === 416 ? [null, null] : ['MISS', 'HIT'],
    )
    expect(seen[1]).toEqual(seen[0])
    return seen[0]
  }
  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', DIGITS, 'bytes 0-9/10'],
  ])('%s is answered with its part', async (range, text, contentRange) => {
    expect(await ranged(range)).toEqual([206, text, contentRange, String(text.length)])
  })
  it.each(['bytes=0-1,4-5', 'bytes=4-2', 'bytes=-', 'bytes=a-b', 'items=0-1', 'bytes=0x1-2'])(
    '%s is answered with the whole',
    async (range) => {
      expect(await ranged(range)).toEqual([200, DIGITS, null, '10'])
    },
  )
  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s is refused with the size',
    async (range) => {
      const [status, text, contentRange] = (await ranged(range)) as unknown[]
      expect([status, contentRange]).toEqual([416, 'bytes */10'])
      expect(text).toBe('ERROR 9432: The requested range does not exist')
    },
  )
  it('depends on If-Range', async () => {
    const url = await path()
    const etag = (await get(url)).headers.get('etag') as string
    const statusOf = async (ifRange: string) =>
      (await get(url, { range: 'bytes=0-1', 'if-range': ifRange })).status
    expect(await statusOf(etag)).toBe(206)
    for (const other of [`W/${etag}`, '"other"', 'Wed, 21 Oct 2026 07:28:00 GMT']) {
      expect(await statusOf(other)).toBe(200)
    }
  })
})

describe('a failure', () => {
  it.each([
    ['notAnImage', 415, 9412],
    ['decodingFailed', 422, 9516],
    ['refusedDimensions', 403, 9413],
    ['overloaded', 503, 9522],
  ] as const)('of rendering, %s, keeps its name', async (kind, status, code) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    bench.renderer = () => ({ ok: false, kind, detail: 'why', retryAfterSeconds: 2 })
    const url = await path()
    const response = await get(url)
    bench.renderer = renderer
    expect([response.status, response.headers.get('cf-resized')]).toEqual([status, `err=${code}`])
    expect(await response.text()).toMatch(new RegExp(`^ERROR ${code}: .*: why$`))
    expect(response.headers.get('retry-after')).toBe('2')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(log).toHaveBeenCalledTimes(status >= 500 ? 1 : 0)
    log.mockRestore()
  })
  it.each([
    ['an unknown name', () => ({ ok: false as const, kind: 'constructor' as never, detail: 'stack trace' })],
    ['a format that no client was told of', () => renderedAs('constructor' as never, 'x')],
    [
      'a crash',
      () => {
        throw new Error('boom')
      },
    ],
  ] as const)('of ours, %s, says nothing of its cause, which is logged', async (_, answer) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    bench.renderer = answer
    const response = await get(await path())
    bench.renderer = renderer
    expect(log).toHaveBeenCalledExactlyOnceWith(expect.any(Error))
    log.mockRestore()
    expect([response.status, await response.text()]).toEqual([500, 'ERROR 9517: Internal error'])
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})
