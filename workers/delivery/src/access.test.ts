import { type Access, withAccess } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createBench, SECRET } from './testing/bench.ts'

const FUTURE = 4_000_000_000
const bench = createBench()
const account = await bench.createAccount()

describe('who may see an image', () => {
  it.each([
    // id kind, access, variant, signature → status
    ['generated', 'public', 'public', 'none', 200],
    ['generated', 'public', 'public', 'wrong', 200],
    ['generated', 'public', 'public', 'expired', 200],
    ['generated', 'public', 'public', 'right', 200],
    ['generated', 'private', 'public', 'none', 403],
    ['generated', 'private', 'public', 'wrong', 403],
    ['generated', 'private', 'public', 'right', 200],
    ['generated', 'private', 'preview', 'none', 200],
    ['generated', 'private', 'preview', 'wrong', 200],
    ['custom', 'public', 'public', 'none', 200],
    ['custom', 'public', 'public', 'wrong', 200],
    ['custom', 'private', 'public', 'none', 403],
    ['custom', 'private', 'public', 'wrong', 403],
    ['custom', 'private', 'public', 'right', 200],
    ['custom', 'private', 'preview', 'none', 200],
  ] as const)('%s id, %s image, variant %s, signature %s: %i', async (kind, access, variant, sig, status) => {
    const custom = kind === 'custom' ? { id: `c/${crypto.randomUUID()}/x` } : {}
    const { id } = await account.putImage({ access, ...custom })
    const path = `/${account.hash}/${id}/${variant}`
    const url = {
      none: path,
      wrong: `${path}?sig=${'0'.repeat(64)}`,
      expired: await account.sign(path, 'exp=1000'),
      right: await account.sign(path, `exp=${FUTURE}`),
    }[sig]
    const jobs = bench.jobs.length
    expect((await bench.fetch(url)).status).toBe(status)
    expect(bench.jobs.length - jobs).toBe(status === 200 ? 1 : 0)
    // Whatever the right URL has put into the cache, the same request gets the same verdict.
    expect((await bench.fetch(await account.sign(path, `exp=${FUTURE}`))).status).toBe(200)
    expect((await bench.fetch(url)).status).toBe(status)
  })

  const denials = async (path: string) => {
    const right = await account.sign(path, `exp=${FUTURE}`)
    const mac = right.slice(-64)
    const MALFORMED = 'exactly one "sig"'
    return [
      ['missing', path, 'needs a signed URL'],
      ['only an expiry', `${path}?exp=${FUTURE}`, 'needs a signed URL'],
      ['wrong', right.replace(mac, 'a'.repeat(64)), 'does not fit this URL'],
      ['by a foreign key', await account.sign(path, '', 'another secret'), 'does not fit this URL'],
      [
        'for another path',
        `${path}?exp=${FUTURE}&sig=${(await account.sign(`${path}x`)).slice(-64)}`,
        'not fit',
      ],
      ['for another expiry', right.replace(String(FUTURE), String(FUTURE + 1)), 'does not fit this URL'],
      ['for another order', `${path}?sig=${mac}&a=1&exp=${FUTURE}`, 'does not fit this URL'],
      ['doubled', `${right}&sig=${mac}`, MALFORMED],
      ['doubled expiry', `${right}&exp=${FUTURE}`, MALFORMED],
      ['truncated', right.slice(0, -1), MALFORMED],
      ['too long', `${right}0`, MALFORMED],
      ['empty', `${path}?sig=`, MALFORMED],
      ['not hexadecimal', right.replace(mac, 'g'.repeat(64)), MALFORMED],
      ['expired', await account.sign(path, 'exp=1000'), 'has expired'],
    ] as const
  }
  it('says in one sentence what is wrong with a signature, and nothing of the image', async () => {
    const jobs = bench.jobs.length
    for (const id of ['generated', `custom-${crypto.randomUUID()}`]) {
      const head = await account.putImage({ access: 'private', ...(id === 'generated' ? {} : { id }) })
      for (const [name, url, text] of await denials(`/${account.hash}/${head.id}/public`)) {
        const response = await bench.fetch(url)
        const body = await response.text()
        expect([name, response.status, response.headers.get('cf-resized')]).toEqual([name, 403, 'err=9425'])
        expect(body).toMatch(/^ERROR 9425: Access denied: /)
        expect(body).toContain(text)
        expect(body).not.toContain(SECRET)
        expect(response.headers.get('cache-control')).toBe('no-store')
        expect(response.headers.get('etag')).toBeNull()
      }
    }
    expect(bench.jobs.length).toBe(jobs)
  })

  it('denies a private id before it looks for the image', async () => {
    const { id } = await account.putImage({ access: 'private' })
    await account.removeImage(id)
    expect((await bench.fetch(`/${account.hash}/${id}/public`)).status).toBe(403)
    expect((await bench.fetch(await account.sign(`/${account.hash}/${id}/public`))).status).toBe(404)
  })

  it.each(['public', 'private'] as const)(
    'does not know a %s image under the other flag, cached or not',
    async (access: Access) => {
      const { id } = await account.putImage({ access })
      const other = withAccess(id, access === 'public' ? 'private' : 'public')
      const [path, flipped] = [id, other].map((name) => `/${account.hash}/${name}/public`) as [string, string]
      expect((await bench.fetch(await account.sign(flipped))).status).toBe(404)
      expect((await bench.fetch(await account.sign(path))).status).toBe(200)
      expect((await bench.fetch(await account.sign(flipped))).status).toBe(404)
      expect((await bench.fetch(flipped)).status).toBe(access === 'private' ? 404 : 403)
    },
  )

  it('stops serving a custom id to anybody once it became private and was purged', async () => {
    const id = `turning-${crypto.randomUUID()}`
    const head = await account.putImage({ id })
    const path = `/${account.hash}/${id}/public`
    expect((await bench.fetch(path)).status).toBe(200)
    await account.putImage({ ...head, access: 'private' })
    await account.purge(`image:${id}`)
    expect((await bench.fetch(path)).status).toBe(403)
    expect((await bench.fetch(await account.sign(path))).status).toBe(200)
    expect((await bench.fetch(path)).status).toBe(403)
  })

  it('accepts the signed path with and without its prefix', async () => {
    const { id } = await account.putImage({ access: 'private' })
    const bare = `/${account.hash}/${id}/public`
    const signed = await account.sign(bare)
    for (const prefix of ['/imagedelivery', '/cdn-cgi/imagedelivery']) {
      expect((await bench.fetch(prefix + signed)).status).toBe(200)
      expect((await bench.fetch(await account.sign(prefix + bare))).status).toBe(200)
      expect((await bench.fetch(prefix + bare)).status).toBe(403)
    }
  })

  it('accepts any active key, and a deleted one no more', async () => {
    const bench = createBench()
    const account = await bench.createAccount()
    const { id } = await account.putImage({ access: 'private' })
    const signed = await account.sign(`/${account.hash}/${id}/public`, '', 'second')
    expect((await bench.fetch(signed)).status).toBe(403)
    await account.change({ signingKeys: [...account.document().signingKeys, { name: 'b', value: 'second' }] })
    expect((await bench.fetch(signed)).status).toBe(200)
    await account.change({ signingKeys: [{ name: 'default', value: SECRET }] })
    expect((await bench.fetch(signed)).status).toBe(403)
  })

  it('keeps private answers out of shared caches, for an hour at most and never past their expiry', async () => {
    const { id } = await account.putImage({ access: 'private', tags: ['secret-project'] })
    const path = `/${account.hash}/${id}/public`
    const soon = Math.floor(Date.now() / 1000) + 100
    const controlOf = async (url: string) => (await bench.fetch(url)).headers.get('cache-control')
    expect(await controlOf(await account.sign(path))).toBe('private, max-age=3600')
    expect(await controlOf(await account.sign(path, `exp=${FUTURE}`))).toBe('private, max-age=3600')
    expect(await controlOf(await account.sign(path, `exp=${soon}`))).toMatch(/^private, max-age=(100|99|98)$/)
    expect((await bench.fetch(await account.sign(path))).headers.get('cache-tag')).toBeNull()
    const preview = await bench.fetch(`/${account.hash}/${id}/preview`)
    expect(preview.headers.get('cache-control')).toBe('public, max-age=172800, stale-while-revalidate=7200')
    expect(preview.headers.get('cache-tag')).toBe(`image:${id},variant:preview`)
  })
})

describe('one account', () => {
  it('sees nothing of another', async () => {
    const other = await bench.createAccount()
    const { id } = await account.putImage()
    const secret = await account.putImage({ access: 'private' })
    expect((await bench.fetch(`/${account.hash}/${id}/public`)).status).toBe(200)
    expect((await bench.fetch(`/${other.hash}/${id}/public`)).status).toBe(404)
    await other.change({ signingKeys: [{ name: 'default', value: 'its own' }] })
    const path = `/${other.hash}/${secret.id}/public`
    expect((await bench.fetch(await account.sign(path))).status).toBe(403)
    expect((await bench.fetch(await other.sign(path, '', 'its own'))).status).toBe(404)
    const foreign = await account.sign(`/${account.hash}/${secret.id}/public`, '', 'its own')
    expect((await bench.fetch(foreign)).status).toBe(403)
  })
})
