import { createHmac } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

/** How many results of one original are kept; docs/parity.md, limits. */
const MOST_KEPT = 300

let system: System
let account: TestAccount
let path: string

const noise = (x: number, y: number) => [(x * 37) & 255, (y * 53) & 255, (x * y) & 255]
async function draw(width: number, height: number): Promise<Buffer> {
  const data = Buffer.from(
    Array.from({ length: width * height }, (_, i) => noise(i % width, Math.floor(i / width))).flat(),
  )
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('flexible')
  path = `/accounts/${account.accountId}/images/v1`
  const { status } = await system.api(account, 'POST', path, imageForm(await draw(400, 300), { id: 'card' }))
  expect(status).toBe(200)
})
afterAll(() => system.close())

const configure = (body: object) => system.api(account, 'PATCH', `${path}/config`, body)
const deliver = (rest: string, headers?: Record<string, string>) =>
  system.deliver(`/${account.accountHash}/${rest}`, headers)
const metaOf = async (response: Response) => sharp(Buffer.from(await response.arrayBuffer())).metadata()

describe('the settings of an account', () => {
  it('are shown, changed one by one, and followed at once', async () => {
    const shown = await system.api(account, 'GET', `${path}/config`)
    expect(shown.body.result).toEqual({ flexible_variants: false, browser_ttl: 172_800 })
    expect((await deliver('card/w=100')).headers.get('cf-resized')).toBe('err=9429')

    expect((await configure({ flexible_variants: true })).body).toMatchObject({
      success: true,
      result: { flexible_variants: true, browser_ttl: 172_800 },
    })
    expect((await configure({ browser_ttl: 7200 })).body.result).toEqual({
      flexible_variants: true,
      browser_ttl: 7200,
    })
    const response = await deliver('card/w=100')
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('public, max-age=7200, stale-while-revalidate=7200')

    await configure({ flexible_variants: false })
    expect((await deliver('card/w=100')).headers.get('cf-resized')).toBe('err=9429')
    await configure({ flexible_variants: true })
  })

  it('are refused with what they cannot be, and to whoever may only read', async () => {
    for (const body of [{ browser_ttl: 60 }, { flexible_variants: 'yes' }]) {
      const answer = await configure(body)
      expect([answer.status, answer.body.errors[0].code]).toEqual([400, 5400])
    }
    const reader = { ...account, token: account.readToken }
    expect((await system.api(reader, 'GET', `${path}/config`)).status).toBe(200)
    expect((await system.api(reader, 'PATCH', `${path}/config`, { browser_ttl: 9000 })).status).toBe(403)
    expect((await system.api(account, 'DELETE', `${path}/config`)).status).toBe(405)
  })
})

describe('an option list in the place of a variant', () => {
  it.each([
    ['w=100', 'png', [100, 75]], // the original's own format, where nobody names one
    ['width=100,h=100,fit=cover,f=png-force', 'png', [100, 100]],
    ['w=50,dpr=2,format=webp,q=high', 'webp', [100, 75]],
    ['rotate=90,flip=h,w=30,f=jpeg', 'jpeg', [30, 40]],
    ['w=9000,fit=crop,f=png', 'png', [400, 300]],
    ['w=40,h=40,fit=squeeze,f=avif', 'heif', [40, 40]],
    ['compression=fast,f=avif,w=20', 'jpeg', [20, 15]],
  ])('is done: %s', async (list, format, size) => {
    const response = await deliver(`card/${list}`)
    expect(response.status).toBe(200)
    const meta = await metaOf(response)
    expect([meta.format, [meta.width, meta.height]]).toEqual([format, size])
  })

  it('describes the picture with format=json', async () => {
    const response = await deliver('card/w=100,format=json')
    expect(response.headers.get('content-type')).toBe('application/json')
    const told = await response.json()
    expect(told).toEqual({
      ...{ width: 100, height: 75 },
      original: {
        file_size: (await draw(400, 300)).length,
        ...{ width: 400, height: 300, format: 'image/png' },
      },
    })
    expect((await deliver('card/w=100,format=json')).headers.get('cf-cache-status')).toBe('HIT')
  })

  it('follows client hints', async () => {
    const widthFor = async (headers: Record<string, string>) =>
      (await metaOf(await deliver('card/w=auto,wbreakpoints=100;200;300,wmobile=50', headers))).width
    expect(await widthFor({ 'sec-ch-viewport-width': '150' })).toBe(200)
    expect(await widthFor({ 'viewport-width': '90' })).toBe(100)
    expect(await widthFor({ 'user-agent': 'Something (iPhone)' })).toBe(50)
    const list = 'w=200,f=jpeg,q=95,scq=5'
    const sizeFor = async (headers: Record<string, string>) =>
      (await (await deliver(`card/${list}`, headers)).arrayBuffer()).byteLength
    expect(await sizeFor({ 'save-data': 'on' })).toBeLessThan((await sizeFor({})) / 2)
  })

  it('is refused where it cannot be done, never answered with something else', async () => {
    for (const list of ['blur=300', 'segment=foreground', 'w=900,fit=contain,upscale=generate', 'w=abc']) {
      const response = await deliver(`card/${list}`)
      expect([list, response.status, response.headers.get('cf-resized')]).toEqual([list, 400, 'err=9401'])
    }
  })

  it('of a private image is delivered where the whole URL is signed', async () => {
    const form = imageForm(await draw(40, 30), { requireSignedURLs: 'true' })
    const { id } = (await system.api(account, 'POST', path, form)).body.result
    const { keys } = (await system.api(account, 'GET', `${path}/keys`)).body.result
    const url = `/${account.accountHash}/${id}/w=20,f=png`
    expect((await system.deliver(url)).status).toBe(403)
    const sig = createHmac('sha256', keys[0].value).update(url).digest('hex')
    expect((await system.deliver(`${url}?sig=${sig}`)).status).toBe(200)
    expect((await system.deliver(`${url.replace('20', '21')}?sig=${sig}`)).status).toBe(403)
  })

  it('is purged by its URL and by the path before it', async () => {
    const purge = (body: object) => system.api(account, 'POST', `/zones/${account.zoneId}/purge_cache`, body)
    const url = `${system.baseUrl}/${account.accountHash}/card/w=77,h=20`
    const status = async () => (await deliver('card/w=77,h=20')).headers.get('cf-cache-status')
    await status()
    expect(await status()).toBe('HIT')
    await purge({ files: [url] })
    expect([await status(), await status()]).toEqual(['MISS', 'HIT'])
    await purge({ prefixes: [`${new URL(url).host}/${account.accountHash}/card`] })
    expect([await status(), await status()]).toEqual(['MISS', 'HIT'])
    await purge({ tags: ['variant:='] })
    expect([await status(), await status()]).toEqual(['MISS', 'HIT'])
  })
})

describe('whoever asks for every width', () => {
  it('is answered every time, and fills no storage', async () => {
    const { id } = (await system.api(account, 'POST', path, imageForm(await draw(8, 8), { id: 'tiny' }))).body
      .result
    expect(id).toBe('tiny')
    for (let from = 1; from <= MOST_KEPT + 60; from += 20) {
      const widths = Array.from({ length: 20 }, (_, i) => from + i)
      const answers = await Promise.all(widths.map((width) => deliver(`tiny/w=${width},fit=contain,f=png`)))
      expect(answers.map(({ status }) => status)).toEqual(widths.map(() => 200))
    }
    const bucket = await derivedOf(system)
    // What was being kept at the same moment may go beyond it.
    expect(bucket).toBeGreaterThan(MOST_KEPT - 20)
    expect(bucket).toBeLessThan(MOST_KEPT + 20)
    expect((await deliver('tiny/w=1000,fit=contain,f=png')).status).toBe(200)
  })
})

/** Results that are kept of the original that has most of them. */
async function derivedOf({ harness }: System): Promise<number> {
  interface Bucket {
    list(query: object): Promise<{ objects: { key: string }[]; truncated: boolean; cursor?: string }>
  }
  const { BUCKET } = await harness.getWorker<{ BUCKET: Bucket }>('tintype-render').getEnv()
  const counts = new Map<string, number>()
  let cursor: string | undefined
  do {
    const page = await BUCKET.list({ prefix: 'derived/', ...(cursor === undefined ? {} : { cursor }) })
    for (const { key } of page.objects) {
      const prefix = key.slice(0, key.lastIndexOf('/'))
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
    }
    cursor = page.truncated ? page.cursor : undefined
  } while (cursor !== undefined)
  return Math.max(...counts.values())
}
