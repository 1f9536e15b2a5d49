import type { ApiError, SourcePolicy } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createRemoteSources, type Spool } from './remote-sources.ts'
import { createReplayable } from './replayable.ts'

const POLICY: SourcePolicy = { ownHosts: [], origin: null, allowed: ['a.com'] }
const URL_OF_SOURCE = 'https://a.com/x.png'
const bytesOf = (text: string) => new TextEncoder().encode(text)
const chunked = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(bytesOf(chunk))
    },
  })
const textOf = (body: ReadableStream<Uint8Array> | null) => new Response(body).text()

/** A host whose answers are counted, and a spool that is a variable. */
function createWorld(answer: (count: number, request: Request) => Response) {
  const spooled = { stored: 0, removed: 0 }
  let count = 0
  const spool: Spool = {
    async store(body) {
      spooled.stored += 1
      const bytes = new Uint8Array(await new Response(body).arrayBuffer())
      return {
        sizeBytes: bytes.length,
        open: async () => new Response(bytes).body as ReadableStream<Uint8Array>,
        async remove() {
          spooled.removed += 1
        },
      }
    },
  }
  const sources = createRemoteSources(
    { policy: POLICY, accept: '*/*', credentials: {}, credentialed: null, isFresh: false },
    spool,
    {
      fetch: async (url, init) => answer(++count, new Request(url, init)),
      timers: {
        now: Date.now,
        wait: (ms, signal) => scheduler.wait(ms, signal === undefined ? {} : { signal }),
      },
      rules: { allowsLoopback: false },
      judgeName: null,
    },
  )
  return { sources, spooled, asked: () => count }
}
const sized = (text: string, headers: Record<string, string> = {}) =>
  new Response(text, { headers: { 'content-length': String(text.length), ...headers } })

describe('a body that is looked at and then read', () => {
  it('is the same both times, though its source is read once', async () => {
    const body = createReplayable(chunked('one ', 'two ', 'three'), 100)
    const first = ((await body.open()) as ReadableStream<Uint8Array>).getReader()
    expect(new TextDecoder().decode((await first.read()).value)).toBe('one ')
    await first.cancel()
    expect(await textOf(await body.open())).toBe('one two three')
    expect(await body.open()).toBeNull()
  })
  it('is whole when its first reader leaves in the middle of a read', async () => {
    const late = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          await scheduler.wait(20)
          controller.enqueue(bytesOf('late'))
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const body = createReplayable(late, 100)
    const first = ((await body.open()) as ReadableStream<Uint8Array>).getReader()
    first.read().catch(() => {})
    await first.cancel()
    expect(await textOf(await body.open())).toBe('late')
  })
  it('is not kept beyond its limit', async () => {
    const body = createReplayable(chunked('12345', '67890'), 7)
    expect(await textOf(await body.open())).toBe('1234567890')
    expect(await body.open()).toBeNull()
  })
})

describe('a picture of another host', () => {
  it('is asked for once, though it is looked at first', async () => {
    const { sources, asked } = createWorld(() => sized('picture', { etag: '"1"' }))
    const { body, sizeBytes } = await sources.open(URL_OF_SOURCE)
    const reader = body.getReader()
    await reader.read()
    await reader.cancel()
    expect([sizeBytes, await textOf((await sources.open(URL_OF_SOURCE)).body), asked()]).toEqual([
      7,
      'picture',
      1,
    ])
    expect(await textOf((await sources.open(URL_OF_SOURCE)).body)).toBe('picture')
    expect([asked(), sources.facts().length, sources.facts()[0]?.validator]).toEqual([2, 1, '1'])
  })
  it('is whole for each of its readers, also when another opens it meanwhile', async () => {
    const { sources } = createWorld(
      () => new Response(chunked('pic', 'ture'), { headers: { 'content-length': '7', etag: '"1"' } }),
    )
    await (await sources.open(URL_OF_SOURCE)).body.cancel()
    const readers = [(await sources.open(URL_OF_SOURCE)).body, (await sources.open(URL_OF_SOURCE)).body]
    expect(await Promise.all(readers.map(textOf))).toEqual(['picture', 'picture'])
  })
  it('that changed in between is broken', async () => {
    const { sources } = createWorld((count) => sized('picture', { etag: `"${count}"` }))
    await textOf((await sources.open(URL_OF_SOURCE)).body)
    await textOf((await sources.open(URL_OF_SOURCE)).body)
    await expect(sources.open(URL_OF_SOURCE)).rejects.toMatchObject({
      kind: 'sourceBroken',
    } satisfies Partial<ApiError>)
  })
  it('without a length is put aside until the job ends', async () => {
    const { sources, spooled, asked } = createWorld(() => new Response(chunked('pic', 'ture')))
    for (let i = 0; i < 3; i++) {
      const { body, sizeBytes } = await sources.open(URL_OF_SOURCE)
      expect([sizeBytes, await textOf(body)]).toEqual([7, 'picture'])
    }
    expect([asked(), spooled]).toEqual([1, { stored: 1, removed: 0 }])
    await sources.close()
    expect(spooled.removed).toBe(1)
  })
  it('is confirmed, or opened with what came instead', async () => {
    const { sources, asked } = createWorld((_, { headers }) =>
      headers.get('if-none-match') === '"1"'
        ? new Response(null, { status: 304 })
        : sized('new', { etag: '"2"' }),
    )
    await textOf((await sources.open(URL_OF_SOURCE)).body)
    const [known] = sources.facts()
    if (known === undefined) throw new Error('nothing was said')
    expect((await sources.confirm(URL_OF_SOURCE, { ...known, etag: '"1"' }))?.validator).toBe('2')
    expect(await sources.confirm(URL_OF_SOURCE, { ...known, etag: '"0"' })).toBeNull()
    expect(asked()).toBe(3)
    expect([await textOf((await sources.open(URL_OF_SOURCE)).body), asked()]).toEqual(['new', 3])
  })
})
