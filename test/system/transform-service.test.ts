import { createHmac } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFetch, type TintypeFetch } from '../../packages/fetch/src/index.ts'
import { type PictureOrigin, startPictureOrigin } from '../support/picture-origin.ts'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

let origin: PictureOrigin
let other: PictureOrigin
let system: System
let account: TestAccount
let photo: Buffer
let fetchFromNode: TintypeFetch

const solid = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()

beforeAll(async () => {
  photo = await drawPng(600, 400)
  const red = await solid(20, 10, '#f00')
  const green = await solid(20, 10, '#0f0')
  origin = await startPictureOrigin(({ path, headers }) => {
    if (path.startsWith('/none')) return null
    if (path.startsWith('/locked') && headers.authorization !== 'Bearer secret') {
      return { status: 401, body: 'who are you?' }
    }
    if (path.startsWith('/green')) return { body: green, headers: { etag: '"same"' } }
    return { body: photo, headers: { etag: '"same"' } }
  })
  other = await startPictureOrigin(() => ({ body: red }))
  system = await startSystem([{ configPath: 'test/system/calls/wrangler.toml' }])
  account = await system.createAccount('calls')
  const path = `/zones/${account.zoneId}/settings/transformations_allowed_origins`
  expect((await system.api(account, 'PATCH', path, { value: '127.0.0.1' })).status).toBe(200)
  fetchFromNode = createFetch({
    ...{ baseUrl: system.baseUrl, accountId: account.accountId, apiToken: account.readToken },
  })
})
afterAll(async () => {
  await system?.close()
  await origin?.close()
  await other?.close()
})

/** A call over the service binding. */
async function call(given: unknown, body: Uint8Array | null = null): Promise<Response> {
  const worker = system.harness.getWorker('tintype-calls')
  const response = await worker.fetch('https://caller.example/', {
    ...{ method: 'POST', headers: { 'x-call': JSON.stringify(given) } },
    ...(body === null ? {} : { body }),
  })
  return response as unknown as Response
}
async function pictureOf(response: Response) {
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(response.status, bytes.toString('latin1', 0, 200)).toBe(200)
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ]
  return { ...(await sharp(bytes).metadata()), at }
}
const codeOf = async (response: Response) => {
  await response.arrayBuffer()
  return [response.status, response.headers.get('cf-resized')]
}
const sourceOf = (path: string) => ({ url: origin.url + path })

describe('over HTTP, from Node', () => {
  it('transforms, negotiates, and describes', async () => {
    const url = `${origin.url}/cat.png`
    const response = await fetchFromNode(url, {
      headers: { accept: 'image/webp' },
      cf: { image: { width: 200, format: 'auto' } },
    })
    expect(response.url).toBe(url)
    expect(await pictureOf(response)).toMatchObject({ width: 200, format: 'webp' })
    const told = await fetchFromNode(url, { cf: { image: { width: 200, format: 'json' } } })
    expect(await told.json()).toMatchObject({ width: 200, original: { width: 600, format: 'image/png' } })
  })

  it('answers a HEAD without a body, and a held copy with 304', async () => {
    const cf = { image: { width: 201 } }
    const head = await fetchFromNode(`${origin.url}/cat.png`, { method: 'HEAD', cf })
    expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0])
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
    const etag = head.headers.get('etag') as string
    const again = await fetchFromNode(`${origin.url}/cat.png`, { headers: { 'if-none-match': etag }, cf })
    expect([again.status, again.redirected]).toEqual([304, true])
  })

  it.each([
    ['a source that is not there', '/none.png', { width: 9 }, [404, 'err=9404']],
    ['an option out of range', '/cat.png', { blur: 251 }, [400, 'err=9401']],
    ['a wrong overlay', '/cat.png', { draw: [{ url: 'x' }] }, [400, 'err=9401']],
  ])('says what is wrong in a Response: %s', async (_, path, image, wanted) => {
    expect(await codeOf(await fetchFromNode(origin.url + path, { cf: { image: image as object } }))).toEqual(
      wanted,
    )
  })

  it('refuses hosts that the zone does not allow', async () => {
    const response = await fetchFromNode('https://elsewhere.example/a.png', { cf: { image: { width: 9 } } })
    expect(await codeOf(response)).toEqual([403, 'err=9401'])
  })

  it.each([
    ['a wrong token', (token: string) => `${token}x`, 401],
    ['none of this form', () => 'nonsense', 401],
  ])('%s is refused before anything else', async (_, change, status) => {
    origin.takeSeen()
    const stranger = createFetch({
      ...{ baseUrl: system.baseUrl, accountId: account.accountId, apiToken: change(account.readToken) },
    })
    const response = await stranger(`${origin.url}/cat.png`, { cf: { image: { width: 9 } } })
    expect([response.status, response.headers.get('cf-resized')]).toEqual([status, null])
    expect(origin.takeSeen()).toEqual([])
  })

  it("another account's token is refused", async () => {
    const stranger = await system.createAccount('stranger')
    const path = `/accounts/${account.accountId}/images/transform`
    const { status, body } = await system.api(stranger, 'POST', path, {
      ...{ source: sourceOf('/cat.png'), image: { width: 9 } },
    })
    expect([status, body.success]).toEqual([403, false])
  })

  it.each([
    ['no call', '[]'],
    ['no source', '{"image":{}}'],
    ['bytes that are none', '{"image":{},"source":{"bytes":"abc"}}'],
    ['no options', '{"source":{"url":"https://a.example/"}}'],
    ['no JSON', '{'],
    ['headers of another form', '{"source":{"url":"https://a.example/"},"image":{},"headers":{"a":1}}'],
    [
      'a part that did not come',
      `{"source":{"url":"https://a.example/"},"image":{"draw":[{"part":"${'ab'.repeat(32)}"}]}}`,
    ],
    ['far too long a call', `{"image":"${'x'.repeat(300_000)}"}`],
  ])('%s is 400', async (_, body) => {
    const url = `${system.baseUrl}/client/v4/accounts/${account.accountId}/images/transform`
    const headers = { authorization: `Bearer ${account.readToken}`, 'content-type': 'application/json' }
    expect(await codeOf(await fetch(url, { method: 'POST', headers, body }))).toEqual([400, 'err=9401'])
  })

  it('takes a picture as the body', async () => {
    const request = new URLSearchParams({ request: JSON.stringify({ image: { width: 60 } }) })
    const url = `${system.baseUrl}/client/v4/accounts/${account.accountId}/images/transform?${request}`
    const headers = { authorization: `Bearer ${account.readToken}`, 'content-type': 'image/png' }
    const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(photo) })
    expect(await pictureOf(response)).toMatchObject({ width: 60, height: 40 })
  })
})

describe('over a service binding', () => {
  it('transforms the bytes of a call, and keeps nothing of them', async () => {
    const image = { width: 90 }
    const response = await call({ source: { bytes: 'body' }, image }, photo)
    expect(await pictureOf(response)).toMatchObject({ width: 90, height: 60, format: 'jpeg' })
    const again = await call({ source: { bytes: 'body' }, image, headers: [['accept', '*/*']] }, photo)
    expect(await pictureOf(again)).toMatchObject({ width: 90 })
    expect(await codeOf(await call({ source: { bytes: 'body' }, image }, Buffer.from('no picture')))).toEqual(
      [415, 'err=9412'],
    )
    expect(await codeOf(await call({ source: { bytes: 'body' }, image }, Buffer.alloc(20_000_001)))).toEqual([
      413,
      'err=9402',
    ])
    const bucket = (await system.harness.getWorker('tintype').getEnv()).BUCKET as R2BucketLike
    await expect.poll(async () => (await bucket.list({ prefix: 'parts/' })).objects.length).toBe(0)
  })

  it('draws bytes of the call and pictures of other hosts', async () => {
    const draw = [
      { url: `${other.url}/red.png`, left: 0, top: 0 },
      { bytes: 'body', right: 0, bottom: 0, width: 0.1, fit: 'contain' },
    ]
    const response = await call(
      { source: sourceOf('/cat.png'), image: { width: 300, format: 'png-force', draw } },
      await solid(50, 50, '#0f0'),
    )
    const picture = await pictureOf(response)
    expect([picture.at(0, 0), picture.at(19, 9)]).toEqual([
      [255, 0, 0],
      [255, 0, 0],
    ])
    expect([picture.at(271, 171), picture.at(299, 199)]).toEqual([
      [0, 255, 0],
      [0, 255, 0],
    ])
    expect(picture.at(269, 199)).not.toEqual([0, 255, 0])
  })

  it('draws a line of text, in the built-in font and in its colour', async () => {
    const draw = [{ text: 'Tintype', size: 48, color: '#f00', bottom: 10, right: 10, width: 3 }]
    const image = { width: 300, format: 'png-force', brightness: 1, draw }
    const response = await call({ source: { bytes: 'body' }, image }, await solid(300, 200, '#fff'))
    const picture = await pictureOf(response)
    const isRed = ([r = 0, g = 255]: number[]) => r > 240 && g < 40
    const reds: (readonly [number, number])[] = []
    for (let y = 0; y < 200; y++) for (let x = 0; x < 300; x++) if (isRed(picture.at(x, y))) reds.push([x, y])
    // Letters of 48 px: some 150 px wide, in the corner, and nowhere else.
    expect(reds.length).toBeGreaterThan(400)
    expect(Math.min(...reds.map(([x]) => x))).toBeGreaterThan(80)
    expect(Math.min(...reds.map(([, y]) => y))).toBeGreaterThan(110)
  })

  it('fails as a whole when an overlay cannot be had', async () => {
    const image = { width: 30, draw: [{ url: `${origin.url}/none.png` }] }
    expect(await codeOf(await call({ source: sourceOf('/cat.png'), image }))).toEqual([404, 'err=9404'])
    const elsewhere = { width: 30, draw: [{ url: 'https://images.cloudflare.com/a.png' }] }
    expect(await codeOf(await call({ source: sourceOf('/cat.png'), image: elsewhere }))).toEqual([
      403,
      'err=9401',
    ])
  })

  it('hands credentials to the host of the source, and to no overlay', async () => {
    origin.takeSeen()
    other.takeSeen()
    const headers = [
      ['authorization', 'Bearer secret'],
      ['cookie', 'a=b'],
    ]
    const image = { width: 31, 'origin-auth': 'share-publicly', draw: [{ url: `${other.url}/red.png` }] }
    expect((await call({ source: sourceOf('/private.png'), image, headers })).status).toBe(200)
    const seen = origin.takeSeen()
    expect(seen.map(({ headers }) => headers.authorization)).toContain('Bearer secret')
    const overlay = other.takeSeen()
    expect(overlay.length).toBeGreaterThan(0)
    for (const { headers } of overlay)
      expect([headers.authorization, headers.cookie]).toEqual([undefined, undefined])

    await call({ source: sourceOf('/open.png'), image: { width: 31 }, headers })
    for (const { headers } of origin.takeSeen()) expect(headers.authorization).toBeUndefined()
  })

  it('is not refused with credentials because others were refused without', async () => {
    const image = { width: 33, 'origin-auth': 'share-publicly' }
    const headers = [['authorization', 'Bearer secret']]
    const source = sourceOf('/locked.png')
    expect(await codeOf(await call({ source, image }))).toEqual([408, 'err=9408'])
    // A refusal is remembered after its answer.
    await expect
      .poll(async () => {
        origin.takeSeen()
        await codeOf(await call({ source, image }))
        return origin.takeSeen().length
      })
      .toBe(0)
    const wrong = [['authorization', 'Bearer guess']]
    expect(await codeOf(await call({ source, image, headers: wrong }))).toEqual([408, 'err=9408'])
    expect((await call({ source, image, headers })).status).toBe(200)
  })

  it('confirms no copy of another picture, whatever the hosts say', async () => {
    const held = async (given: object, body?: Uint8Array) => {
      const response = await call(given, body)
      await response.arrayBuffer()
      return [['if-none-match', response.headers.get('etag') as string]]
    }
    const image = { width: 10 }
    const headers = await held({ source: sourceOf('/cat.png'), image })
    expect((await call({ source: sourceOf('/cat.png'), image, headers })).status).toBe(304)
    expect((await call({ source: sourceOf('/green.png'), image, headers })).status).toBe(200)

    const drawn = { width: 10, draw: [{ url: `${origin.url}/green.png`, width: 1 }] }
    const source = { bytes: 'body' }
    const ofParts = await held({ source, image: drawn }, photo)
    expect((await call({ source, image: drawn, headers: ofParts }, photo)).status).toBe(304)
    const changed = await solid(30, 20, '#00f')
    expect((await call({ source, image: drawn, headers: ofParts }, changed)).status).toBe(200)
  })

  it('draws what the zone allows now, not what it has drawn before', async () => {
    const path = `/zones/${account.zoneId}/settings/transformations_allowed_origins`
    const allow = (value: string) => system.api(account, 'PATCH', path, { value })
    const draw = [{ url: `${other.url}/red.png` }]
    const given = { source: { bytes: 'body' }, image: { width: 34, draw } }
    expect((await call(given, photo)).status).toBe(200)
    await allow('a.example')
    try {
      await expect.poll(async () => codeOf(await call(given, photo))).toEqual([403, 'err=9401'])
    } finally {
      await allow('127.0.0.1')
    }
    await expect.poll(async () => (await call(given, photo)).status).toBe(200)
  })

  it('takes the name of a source that its caller gives for its URL', async () => {
    const image = { width: 32 }
    expect((await call({ source: sourceOf('/signed.png?token=1'), image, cacheKey: 'signed' })).status).toBe(
      200,
    )
    // A result is stored after its answer.
    await expect
      .poll(async () => {
        const response = await call({ source: sourceOf('/signed.png?token=2'), image, cacheKey: 'signed' })
        return response.headers.get('cf-cache-status')
      })
      .toBe('HIT')
    origin.takeSeen()
    const unnamed = await call({ source: sourceOf('/signed.png?token=3'), image })
    expect([unnamed.status, origin.takeSeen().length > 0]).toEqual([200, true])
  })

  it('refuses to be part of a loop', async () => {
    const headers = [['via', '1.1 image-resizing']]
    expect(await codeOf(await call({ source: sourceOf('/cat.png'), image: { width: 9 }, headers }))).toEqual([
      508,
      'err=9403',
    ])
  })
})

describe('in a variant of hosted images', () => {
  it('is drawn onto them, and a private one stays private', async () => {
    const variant = {
      id: 'marked',
      options: { width: 300, draw: [{ url: `${other.url}/red.png`, left: 0, top: 0 }] },
    }
    const path = `/accounts/${account.accountId}/images/v1`
    expect((await system.api(account, 'POST', `${path}/variants`, variant)).body).toMatchObject({
      success: true,
    })
    const upload = async (fields: Record<string, string>) =>
      (await system.api(account, 'POST', path, imageForm(photo, fields))).body.result.id as string
    const id = await upload({})
    const response = await system.deliver(`/${account.accountHash}/${id}/marked`)
    const picture = await pictureOf(response)
    expect(picture).toMatchObject({ width: 300, height: 200 })
    expect(picture.at(2, 2)[0]).toBeGreaterThan(240)
    expect(picture.at(2, 2)[2]).toBeLessThan(20)

    const hidden = await upload({ requireSignedURLs: 'true' })
    expect((await system.deliver(`/${account.accountHash}/${hidden}/marked`)).status).toBe(403)
    const { keys } = (await system.api(account, 'GET', `${path}/keys`)).body.result
    const message = `/${account.accountHash}/${hidden}/marked`
    const signature = createHmac('sha256', keys[0].value).update(message).digest('hex')
    for (const _ of [1, 2]) {
      const shown = await system.deliver(`${message}?sig=${signature}`)
      await shown.arrayBuffer()
      expect([shown.status, shown.headers.get('cache-control')]).toEqual([200, 'private, max-age=3600'])
    }
  })
})

interface R2BucketLike {
  list(options: { prefix: string }): Promise<{ objects: readonly unknown[] }>
}
