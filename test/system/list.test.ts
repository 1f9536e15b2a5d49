import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type System, startSystem, type TestAccount } from '../support/system.ts'

const IMAGES = 10_000
const VARIANTS = 100
/** 1,024 characters that take 4 bytes each, 12 in a URL. */
const LONGEST_ID = '😀'.repeat(1018)

let system: System
let account: TestAccount
let path: string

/** Images that were uploaded one a second; the last is the newest. Nothing reads their bytes here. */
async function seed(to: TestAccount, prefix: string, count: number): Promise<void> {
  const api = system.harness.getWorker('tintype-api')
  await system.api(to, 'GET', `/accounts/${to.accountId}/images/v1/stats`) // makes the tables
  const sql = await api.getDurableObjectStorage('IMAGES', { name: `${to.accountId}/0` })
  await sql.exec(
    'WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?) ' +
      'INSERT INTO images (id, state, access, blob_key, creator, source, uploaded_at) ' +
      "SELECT ? || printf('%06d', i), 'ready', 'public', 'blobs/x/' || i, iif(i % 2 = 0, 'ann', NULL), " +
      "'null', i * 1000 FROM numbers",
    ...[count, prefix],
  )
  // Counted when the object starts, as an account from before there were counts.
  await sql.exec("DELETE FROM facts WHERE name = 'count'")
  await api.evictDurableObject('IMAGES', { name: `${to.accountId}/0` })
}
const idOf = (i: number) => `image-${String(i).padStart(6, '0')}`

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('lists')
  path = `/accounts/${account.accountId}/images/v1`
  await seed(account, 'image-', IMAGES)
})
afterAll(() => system.close())

const list = async (query: string) => {
  const { status, body } = await system.api(account, 'GET', `${path}${query}`)
  expect([status, body.success, body.errors, body.messages]).toEqual([200, true, [], []])
  return body.result.images as { id: string; variants: string[] }[]
}
const idsOf = async (query: string) => (await list(query)).map(({ id }) => id)
const range = (newest: number, oldest: number, step = 1) =>
  Array.from({ length: Math.floor((newest - oldest) / step) + 1 }, (_, i) => idOf(newest - i * step))

describe('a list', () => {
  it('gives ten thousand images in one page, each once, the newest first', async () => {
    const images = await list('?per_page=10000')
    expect(images.map(({ id }) => id)).toEqual(range(IMAGES, 1))
    expect(images[0]).toEqual({
      ...{ id: idOf(IMAGES), filename: null, uploaded: '1970-01-01T02:46:40.000Z', requireSignedURLs: false },
      ...{ variants: [`${system.baseUrl}/${account.accountHash}/${idOf(IMAGES)}/public`], creator: 'ann' },
    })
  })
  it.each<[string, string[]]>([
    ['?per_page=1', range(IMAGES, IMAGES)],
    ['?per_page=3', range(IMAGES, IMAGES - 2)],
    ['?per_page=3&page=2', range(IMAGES - 3, IMAGES - 5)],
    ['', range(IMAGES, IMAGES - 999)],
    ['?page=10', range(1000, 1)],
    ['?page=11', []],
    ['?page=1000000&per_page=10000', []],
    ['?per_page=99&page=102', range(1, 1)],
    ['?per_page=101&page=50', range(IMAGES - 49 * 101, IMAGES - 50 * 101 + 1)],
    ['?creator=ann&per_page=2&page=3', range(IMAGES - 8, IMAGES - 10, 2)],
    ['?creator=&per_page=2&page=2500', range(3, 1, 2)],
    ['?creator=&per_page=2&page=2501', []],
    ['?creator=nobody', []],
    ['?creator=nobody&page=2', []],
  ])('pages by number: %s', async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids)
  })
  it('refuses a page that is no number', async () => {
    for (const query of ['?page=x', '?per_page=1.5', '?page=-1']) {
      const answer = await system.api(account, 'GET', `${path}${query}`)
      expect([query, answer.status, answer.body.errors[0].code]).toEqual([query, 400, 5400])
    }
  })
  it('counts them', async () => {
    const { body } = await system.api(account, 'GET', `${path}/stats`)
    expect(body.result.count.current).toBe(IMAGES)
  })
  it('answers HEAD without a body', async () => {
    const headers = { authorization: `Bearer ${account.token}` }
    const response = await fetch(`${system.baseUrl}/client/v4${path}`, { method: 'HEAD', headers })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })
})

describe('a list of the longest ids under a hundred variants, twelve gigabytes of JSON', () => {
  let heavy: TestAccount
  beforeAll(async () => {
    heavy = await system.createAccount('heavy')
    const variants = `/accounts/${heavy.accountId}/images/v1/variants`
    for (let i = 1; i < VARIANTS; i++) {
      const { status } = await system.api(heavy, 'POST', variants, { id: `v${i}`.padEnd(99, 'x') })
      expect(status).toBe(200)
    }
    await seed(heavy, LONGEST_ID, IMAGES)
  })
  const open = (perPage: number) =>
    fetch(`${system.baseUrl}/client/v4/accounts/${heavy.accountId}/images/v1?per_page=${perPage}`, {
      headers: { authorization: `Bearer ${heavy.token}` },
    })

  it('is whole where somebody takes all of it', async () => {
    const text = await (await open(10)).text()
    const { images } = (JSON.parse(text) as { result: { images: { id: string; variants: string[] }[] } })
      .result
    expect(images.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, i) => `${LONGEST_ID}${String(IMAGES - i).padStart(6, '0')}`),
    )
    expect(images.every(({ variants }) => new Set(variants).size === VARIANTS)).toBe(true)
    expect(text.length).toBeGreaterThan(12_000_000)
  })
  it.skipIf(process.platform !== 'linux')('is made no faster than it is read', async () => {
    const before = await residentMegabytes()
    const response = await open(IMAGES)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let peak = 0
    for (let megabytes = 0, measuredAt = 0; megabytes < 100; ) {
      megabytes += ((await reader.read()).value?.length ?? 0) / 1e6
      if (megabytes < measuredAt + 10) continue
      measuredAt = megabytes
      peak = Math.max(peak, await residentMegabytes())
    }
    // Nobody reads for two seconds, in which it would otherwise make a gigabyte.
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      peak = Math.max(peak, await residentMegabytes())
    }
    await reader.cancel()
    // Mostly garbage that is not collected yet, 40 to 140 MB; what is held is counted in image-list.test.ts.
    expect(peak - before).toBeLessThan(300)
    expect((await system.api(heavy, 'GET', `/accounts/${heavy.accountId}/images/v1/stats`)).status).toBe(200)
  })
})

/** What the runtime that this test started holds in memory. */
async function residentMegabytes(): Promise<number> {
  const processes = new Map<number, { parent: number; name: string; pages: number }>()
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    processes.set(Number(pid), { parent: Number(fields[1]), name, pages: Number(fields[21]) })
  }
  const isOurs = (pid: number): boolean =>
    pid === process.pid || (processes.has(pid) && isOurs(processes.get(pid)?.parent as number))
  const ours = [...processes].filter(([pid, { name }]) => name === 'workerd' && isOurs(pid))
  return ours.reduce((sum, [, { pages }]) => sum + (pages * 4096) / 1e6, 0)
}
