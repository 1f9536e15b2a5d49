import { ApiError, type RemoteFacts, type SourcePolicy } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { MAX_SOURCE_BYTES } from './fetch-limits.ts'
import { openRemote, type RemoteRequest, type RemoteServices } from './open-remote.ts'
import { createNameJudge } from './resolve-name.ts'

type Answer = (request: Request) => Response | Promise<Response>

const POLICY: SourcePolicy = {
  ownHosts: ['zone.com'],
  origin: 'https://origin.net/base',
  allowed: ['a.com', '*.b.com', '10.0.0.1', 'c.com/pictures'],
}
const REQUEST: RemoteRequest = {
  ...{ url: 'https://a.com/x.png', policy: POLICY, accept: 'image/webp,*/*' },
  ...{ credentials: {}, known: null, isFresh: false },
}
const bytes = (text: string) => new TextEncoder().encode(text)

/** A world in which `answer` stands for every host, and time passes only while somebody waits. */
function createWorld(answer: Answer, more: Partial<RemoteServices> = {}) {
  const asked: Request[] = []
  let now = 1_000_000
  const services: RemoteServices = {
    async fetch(url, init) {
      const request = new Request(url, init)
      asked.push(request)
      return answer(request)
    },
    timers: {
      now: () => now,
      async wait(ms, signal) {
        await scheduler.wait(ms > 1000 ? 30 : ms, signal === undefined ? {} : { signal })
        now += ms
      },
    },
    rules: { allowsLoopback: false },
    judgeName: null,
    ...more,
  }
  return {
    asked,
    services,
    open: (request: Partial<RemoteRequest> = {}) => openRemote({ ...REQUEST, ...request }, services),
  }
}

const kindOf = async (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof ApiError ? error.kind : error),
  )
/** What reading an opened source to its end comes to. */
async function readOf(world: ReturnType<typeof createWorld>) {
  const opened = await world.open()
  if (opened.kind !== 'opened') throw new Error('nothing was opened')
  return { ...opened, text: () => new Response(opened.body).text() }
}

describe('a request to a source', () => {
  it('is anonymous, says who transforms, and what is taken', async () => {
    const world = createWorld(() => new Response('x'))
    await readOf(world)
    const { headers, method, redirect } = world.asked[0] as Request
    expect([method, redirect, Object.fromEntries(headers)]).toEqual([
      'GET',
      'manual',
      { accept: 'image/webp,*/*', via: '1.1 image-resizing' },
    ])
  })
  it('goes to the origin where it is of the zone itself', async () => {
    const world = createWorld(() => new Response('x'))
    await world.open({ url: 'https://zone.com/x.png?v=1' })
    expect(world.asked[0]?.url).toBe('https://origin.net/base/x.png?v=1')
  })
  it('carries credentials to the first host alone', async () => {
    const world = createWorld(({ url }) =>
      url === 'https://a.com/x.png'
        ? Response.redirect('https://a.com/y.png')
        : url === 'https://a.com/y.png'
          ? Response.redirect('https://media.b.com/z.png')
          : new Response('x'),
    )
    await world.open({ credentials: { authorization: 'secret', cookie: 'c=1' } })
    expect(world.asked.map(({ headers }) => headers.get('authorization'))).toEqual(['secret', 'secret', null])
    expect(world.asked.map(({ headers }) => headers.get('cookie'))).toEqual(['c=1', 'c=1', null])
  })
  it.each<[string, string]>([
    ['https://d.com/x.png', 'originNotAllowed'],
    ['https://sub.a.com/x.png', 'originNotAllowed'],
    ['https://c.com/other/x.png', 'originNotAllowed'],
    ['https://10.0.0.1/x.png', 'invalidSourceUrl'],
    ['https://a.com:22/x.png', 'invalidSourceUrl'],
    ['https://u:p@a.com/x.png', 'invalidSourceUrl'],
    ['https://zone.com/image/w=5/x.png', 'transformLoop'],
    ['https://zone.com/cdn-cgi/image/w=5/x.png', 'transformLoop'],
  ])('for %s is never sent: %s', async (url, kind) => {
    const world = createWorld(() => new Response('x'))
    expect([await kindOf(world.open({ url })), world.asked.length]).toEqual([kind, 0])
  })
  it('is never sent to its own zone', async () => {
    const world = createWorld(() => new Response('x'))
    const policy = { ...POLICY, origin: null }
    expect(await kindOf(world.open({ url: 'https://zone.com/x.png', policy }))).toBe('noOrigin')
    expect(world.asked).toEqual([])
  })
})

describe('a redirect', () => {
  const to = (location: string, status = 302) => new Response(null, { status, headers: { location } })
  it.each([301, 302, 303, 307, 308])('with %d is followed to an allowed host', async (status) => {
    const world = createWorld(({ url }) =>
      url.includes('a.com') ? to('//media.b.com/y.png?v=2', status) : new Response('there'),
    )
    const { text, finalUrl } = await readOf(world)
    expect([await text(), finalUrl]).toEqual(['there', 'https://media.b.com/y.png?v=2'])
  })
  it.each<[string, string]>([
    ['https://d.com/', 'originNotAllowed'],
    ['https://c.com/secret', 'originNotAllowed'],
    ['http://10.0.0.1/', 'invalidRedirect'],
    ['http://169.254.169.254/latest/meta-data/', 'invalidRedirect'],
    ['http://0x7f.1/', 'invalidRedirect'],
    ['http://[::ffff:7f00:1]/', 'invalidRedirect'],
    ['http://localhost/', 'invalidRedirect'],
    ['https://u:p@a.com/', 'invalidRedirect'],
    ['http://a.com:6379/', 'invalidRedirect'],
    ['ftp://a.com/', 'invalidRedirect'],
    ['file:///etc/passwd', 'invalidRedirect'],
    ['data:image/png;base64,AA', 'invalidRedirect'],
    ['http://', 'invalidRedirect'],
    ['', 'invalidRedirect'],
    ['https://zone.com/image/w=5/x.png', 'transformLoop'],
  ])('to %j is not followed: %s', async (location, kind) => {
    for (const policy of [POLICY, { ...POLICY, allowed: 'any' as const }]) {
      const world = createWorld(() => to(location))
      const isAllowedNow = policy.allowed === 'any' && kind === 'originNotAllowed'
      const outcome = await kindOf(world.open({ policy }))
      expect(outcome).toBe(isAllowedNow ? 'tooManyRedirects' : kind)
    }
  })
  it('to the zone itself goes to its origin', async () => {
    const world = createWorld(({ url }) =>
      url.includes('a.com') ? to('https://zone.com/y.png') : new Response('x'),
    )
    await readOf(world)
    expect(world.asked[1]?.url).toBe('https://origin.net/base/y.png')
  })
  it('is followed five times', async () => {
    const chain = (length: number) =>
      createWorld(({ url }) => {
        const at = Number(new URL(url).searchParams.get('at'))
        return at < length ? to(`?at=${at + 1}`) : new Response('x')
      })
    expect(await kindOf(chain(5).open())).toBeNull()
    const world = chain(6)
    expect([await kindOf(world.open()), world.asked.length]).toEqual(['tooManyRedirects', 6])
  })
})

describe('an answer', () => {
  it.each<[number, string]>([
    [400, 'sourceBadRequest'],
    [401, 'sourceDenied'],
    [403, 'sourceDenied'],
    [404, 'sourceNotFound'],
    [410, 'sourceDenied'],
    [429, 'sourceDenied'],
    [500, 'sourceServerError'],
    [503, 'sourceServerError'],
    [522, 'sourceConnectTimeout'],
    [523, 'sourceUnreachable'],
    [530, 'sourceNameUnknown'],
    [204, 'sourceFetchFailed'],
    [206, 'sourceFetchFailed'],
    [304, 'sourceFetchFailed'],
  ])('of status %d: %s', async (status, kind) => {
    const body = status === 204 || status === 304 ? null : 'x'
    expect(await kindOf(createWorld(() => new Response(body, { status })).open())).toBe(kind)
  })
  it('that never comes is waited for so long', async () => {
    const world = createWorld(() => new Promise<never>(() => {}))
    expect(await kindOf(world.open())).toBe('sourceConnectTimeout')
    expect(world.asked[0]?.signal.aborted).toBe(true)
  })
  it.each<[string, string]>([
    ['DNS lookup failed.', 'sourceNameUnknown'],
    ['connect(): Connection refused', 'sourceUnreachable'],
    ['Network connection lost.', 'sourceCut'],
    ['something else', 'sourceFetchFailed'],
  ])('that fails with %j: %s', async (message, kind) => {
    const world = createWorld(() => Promise.reject(new Error(message)))
    expect(await kindOf(world.open())).toBe(kind)
  })
  it('tells its length, unless its body is compressed or chunked', async () => {
    const sizes = async (headers: Record<string, string>) =>
      (await readOf(createWorld(() => new Response('12345', { headers })))).sizeBytes
    expect([
      await sizes({ 'content-length': '5' }),
      await sizes({}),
      await sizes({ 'content-length': '5', 'content-encoding': 'identity' }),
      await sizes({ 'content-length': '-5' }),
    ]).toEqual([5, null, 5, null])
  })
  it.each([1, 3, 6, 9])('of 5 bytes that says %d is refused', async (length) => {
    const { text } = await readOf(
      createWorld(() => new Response('12345', { headers: { 'content-length': String(length) } })),
    )
    expect(await kindOf(text())).toBe('sourceBroken')
  })
  it('that says it is too large is not read', async () => {
    const declare = (size: number) =>
      kindOf(createWorld(() => new Response('1', { headers: { 'content-length': String(size) } })).open())
    expect(await declare(MAX_SOURCE_BYTES)).toBeNull()
    expect(await declare(MAX_SOURCE_BYTES + 1)).toBe('sourceTooLarge')
  })
  it('that goes on for ever ends at the limit', async () => {
    let sent = 0
    const chunk = new Uint8Array(1 << 20)
    const endless = new ReadableStream({
      pull(controller) {
        sent += chunk.length
        controller.enqueue(chunk)
      },
    })
    const { text, body } = await readOf(createWorld(() => new Response(endless)))
    expect(text).toBeDefined()
    const reader = body.getReader()
    const outcome = (async () => {
      while (!(await reader.read()).done);
    })()
    expect(await kindOf(outcome)).toBe('sourceTooLarge')
    expect(sent).toBeLessThan(MAX_SOURCE_BYTES + 4 * chunk.length)
  })
  it('that stalls in the middle is given up', async () => {
    const stalled = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes('begin'))
      },
    })
    expect(await kindOf((await readOf(createWorld(() => new Response(stalled)))).text())).toBe(
      'sourceTimeout',
    )
  })
  it('that trickles is given up when waiting for it comes to a minute', async () => {
    let chunks = 0
    const trickle = new ReadableStream({
      async pull(controller) {
        await scheduler.wait(1)
        chunks += 1
        controller.enqueue(bytes('x'))
      },
    })
    const world = createWorld(() => new Response(trickle))
    let clock = 0
    // Nine seconds pass with every byte.
    const timers = { ...world.services.timers, now: () => (clock += 4500) }
    const opened = await openRemote(REQUEST, { ...world.services, timers })
    expect(await kindOf(new Response((opened as { body: ReadableStream }).body).text())).toBe('sourceTimeout')
    expect(chunks).toBeLessThan(40)
  })
  it('that breaks off is broken', async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('reset'))
      },
    })
    expect(await kindOf((await readOf(createWorld(() => new Response(broken)))).text())).toBe('sourceBroken')
  })
  it('is ended when its reader has had enough', async () => {
    const world = createWorld(() => new Response('12345'))
    const opened = await readOf(world)
    await opened.body.cancel()
    expect(world.asked[0]?.signal.aborted).toBe(true)
  })
})

describe('what an answer says of its picture', () => {
  const factsOf = async (headers: Record<string, string>) =>
    (await readOf(createWorld(() => new Response('x', { headers })))).facts
  it('is its version, how long it is right, and its tags', async () => {
    expect(
      await factsOf({
        etag: 'W/"abc"',
        'last-modified': 'Fri, 27 Nov 2026 10:00:00 GMT',
        'cache-control': 'public, max-age=86400',
        'cache-tag': 'one, two,one,',
      }),
    ).toEqual({
      validator: 'abc',
      etag: 'W/"abc"',
      lastModified: 'Fri, 27 Nov 2026 10:00:00 GMT',
      cacheControl: 'public, max-age=86400',
      isStorable: true,
      fetchedAt: 1_000_000,
      freshUntil: 1_000_000 + 86_400_000,
      tags: ['one', 'two'],
      warnings: [],
    })
  })
  it('has a version in any case, and never one that would break a header', async () => {
    const validators = await Promise.all(
      [
        {},
        { 'last-modified': 'Fri, 27 Nov 2026 10:00:00 GMT' },
        { etag: '"a b"' },
        { etag: 'bare' },
        { etag: `"${'x'.repeat(300)}"` },
        { etag: `"${'x'.repeat(600)}"` },
      ].map(async (headers) => (await factsOf(headers as Record<string, string>)).validator),
    )
    for (const validator of validators) expect(validator).toMatch(/^[\x21\x23-\x7e]{1,200}$/)
    expect(new Set(validators).size).toBe(5) // the last one's tag is dropped, as if there were none
  })
})

describe('a confirmation', () => {
  const KNOWN: RemoteFacts = {
    ...{ validator: 'v1', etag: '"v1"', lastModified: null, cacheControl: 'max-age=7200', isStorable: true },
    ...{ fetchedAt: 5, freshUntil: 6, tags: ['t'], warnings: [] },
  }
  it('is asked for by tag, else by date', async () => {
    const world = createWorld(() => new Response('x'))
    await world.open({ known: KNOWN })
    await world.open({ known: { ...KNOWN, etag: null, lastModified: 'yesterday' } })
    await world.open({ known: { ...KNOWN, etag: null } })
    expect(
      world.asked.map(({ headers }) => [headers.get('if-none-match'), headers.get('if-modified-since')]),
    ).toEqual([
      ['"v1"', null],
      [null, 'yesterday'],
      [null, null],
    ])
  })
  it('renews what was known, and what it does not say stays', async () => {
    const renew = async (headers: Record<string, string>) => {
      const world = createWorld(() => new Response(null, { status: 304, headers }))
      const answer = await world.open({ known: KNOWN })
      return [answer.kind, answer.facts]
    }
    const renewed = { ...KNOWN, fetchedAt: 1_000_000, freshUntil: 1_000_000 + 7_200_000 }
    expect(await renew({})).toEqual(['unchanged', renewed])
    expect(await renew({ 'cache-control': 'max-age=9000', 'cache-tag': 'u' })).toEqual([
      'unchanged',
      { ...renewed, cacheControl: 'max-age=9000', freshUntil: 1_000_000 + 9_000_000, tags: ['u'] },
    ])
  })
  it('may be a new picture instead', async () => {
    const answer = await createWorld(() => new Response('x', { headers: { etag: '"v2"' } })).open({
      known: KNOWN,
    })
    expect([answer.kind, answer.facts.validator]).toEqual(['opened', 'v2'])
  })
})

describe('a name that a resolver is asked about', () => {
  const resolver = (answers: Record<string, unknown>, status = 200) =>
    createNameJudge('https://dns.net/resolve', async (url) => {
      const { searchParams } = new URL(url)
      return Response.json(answers[searchParams.get('type') ?? ''] ?? {}, { status })
    })
  const A = (...data: string[]) => ({ A: { Answer: data.map((text) => ({ type: 1, data: text })) } })
  it.each<[string, Parameters<typeof resolver>, boolean]>([
    ['with a public address', [A('8.8.8.8')], true],
    ['with a private one', [A('10.0.0.1')], false],
    ['with one private one among others', [A('8.8.8.8', '127.0.0.1')], false],
    [
      'with a private IPv6 address',
      [{ ...A('8.8.8.8'), AAAA: { Answer: [{ type: 28, data: 'fd00::1' }] } }],
      false,
    ],
    [
      'with an alias on the way',
      [
        {
          A: {
            Answer: [
              { type: 5, data: 'x.b.com.' },
              { type: 1, data: '8.8.8.8' },
            ],
          },
        },
      ],
      true,
    ],
    ['without addresses', [{}], false],
    ['that fails', [A('8.8.8.8'), 500], false],
  ])('%s', async (_, given, isLetThrough) => {
    const world = createWorld(() => new Response('x'), { judgeName: resolver(...given) })
    expect([await kindOf(world.open()), world.asked.length]).toEqual(
      isLetThrough ? [null, 1] : ['invalidSourceUrl', 0],
    )
  })
})
