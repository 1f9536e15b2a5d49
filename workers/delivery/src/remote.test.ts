import { env } from 'cloudflare:workers'
import { ERRORS, type ErrorKind, type RemoteMeta, type RenderResult, type Zone } from '@tintype/core'
import { kvEdgeDocuments } from '@tintype/storage'
import { describe, expect, it, vi } from 'vitest'
import { createBench, readText, renderedAs } from './testing/bench.ts'

const bench = createBench()
const edge = kvEdgeDocuments((env as unknown as { EDGE: KVNamespace }).EDGE)
let counter = 0
/** Of the zone that a test has opened last. */
let host = ''
const { renderer: plain } = bench
const facts = (more: Partial<RemoteMeta> = {}): RemoteMeta => ({
  ...{ validator: 'v1', etag: '"v1"', lastModified: null, cacheControl: 'public, max-age=7200' },
  ...{ isStorable: true, fetchedAt: Date.now(), freshUntil: Date.now() + 7_200_000, tags: [], warnings: [] },
  ...{ readAtClock: 0, ...more },
})
const answers = (more: Partial<RemoteMeta> = {}) => {
  bench.renderer = (job) => renderedAs('jpeg', `${job.program.ops.length} ops`, { remote: facts(more) })
}
const refuses = (kind: ErrorKind) => {
  bench.renderer = (): RenderResult => ({ ok: false, kind, detail: null })
}

/** A zone that answers for every host, with an origin and some hosts to take from, unless a test says otherwise. */
async function openZone(settings: Partial<Zone> = {}) {
  const account = await bench.createAccount()
  const zone = account.document().zone as Zone
  await account.change({
    zone: { ...zone, origin: 'https://origin.net', allowedOrigins: ['a.com', '*.b.com'], ...settings },
  })
  host = `zone${++counter}.example`
  await edge.putHost(host, account.hash)
  answers()
  return { account, zoneId: zone.zoneId, host }
}
/** A source that no other test uses. */
const fresh = (host = 'https://a.com') => `${host}/${++counter}.jpg`
const ask = (path: string, init?: RequestInit) => bench.fetch(new URL(path, `https://${host}`).href, init)
const get = (path: string, headers: Record<string, string> = {}) => ask(path, { headers })
const codeOf = async (path: string, headers: Record<string, string> = {}) => {
  const response = await get(path, headers)
  return [response.status, response.headers.get('cf-resized')]
}
const errorOf = (kind: ErrorKind) => [ERRORS[kind].status, `err=${ERRORS[kind].code}`]

describe('a transform', () => {
  it('is asked of the render Worker with all that fetching takes', async () => {
    const { zoneId } = await openZone()
    await get('/image/w=300/https://a.com/x.jpg?v=1')
    const job = bench.jobs.at(-1)
    expect(job).toMatchObject({
      source: { kind: 'remote', url: 'https://a.com/x.jpg?v=1', etag: null },
      formatClass: 'base',
      remote: {
        zoneId,
        policy: { ownHosts: [host], origin: 'https://origin.net', allowed: ['a.com', '*.b.com'] },
        credentials: {},
        generation: 0,
      },
    })
  })
  it('takes its own host’s pictures from the origin, under either prefix', async () => {
    await openZone()
    for (const prefix of ['/image', '/cdn-cgi/image']) {
      await get(`${prefix}/w=${++counter}/photos/x.jpg?v=1`)
      expect(bench.jobs.at(-1)?.source).toMatchObject({ url: 'https://origin.net/photos/x.jpg?v=1' })
      await get(`${prefix}/w=${++counter}/https://${host}/photos/x.jpg`)
      expect(bench.jobs.at(-1)?.source).toMatchObject({ url: 'https://origin.net/photos/x.jpg' })
    }
  })
  it('has the source’s rules and version in its headers, and the closed policy', async () => {
    await openZone()
    const response = await get(`/image/w=300/${fresh()}`)
    const { headers } = response
    expect(headers.get('cache-control')).toBe('public, max-age=7200')
    expect(headers.get('etag')).toMatch(/^"cf-[0-9a-f]{16}:v1"$/)
    expect(headers.get('age')).toBe('0')
    expect(headers.get('vary')).toContain('accept')
    expect(headers.get('cf-resized')).toMatch(/^internal=ok\/m v=\d{4}\.\d+\.\d+ l=5$/)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.has('cache-tag')).toBe(false)
  })
  it('is kept, and told with its age', async () => {
    await openZone()
    const path = `/image/w=300/${fresh()}`
    answers({ fetchedAt: Date.now() - 90_000 })
    await get(path)
    const jobs = bench.jobs.length
    const again = await get(path)
    expect([again.headers.get('cf-cache-status'), bench.jobs.length - jobs]).toEqual(['HIT', 0])
    expect(Number(again.headers.get('age'))).toBeGreaterThanOrEqual(90)
  })
  it('confirms a copy that the client holds', async () => {
    await openZone()
    const path = `/image/w=300/${fresh()}`
    const etag = (await get(path)).headers.get('etag') as string
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
    expect((await get(path, { 'if-none-match': etag.replace('v1', 'v2') })).status).toBe(200)
  })
  it('is asked for again once its source’s time is over', async () => {
    await openZone()
    const path = `/image/w=300/${fresh()}`
    answers({ freshUntil: Date.now() + 50 })
    await get(path)
    vi.setSystemTime(Date.now() + 100)
    try {
      const jobs = bench.jobs.length
      await get(path)
      expect(bench.jobs.length - jobs).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })
  it.each([
    ['is private', { isStorable: false, cacheControl: 'private, max-age=60' }],
    ['is to be asked for every time', { freshUntil: 0, cacheControl: 'no-cache' }],
  ])('whose source %s is not kept', async (_, more) => {
    await openZone()
    answers(more)
    const path = `/image/w=300/${fresh()}`
    for (let i = 1; i <= 2; i++) {
      const jobs = bench.jobs.length
      const response = await get(path)
      expect([bench.jobs.length - jobs, response.headers.get('cache-control')]).toEqual([
        1,
        more.cacheControl,
      ])
    }
  })
  it('tells what was dropped of its options', async () => {
    await openZone()
    answers({})
    const response = await get(`/image/w=300,h=abc/${fresh()}`)
    expect(response.headers.get('warning')).toContain('height')
  })
  it.each<[string, ErrorKind]>([
    ['/image/w=300', 'noSuchPage'],
    ['/image//x.jpg', 'noSuchPage'],
    ['/image/flow/w=3/x.jpg', 'noSuchPage'],
    ['/image/blur=300/x.jpg', 'invalidOptions'],
    ['/image/nothing=1/x.jpg', 'invalidOptions'],
    ['/image/w=300/ftp://a.com/x.jpg', 'invalidSourceUrl'],
    ['/image/w=300/https://d.com/x.jpg', 'originNotAllowed'],
    ['/image/w=300/https://sub.a.com/x.jpg', 'originNotAllowed'],
    ['/image/w=300/image/w=5/x.jpg', 'transformLoop'],
    ['/image/w=300/cdn-cgi/image/w=5/x.jpg', 'transformLoop'],
  ])('%s is refused before anything is fetched', async (path, kind) => {
    await openZone()
    const jobs = bench.jobs.length
    expect(await codeOf(path)).toEqual(errorOf(kind))
    expect(bench.jobs.length).toBe(jobs)
  })
  it.each(['1.1 image-resizing', '1.1 vegur, 1.1 Image-Resizing (x)', 'image-resizing-proxy'])(
    'of somebody who transforms already is a loop: %s',
    async (via) => {
      await openZone()
      expect(await codeOf(`/image/w=300/${fresh()}`, { via })).toEqual(errorOf('transformLoop'))
    },
  )
  it('takes GET and HEAD alone', async () => {
    await openZone()
    expect((await ask(`/image/w=300/${fresh()}`, { method: 'POST' })).status).toBe(405)
    const head = await ask(`/image/w=300/${fresh()}`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await readText(head)]).toEqual([200, '5', ''])
  })
})

describe('a zone', () => {
  it('without an origin has no pictures of its own, and never asks itself', async () => {
    await openZone({ origin: null })
    const jobs = bench.jobs.length
    expect(await codeOf('/image/w=300/x.jpg')).toEqual(errorOf('noOrigin'))
    expect(bench.jobs.length).toBe(jobs)
  })
  it('that is off transforms nothing', async () => {
    await openZone({ transformations: 'off' })
    expect(await codeOf(`/image/w=300/${fresh()}`)).toEqual(errorOf('transformationsOff'))
  })
  it('that is open takes from everywhere', async () => {
    await openZone({ transformations: 'open', allowedOrigins: [] })
    expect((await get(`/image/w=300/${fresh('https://anywhere.org')}`)).status).toBe(200)
  })
  it('refuses from the next request on, also what it has cached', async () => {
    const { account } = await openZone()
    const path = `/image/w=300/${fresh()}`
    expect((await get(path)).status).toBe(200)
    await account.change({ zone: { ...(account.document().zone as Zone), allowedOrigins: [] } })
    expect(await codeOf(path)).toEqual(errorOf('originNotAllowed'))
  })
  it('may be newer than the edge knows', async () => {
    const { account } = await openZone()
    const zone = account.document().zone as Zone
    await account.change({ zone: { ...zone, allowedOrigins: ['new.com'] } }, 'authority')
    expect((await get(`/image/w=300/${fresh('https://new.com')}`)).status).toBe(200)
  })
  it('is told by the host, and shares no result with another', async () => {
    const { host: one, zoneId: oneId } = await openZone()
    const { account, zoneId: otherId } = await openZone()
    bench.hosts.set('*', account.hash)
    const source = fresh()
    for (const [base, zoneId] of [
      [`https://${one}`, oneId],
      ['https://unclaimed.com', otherId],
    ]) {
      const jobs = bench.jobs.length
      const response = await get(`${base}/image/w=300/${source}`)
      expect([response.status, response.headers.get('cf-cache-status')]).toEqual([200, 'MISS'])
      expect([bench.jobs.length - jobs, bench.jobs.at(-1)?.remote?.zoneId]).toEqual([1, zoneId])
    }
  })
  it('from before zones had settings is asked for at the authority', async () => {
    const { account } = await openZone()
    const { zone, ...old } = account.document()
    await account.change({ zone: zone as Zone }, 'authority')
    await edge.put(old)
    expect((await get(`/image/w=300/${fresh()}`)).status).toBe(200)
  })
})

describe('a failure of a source', () => {
  it('is remembered for some seconds, and a purge ends that', async () => {
    const { account } = await openZone()
    const source = fresh()
    const path = `/image/w=300/${source}`
    refuses('sourceNotFound')
    expect(await codeOf(path)).toEqual(errorOf('sourceNotFound'))
    answers()
    expect(await codeOf(path)).toEqual(errorOf('sourceNotFound'))
    await account.purge(`file:${source.replace('https://', '')}`)
    expect((await get(path)).status).toBe(200)
  })
  it('of ours is not', async () => {
    await openZone()
    const path = `/image/w=300/${fresh()}`
    refuses('overloaded')
    expect(await codeOf(path)).toEqual(errorOf('overloaded'))
    answers()
    expect((await get(path)).status).toBe(200)
  })
  it.each<ErrorKind>(['sourceNotFound', 'notAnImage', 'sourceTimeout', 'refusedDimensions', 'overloaded'])(
    'leads to the source of the same site where the URL asks for it: %s',
    async (kind) => {
      await openZone()
      const zone = host
      refuses(kind)
      for (const [source, location] of [
        [`${++counter}.jpg?v=1`, `https://${zone}/${counter}.jpg?v=1`],
        [`https://media.${zone}/${counter}.jpg`, `https://media.${zone}/${counter}.jpg`],
      ]) {
        const response = await get(`/image/onerror=redirect,w=300/${source}`)
        expect([response.status, response.headers.get('location')]).toEqual([307, location])
        expect(response.headers.get('cf-resized')).toMatch(/^err=\d+$/)
        expect(response.headers.get('cache-control')).toBe('no-store')
      }
    },
  )
  it('leads nowhere else', async () => {
    await openZone()
    refuses('sourceNotFound')
    expect(await codeOf(`/image/onerror=redirect,w=300/${fresh()}`)).toEqual(errorOf('sourceNotFound'))
    expect(await codeOf(`/image/onerror=redirect/https://example/x.jpg`)).toEqual(errorOf('originNotAllowed'))
    expect(await codeOf(`/image/onerror=redirect/https://${host}.evil.net/x.jpg`)).toEqual(
      errorOf('originNotAllowed'),
    )
  })
})

describe('a purge', () => {
  /** Whether a cached result of this source is made anew after the purge, and under which generation. */
  async function isEnded(source: string, purged: string | (() => string), more: Partial<RemoteMeta> = {}) {
    const { account } = await openZone()
    answers(more)
    const paths = [`/image/w=30/${source}`, `/image/w=31,blur=3/${source}`]
    for (const path of paths) await get(path)
    await account.purge(typeof purged === 'string' ? purged : purged())
    const generations: unknown[] = []
    for (const path of paths) {
      const jobs = bench.jobs.length
      answers({ ...more, readAtClock: 1 })
      const status = (await get(path)).headers.get('cf-cache-status')
      if (status === 'MISS') generations.push(bench.jobs.slice(jobs).at(-1)?.remote?.generation)
    }
    return generations
  }
  it.each([
    ['the source’s URL', 'file:a.com/p/x.jpg'],
    ['the source’s host', 'host:a.com'],
    ['a prefix of it', 'path:a.com/p'],
    ['everything', 'account:*'],
  ])('of %s ends all its results', async (_, tag) => {
    expect(await isEnded('https://a.com/p/x.jpg?v=1', tag)).toEqual([1, 1])
  })
  it('of a same-site source goes by its own URL or the origin’s', async () => {
    expect(await isEnded('p/x.jpg', () => `file:${host}/p/x.jpg`)).toEqual([1, 1])
    expect(await isEnded('p/x.jpg', 'file:origin.net/p/x.jpg')).toEqual([1, 1])
  })
  it('of a tag that the source’s host gave it ends them too', async () => {
    expect(await isEnded('https://a.com/p/x.jpg', 'tag:spring', { tags: ['spring'] })).toEqual([0, 0])
  })
  it.each<[string, () => string]>([
    ['another picture', () => 'file:a.com/p/y.jpg'],
    ['another prefix', () => 'path:a.com/q'],
    ['the host that transforms', () => `host:${host}`],
    ['the URL that transforms', () => `file:${host}/image/w=30/https:/a.com/p/x.jpg`],
  ])('of %s leaves them', async (_, tag) => {
    expect(await isEnded('https://a.com/p/x.jpg', tag)).toEqual([])
  })
  it('by a tag also ends what the render Worker has stored', async () => {
    const { account } = await openZone()
    await account.purge('tag:spring')
    const generations: (number | undefined)[] = []
    bench.renderer = (job) => {
      generations.push(job.remote?.generation)
      const isOld = job.remote?.generation === 0
      return renderedAs('jpeg', isOld ? 'old' : 'new', {
        remote: facts({ tags: ['spring'], readAtClock: isOld ? 0 : 1 }),
      })
    }
    expect(await readText(await get(`/image/w=30/${fresh()}`))).toBe('new')
    expect(generations).toEqual([0, 1])
    bench.renderer = plain
  })
})
