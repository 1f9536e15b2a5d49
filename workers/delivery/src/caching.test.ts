import { describe, expect, it, vi } from 'vitest'
import { createBench, readText, renderedAs } from './testing/bench.ts'

const bench = createBench()
const account = await bench.createAccount()
const statusOf = async (url: string, init?: RequestInit) =>
  (await bench.fetch(url, init)).headers.get('cf-cache-status')
const accept = (value: string): RequestInit => ({ headers: { accept: value } })

describe('stored results', () => {
  it('are hit by the next request, with the same bytes and headers', async () => {
    const { id } = await account.putImage({ tags: ['spring', 'grün'] })
    bench.renderer = () => renderedAs('jpeg', 'pixels', { warnings: ['larger "than" thought'] })
    const first = await bench.fetch(`/${account.hash}/${id}/thumb`)
    const second = await bench.fetch(`/${account.hash}/${id}/thumb`)
    bench.renderer = createBench().renderer
    expect(first.headers.get('cf-cache-status')).toBe('MISS')
    expect(second.headers.get('cf-cache-status')).toBe('HIT')
    expect(second.headers.get('cf-resized')).toMatch(/^internal=ok\/h v=\S+ l=6$/)
    const rest = ({ headers }: Response) =>
      [...headers].filter(([name]) => name !== 'cf-cache-status' && name !== 'cf-resized')
    expect(rest(second)).toEqual(rest(first))
    expect(await readText(second)).toBe('pixels')
  })

  it('are not shared by classes of clients, and are found again by each', async () => {
    const { id } = await account.putImage()
    const path = `/${account.hash}/${id}/public`
    const classes = [
      ['image/avif,image/webp,*/*;q=0.8', 'image/avif'],
      ['image/webp,*/*', 'image/webp'],
      ['image/*,*/*;q=0.8', 'image/jpeg'],
      ['image/avif;q=0,image/webp;q=0.1', 'image/webp'],
    ] as const
    for (const status of ['MISS', 'HIT']) {
      for (const [index, [value, type]] of classes.entries()) {
        const response = await bench.fetch(path, accept(value))
        const expected = index === 3 ? 'HIT' : status
        expect([response.headers.get('content-type'), response.headers.get('cf-cache-status')]).toEqual([
          type,
          expected,
        ])
        expect(response.headers.get('vary')).toBe('accept')
      }
    }
    expect((await bench.fetch(path)).headers.get('content-type')).toBe('image/jpeg')
  })

  it('fall back to what a client can show when its class got something else', async () => {
    const { id } = await account.putImage()
    const path = `/${account.hash}/${id}/public`
    bench.renderer = ({ formatClass }) => renderedAs(formatClass === 'base' ? 'png' : 'webp', formatClass)
    const types = []
    for (const value of ['image/avif', 'image/avif,image/webp', 'image/avif']) {
      types.push((await bench.fetch(path, accept(value))).headers.get('content-type'))
    }
    bench.renderer = createBench().renderer
    expect(types).toEqual(['image/png', 'image/webp', 'image/png'])
  })

  it('are shared by variants of one program, and by no other image', async () => {
    const { id } = await account.putImage()
    const twin = { ...account.document().variants.thumb, id: 'twin' } as never
    await account.change({ variants: { ...account.document().variants, twin } })
    expect(await statusOf(`/${account.hash}/${id}/thumb`)).toBe('MISS')
    expect(await statusOf(`/${account.hash}/${id}/twin`)).toBe('HIT')
    expect(await statusOf(`/${account.hash}/${id}/public`)).toBe('MISS')
    expect(await statusOf(`/${account.hash}/${(await account.putImage()).id}/thumb`)).toBe('MISS')
  })

  it('of a changed variant are not found any more', async () => {
    const { id } = await account.putImage()
    const path = `/${account.hash}/${id}/thumb`
    await bench.fetch(path)
    const thumb = account.document().variants.thumb as never as { options: object }
    const wider = { ...thumb, options: { ...thumb.options, width: 101 } } as never
    await account.change({ variants: { ...account.document().variants, thumb: wider } })
    expect(await statusOf(path)).toBe('MISS')
    expect(bench.jobs.at(-1)?.program.ops).toMatchObject([{ op: 'resize', width: 101 }])
  })

  it('are not kept when they are larger than what is held in memory', async () => {
    const { id } = await account.putImage()
    const path = `/${account.hash}/${id}/public`
    const large = new Uint8Array(8 * 1024 * 1024 + 1).map((_, index) => index)
    bench.renderer = () => renderedAs('png', large)
    const first = await bench.fetch(path)
    const part = await bench.fetch(path, { headers: { range: `bytes=${large.length - 3}-` } })
    bench.renderer = createBench().renderer
    expect((await first.arrayBuffer()).byteLength).toBe(large.length)
    expect([part.status, part.headers.get('cf-cache-status')]).toEqual([206, 'MISS'])
    expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([...large.subarray(-3)])
  })
})

describe('a newer engine', () => {
  it('replaces what an older one made as soon as the isolate has met it, and never under the old etag', async () => {
    const bench = createBench()
    const account = await bench.createAccount()
    const path = `/${account.hash}/${(await account.putImage()).id}/public`
    const render = (epoch: number) => () => renderedAs('jpeg', `made by ${epoch}`, { epoch })
    bench.renderer = render(1)
    const old = await bench.fetch(path)
    bench.renderer = render(2)
    const kept = await bench.fetch(path)
    expect([kept.headers.get('cf-cache-status'), await readText(kept)]).toEqual(['HIT', 'made by 1'])
    expect(kept.headers.get('etag')).toBe(old.headers.get('etag'))
    await bench.fetch(`/${account.hash}/${(await account.putImage()).id}/public`) // here it is met
    const made = await bench.fetch(path)
    expect([made.headers.get('cf-cache-status'), await readText(made)]).toEqual(['MISS', 'made by 2'])
    expect(made.headers.get('etag')).not.toBe(old.headers.get('etag'))
    expect((await bench.fetch(path)).headers.get('cf-cache-status')).toBe('HIT')
  })
  it('does not confirm copies that the older one made', async () => {
    const bench = createBench()
    const account = await bench.createAccount()
    const { id } = await account.putImage()
    const path = `/${account.hash}/${id}/public`
    const etag = (await bench.fetch(path)).headers.get('etag') as string
    const later = createBench() // another isolate, after the render Worker was deployed
    later.epoch = 2
    later.renderer = () => renderedAs('jpeg', 'new', { epoch: 2 })
    await account.purge(`image:${id}`)
    const held = { headers: { 'if-none-match': etag } }
    expect((await later.fetch(path, held)).status).toBe(200)
    expect(later.jobs).toHaveLength(1)
  })
})

describe('a cache that fails', () => {
  it('is a cache that has nothing', async () => {
    const { id } = await account.putImage()
    const failing = new Error('the cache is down')
    const spies = [
      vi.spyOn(caches.default, 'match').mockRejectedValue(failing),
      vi.spyOn(caches.default, 'put').mockRejectedValue(failing),
      vi.spyOn(console, 'error').mockImplementation(() => {}),
    ] as const
    const response = await bench.fetch(`/${account.hash}/${id}/public`)
    expect([response.status, response.headers.get('cf-cache-status')]).toEqual([200, 'MISS'])
    expect(spies[2].mock.calls).toEqual([[failing], [failing]])
    for (const spy of spies) spy.mockRestore()
  })
})

describe('a purge', () => {
  const url = (id: string) => `https://cdn.example/${account.hash}/${id}/thumb`
  it.each([
    ['the account', () => 'account:*'],
    ['the image', (id: string) => `image:${id}`],
    ['the variant', () => 'variant:thumb'],
    ['the host', () => 'host:cdn.example'],
    ['the URL', (id: string) => `file:cdn.example/${account.hash}/${id}/thumb`],
    ['a path of the account', () => `path:cdn.example/${account.hash}`],
    ['a path of the image', (id: string) => `path:cdn.example/${account.hash}/${id}`],
    ['a user tag', () => 'tag:spring'],
    ['a user tag named like a property', () => 'tag:constructor'],
    ['the Cache-Tag name of the image', (id: string) => `tag:image:${id}`],
    ['the Cache-Tag name of the variant', () => 'tag:variant:thumb'],
  ])('of %s makes the next request a miss, and the one after it a hit', async (_, tagOf) => {
    const { id } = await account.putImage({ tags: ['spring', 'constructor'] })
    await bench.fetch(url(id))
    expect(await statusOf(url(id))).toBe('HIT')
    await account.purge(tagOf(id))
    expect(await statusOf(url(id))).toBe('MISS')
    expect(await statusOf(url(id))).toBe('HIT')
  })

  it.each([
    'image:other',
    'variant:public',
    'host:elsewhere.example',
    'file:cdn.example/thumb',
    'path:cdn.example/other',
    'tag:autumn',
    'tag:toString',
  ])('of %s leaves it alone', async (tag) => {
    const { id } = await account.putImage({ tags: ['spring'] })
    await bench.fetch(url(id))
    await account.purge(tag)
    expect(await statusOf(url(id))).toBe('HIT')
  })

  it('reaches every class of clients', async () => {
    const { id } = await account.putImage()
    for (const value of ['image/avif', 'image/webp', '*/*']) await bench.fetch(url(id), accept(value))
    await account.purge(`image:${id}`)
    for (const value of ['image/avif', 'image/webp', '*/*']) {
      expect(await statusOf(url(id), accept(value))).toBe('MISS')
    }
  })

  it('of a deleted image leaves nothing', async () => {
    const { id } = await account.putImage()
    await bench.fetch(url(id))
    await account.removeImage(id)
    await account.purge(`image:${id}`)
    const response = await bench.fetch(url(id))
    expect([response.status, response.headers.get('cf-resized')]).toEqual([404, 'err=9404'])
  })

  it('during the making of a result ends that result', async () => {
    const { id, ...head } = await account.putImage()
    bench.renderer = createBench().renderer
    let replaced: Promise<unknown> | undefined
    const render = bench.renderer
    bench.renderer = (job) => {
      replaced = account
        .putImage({ ...head, id, blobKey: 'blobs/new' })
        .then(() => account.purge(`image:${id}`))
      return render(job)
    }
    await bench.fetch(url(id))
    await replaced
    bench.renderer = render
    const after = await bench.fetch(url(id))
    expect(after.headers.get('cf-cache-status')).toBe('MISS')
    expect(await readText(after)).toContain('blobs/new')
  })
})

describe('what the edge does not know yet', () => {
  it('is asked of the authority: an account, a variant, a key', async () => {
    const bench = createBench()
    const account = await bench.createAccount()
    const { id } = await account.putImage({ access: 'private' })
    await account.change({ signingKeys: [{ name: 'new', value: 'new' }] }, 'authority')
    expect((await bench.fetch(await account.sign(`/${account.hash}/${id}/public`, '', 'new'))).status).toBe(
      200,
    )
    expect(bench.asked).toEqual([account.hash])

    const second = await bench.createAccount()
    const image = await second.putImage()
    const fresh = { ...second.document().variants.thumb, id: 'fresh' } as never
    await second.change({ variants: { fresh } }, 'authority')
    expect((await bench.fetch(`/${second.hash}/${image.id}/fresh`)).status).toBe(200)
    expect(bench.asked).toEqual([account.hash, second.hash])
  })
  it('is asked once a second at most', async () => {
    const bench = createBench()
    const account = await bench.createAccount()
    const { id } = await account.putImage()
    for (let i = 0; i < 5; i++) {
      const response = await bench.fetch(`/${account.hash}/${id}/nothing${i}`)
      expect([response.status, await response.text()]).toEqual([
        403,
        'ERROR 9425: The account has no such variant',
      ])
    }
    expect(bench.asked).toHaveLength(1)
    const unknown = '0'.repeat(22)
    for (let i = 0; i < 3; i++) {
      const response = await bench.fetch(`/${unknown}/${id}/public`)
      expect([response.status, await response.text()]).toEqual([403, 'ERROR 9427: Unknown account hash'])
    }
    expect(bench.asked).toEqual([account.hash, unknown])
  })
  it('is not asked for malformed, expired or superfluous signatures', async () => {
    const bench = createBench()
    const account = await bench.createAccount()
    const hidden = await account.putImage({ access: 'private' })
    const open = await account.putImage()
    const path = `/${account.hash}/${hidden.id}/public`
    for (const url of [path, `${path}?sig=1`, await account.sign(path, 'exp=1')]) await bench.fetch(url)
    await bench.fetch(`/${account.hash}/${open.id}/public?sig=${'0'.repeat(64)}`)
    expect(bench.asked).toEqual([])
  })
})
