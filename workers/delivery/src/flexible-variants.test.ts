import { DEFAULT_SETTINGS } from '@tintype/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { BASE, type Bench, createBench, readText, type TestAccount } from './testing/bench.ts'

let bench: Bench
let account: TestAccount
const FLEXIBLE = { ...DEFAULT_SETTINGS, flexibleVariants: true }

beforeEach(async () => {
  bench = createBench()
  account = await bench.createAccount()
  await account.change({ settings: FLEXIBLE })
})

const pathTo = async (list: string, fields: Parameters<TestAccount['putImage']>[0] = {}) =>
  `/${account.hash}/${(await account.putImage(fields)).id}/${list}`
const get = (path: string, headers: Record<string, string> = {}) => bench.fetch(path, { headers })
const opsOf = () => bench.jobs.at(-1)?.program.ops

describe('an option list', () => {
  it('is refused while the account does not allow it', async () => {
    await account.change({ settings: DEFAULT_SETTINGS })
    const response = await get(await pathTo('w=100'))
    expect([response.status, response.headers.get('cf-resized')]).toEqual([403, 'err=9429'])
    expect(bench.jobs).toEqual([])
  })

  it('is allowed as soon as the authority says so', async () => {
    await account.change({ settings: DEFAULT_SETTINGS })
    const path = await pathTo('w=100')
    await account.change({ settings: FLEXIBLE }, 'authority')
    expect((await get(path)).status).toBe(200)
  })

  it('is what the program is made of, by short names and long ones, with encoded commas in values', async () => {
    const path = await pathTo('w=40,height=30,fit=pad,background=rgb%28240%2C40%2C145%29')
    expect((await get(path)).status).toBe(200)
    expect(opsOf()).toMatchObject([
      { op: 'resize', width: 40, height: 30, fit: 'pad' },
      { op: 'background', colour: { r: 240, g: 40, b: 145, a: 255 } },
    ])
    expect(bench.jobs[0]?.author).toBe('anybody')
  })

  it('is one result in any order and spelling, and with what does nothing', async () => {
    const { id } = await account.putImage()
    const lists = [
      'w=40,h=30',
      'h=30,w=40',
      'width=40,height=30',
      'w=40,h=30,blur=0,onclick=1',
      'h=30,w=40,dpr=1',
    ]
    for (const list of lists) expect((await get(`/${account.hash}/${id}/${list}`)).status).toBe(200)
    expect(bench.jobs).toHaveLength(1)
  })

  it('says what was dropped', async () => {
    const response = await get(await pathTo('w=abc,h=20'))
    expect(response.headers.get('warning')).toBe(
      `cf-images 299 "width is not a whole number from 1 to 12000, or 'auto'"`,
    )
  })

  it.each([
    ['blur=300', 400, 9401],
    ['w=abc', 400, 9401],
    ['=', 400, 9401],
    ['background=%ff', 400, 9401],
    ['w=0', 400, 9401],
    ['browser_ttl=3600', 400, 9401],
    [`w=1,${'x'.repeat(8192)}`, 400, 9401],
    ['w%3D5', 403, 9425],
  ])('%s is refused with %i/%i', async (list, status, code) => {
    const response = await get(await pathTo(list))
    expect(response.status).toBe(status)
    expect(await readText(response)).toMatch(`ERROR ${code}`)
    expect(bench.jobs).toEqual([])
  })

  it("lives as long as the account's setting says, and is tagged without commas", async () => {
    await account.change({ settings: { ...FLEXIBLE, browserTtlSeconds: 3600 } })
    const { id } = await account.putImage({ tags: ['spring'] })
    const { headers } = await get(`/${account.hash}/${id}/w=1,h=2`)
    expect(headers.get('cache-control')).toBe('public, max-age=3600, stale-while-revalidate=7200')
    expect(headers.get('cache-tag')).toBe(`image:${id},variant:=,spring`)
  })
})

describe('of a private image', () => {
  it('is denied without a signature, and delivered where the whole URL is signed', async () => {
    const path = await pathTo('w=100,h=50', { access: 'private' })
    expect((await get(path)).status).toBe(403)
    expect((await get(await account.sign(path))).status).toBe(200)
    const other = (await account.sign(path)).replace('w=100', 'w=101')
    expect((await get(other)).status).toBe(403)
    expect(bench.jobs).toHaveLength(1)
  })
})

describe('a purge', () => {
  const first = async () => {
    const path = await pathTo('w=100,h=50', { tags: ['spring'] })
    await get(path)
    expect((await get(path)).headers.get('cf-cache-status')).toBe('HIT')
    return path
  }
  const host = new URL(BASE).host

  it.each([
    ['its URL', (path: string) => `file:${host}${path}`],
    ['the path before it', (path: string) => `path:${host}${path.slice(0, path.lastIndexOf('/'))}`],
    ['all option lists', () => 'tag:variant:='],
    ['a tag of the image', () => 'tag:spring'],
    ['the image', (path: string) => `image:${path.split('/')[2]}`],
  ])('of %s ends its results', async (_, tagOf) => {
    const path = await first()
    await account.purge(tagOf(path))
    expect((await get(path)).headers.get('cf-cache-status')).toBe('MISS')
  })

  it('of a named variant, or of another list, leaves them', async () => {
    const path = await first()
    await account.purge('variant:public', `file:${host}${path}0`)
    expect((await get(path)).headers.get('cf-cache-status')).toBe('HIT')
  })
})
