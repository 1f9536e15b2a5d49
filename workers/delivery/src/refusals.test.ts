import { describe, expect, it, vi } from 'vitest'
import { createBench, type Renderer, readText, renderedAs } from './testing/bench.ts'

const bench = createBench()
const account = await bench.createAccount()
const refuse =
  (
    kind: 'decodingFailed' | 'notAnImage' | 'refusedDimensions' | 'overloaded' | 'deliveryInternal',
  ): Renderer =>
  () => ({ ok: false, kind, detail: 'why' })
const show: Renderer = () => renderedAs('jpeg', 'pixels')

const ask = async (path: string, init?: RequestInit) => {
  const before = bench.jobs.length
  const response = await bench.fetch(path, init)
  return {
    status: response.status,
    jobs: bench.jobs.length - before,
    text: await readText(response),
    response,
  }
}
const brokenImage = async (fields: Parameters<typeof account.putImage>[0] = {}) => {
  bench.renderer = refuse('decodingFailed')
  const head = await account.putImage(fields)
  return { head, path: `/${account.hash}/${head.id}/public` }
}

describe('an original that cannot be shown', () => {
  it.each([
    ['decodingFailed', 422, 9516],
    ['notAnImage', 415, 9412],
    ['refusedDimensions', 403, 9413],
  ] as const)('is tried once: %s', async (kind, status, code) => {
    const { path } = await brokenImage()
    bench.renderer = refuse(kind)
    const first = await ask(path)
    const second = await ask(path)
    expect([first.status, first.jobs, second.status, second.jobs]).toEqual([status, 1, status, 0])
    expect(second.text).toMatch(new RegExp(`^ERROR ${code}: .*: why$`))
    expect(Object.fromEntries(second.response.headers)).toEqual(Object.fromEntries(first.response.headers))
    expect(second.response.headers.get('cache-control')).toBe('no-store')
  })

  it('is tried again after half a minute, and not a moment sooner', async () => {
    const { path } = await brokenImage()
    const start = Date.now()
    const clock = vi.spyOn(Date, 'now').mockReturnValue(start)
    expect((await ask(path)).jobs).toBe(1)
    bench.renderer = show
    clock.mockReturnValue(start + 29_999)
    expect((await ask(path)).status).toBe(422)
    clock.mockReturnValue(start + 30_000)
    expect((await ask(path)).status).toBe(200)
    clock.mockRestore()
    expect((await ask(path)).response.headers.get('cf-cache-status')).toBe('HIT')
  })

  it('is refused apart for each class of clients and each variant', async () => {
    const { path } = await brokenImage()
    await ask(path)
    expect((await ask(path, { headers: { accept: 'image/webp' } })).jobs).toBe(1)
    expect((await ask(path.replace('public', 'thumb'))).jobs).toBe(1)
  })

  it.each(['overloaded', 'deliveryInternal'] as const)('is told from a fault of ours, %s', async (kind) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { path } = await brokenImage()
    bench.renderer = refuse(kind)
    expect((await ask(path)).jobs).toBe(1)
    bench.renderer = show
    expect((await ask(path)).status).toBe(200)
    log.mockRestore()
  })

  it.each([
    ['the image', (id: string) => `image:${id}`],
    ['a user tag', () => 'tag:spring'],
    ['everything', () => 'account:*'],
  ])('is tried again after a purge of %s', async (_, tagOf) => {
    const { path, head } = await brokenImage({ tags: ['spring'] })
    await ask(path)
    await account.purge(tagOf(head.id))
    bench.renderer = show
    expect((await ask(path)).status).toBe(200)
  })

  it('makes place at once for a new image under its id', async () => {
    const { path, head } = await brokenImage({ id: 'again' })
    await ask(path)
    await account.removeImage(head.id)
    await account.purge(`image:${head.id}`) // as deleting does
    expect((await ask(path)).status).toBe(404)
    bench.renderer = show
    await account.putImage({ id: 'again' })
    expect((await ask(path)).status).toBe(200)
  })

  it('tells a stranger of a private image no more than any private image does', async () => {
    const { path } = await brokenImage({ id: 'secret', access: 'private' })
    expect((await ask(await account.sign(path))).status).toBe(422)
    const refused = await ask(path)
    expect([refused.status, refused.text]).toEqual([
      403,
      'ERROR 9425: Access denied: this image needs a signed URL',
    ])
    expect(await ask(await account.sign(path))).toMatchObject({ status: 422, jobs: 0 })
  })
})

describe('an id that nobody has', () => {
  it('is looked up every time, so that an upload under it is seen at once', async () => {
    const path = `/${account.hash}/soon/public`
    expect(await ask(path)).toMatchObject({ status: 404, jobs: 0 })
    bench.renderer = show
    await account.putImage({ id: 'soon' })
    expect((await ask(path)).status).toBe(200)
  })
})
