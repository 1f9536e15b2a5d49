import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleAvif, samplePng, vp8Frame, webpFile } from '../../packages/core/src/header/sample-pictures.ts'
import { hasCorpus, readCorpus } from '../support/corpus.ts'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

let system: System
let account: TestAccount
let png: Buffer
let path: string

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('uploads')
  path = `/accounts/${account.accountId}/images/v1`
  png = await drawPng(40, 30)
})
afterAll(() => system.close())

const upload = (bytes: Uint8Array | Blob, fields: Record<string, string> = {}, filename?: string) =>
  system.api(account, 'POST', path, imageForm(bytes, fields, filename))
const stored = async () =>
  (await system.api(account, 'GET', `${path}?per_page=10000`)).body.result.images.length as number

/** A form written byte by byte, for framings that no library makes. */
function rawForm(parts: string[], boundary = 'x-boundary-x'): { body: string; type: string } {
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  return { body: `${body}--${boundary}--\r\n`, type: `multipart/form-data; boundary=${boundary}` }
}

const post = async (body: string | Uint8Array, type: string | null) => {
  const headers = {
    authorization: `Bearer ${account.token}`,
    ...(type === null ? {} : { 'content-type': type }),
  }
  const response = await fetch(`${system.baseUrl}/client/v4${path}`, {
    method: 'POST',
    headers,
    body: body as string,
  })
  return {
    status: response.status,
    body: (await response.json()) as { success: boolean; errors: { code: number; message: string }[] },
  }
}

describe('an upload', () => {
  it('answers with the image, whose details stay the same', async () => {
    const { status, body } = await upload(png, {}, 'Füße ☃.png')
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: true, errors: [], messages: [] })
    const { id, uploaded } = body.result
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{10}00$/)
    expect(new Date(uploaded).toISOString()).toBe(uploaded)
    expect(body.result).toEqual({
      ...{ id, uploaded, filename: 'Füße ☃.png', requireSignedURLs: false },
      variants: [`${system.baseUrl}/${account.accountHash}/${id}/public`],
    })
    expect((await system.api(account, 'GET', `${path}/${id}`)).body.result).toEqual(body.result)
  })
  it('keeps the original byte for byte', async () => {
    const { id } = (await upload(png)).body.result
    const response = await fetch(`${system.baseUrl}/client/v4${path}/${id}/blob`, {
      headers: { authorization: `Bearer ${account.readToken}` },
    })
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true)
  })
  it.each([
    'a/b/c',
    'mit leer zeichen',
    'ünï/☃',
    '100%',
    "q?a=b&c#d'(e)",
    'a:b@c,d;e=f$g+h',
    'a\u2028b/c\u2029',
  ])('takes the custom id %s', async (id) => {
    const { body } = await upload(png, { id })
    expect(body.result.id).toBe(id)
    const encoded = id.split('/').map(encodeURIComponent)
    for (const spelling of [encoded.join('/'), encoded.join('%2F')]) {
      expect((await system.api(account, 'GET', `${path}/${spelling}`)).body.result.id).toBe(id)
    }
    expect((await fetch(body.result.variants[0])).status).toBe(200)
  })
  it('takes fields that follow the file', async () => {
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(png)]), 'a.png')
    form.append('id', 'fields-last')
    form.append('requireSignedURLs', 'true')
    form.append('metadata', '{"n":1}')
    form.append('creator', 'ann')
    expect((await system.api(account, 'POST', path, form)).body.result).toMatchObject({
      ...{ id: 'fields-last', requireSignedURLs: true, meta: { n: 1 }, creator: 'ann' },
    })
    const late = imageForm(png)
    late.append('requireSignedURLs', 'true')
    expect((await system.api(account, 'POST', path, late)).body.result.id).toMatch(/01$/)
  })
  it('takes metadata as JSON, as the fields an SDK sends, and both', async () => {
    const meta = async (fields: Record<string, string>) => (await upload(png, fields)).body.result.meta
    expect(await meta({ metadata: '{"a":{"b":[1,true,null]}}' })).toEqual({ a: { b: [1, true, null] } })
    expect(await meta({ 'metadata[a]': '1', 'metadata[b][c]': 'x' })).toEqual({ a: '1', b: { c: 'x' } })
    expect(await meta({ 'metadata[a]': '1', 'metadata[b]': '2', metadata: '{"a":1}' })).toEqual({
      a: 1,
      b: '2',
    })
    expect(await meta({ metadata: '{}' })).toBeUndefined()
    const form = imageForm(png)
    for (const value of ['x', 'y']) form.append('metadata[list][]', value)
    expect((await system.api(account, 'POST', path, form)).body.result.meta).toEqual({ list: ['x', 'y'] })
  })
  it('judges the file by its bytes, not by its name or declared type', async () => {
    const lying = await upload(new Blob([new Uint8Array(png)], { type: 'text/html' }), {}, 'page.html')
    expect(lying.status).toBe(200)
    const webp = await sharp(png).webp().toBuffer()
    expect((await upload(webp, {}, 'photo.jpg')).status).toBe(200)
  })
  it.each(['a/b.c', '"a/b.c"', "'()+_,-./:=?", '"with a space"'])(
    'takes a form with the boundary %s',
    async (written) => {
      const { body, type } = rawFile(png, 'filename="a.png"', written.replaceAll('"', ''))
      const answer = await post(body, type.replace(/boundary=.*/, `boundary=${written}`))
      expect(answer).toMatchObject({ status: 200, body: { success: true } })
    },
  )
  it('keeps a backslash at the end of a file name from hiding anything', async () => {
    const { body, type } = rawFile(png, 'filename="cat\\"')
    expect((await post(body, type)).status).toBe(200)
  })
  it('takes fields that carry a file name, as scripts send them', async () => {
    const form = imageForm(png)
    form.append('metadata', new Blob(['{"a":1}']), 'metadata')
    form.append('id', new Blob(['named-field']), 'id')
    const { body } = await system.api(account, 'POST', path, form)
    expect(body.result).toMatchObject({ id: 'named-field', meta: { a: 1 } })
  })
  it('ignores fields that it does not know', async () => {
    expect((await upload(png, { alt: 'x', isPrivate: 'maybe', name: 'n' })).status).toBe(200)
  })
  it('takes exactly 10 MiB and not a byte more', async () => {
    const padded = (sizeBytes: number) => Buffer.concat([png, Buffer.alloc(sizeBytes - png.length)])
    expect((await upload(padded(10 * 1024 * 1024))).status).toBe(200)
    const over = await upload(padded(10 * 1024 * 1024 + 1))
    expect([over.status, over.body.errors[0].code]).toEqual([413, 5413])
  })
})

describe('a picture whose end is not marked', () => {
  const drawn = sharp({ create: { width: 400, height: 300, channels: 3, background: '#3377aa' } })
  const noisy = drawn.composite([
    {
      input: {
        create: { width: 200, height: 150, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 40 } },
      } as never,
    },
  ])
  it.each(['jpeg', 'png'] as const)(
    'is accepted when its pixels are all there, else refused: %s',
    async (format) => {
      const file = await noisy.clone().toFormat(format).toBuffer()
      const end = format === 'jpeg' ? 2 : 12
      expect((await upload(file.subarray(0, file.length - end))).status).toBe(200)
      expect(
        (await upload(Buffer.concat([file.subarray(0, file.length - end), Buffer.alloc(2)]))).status,
      ).toBe(200)
      const cut = await upload(file.subarray(0, Math.floor(file.length / 2)))
      expect(cut.status).toBe(415)
      expect(cut.body.errors[0]?.message).toMatch(/ends before/)
    },
  )

  it('is looked at in all its scans: a progressive JPEG', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const
    const file = await sharp({ create: { width: 1200, height: 900, channels: 3, noise, background: '#000' } })
      .jpeg({ progressive: true })
      .toBuffer()
    expect((await upload(file.subarray(0, file.length - 2))).status).toBe(200)
    for (const part of [0.6, 0.9, 0.99, 0.999]) {
      const cut = await upload(file.subarray(0, Math.floor(file.length * part)))
      expect([part, cut.status]).toEqual([part, 415])
    }
  })
})

describe('a bad upload', () => {
  const notAnImage = Buffer.from('<!doctype html><title>hello</title>')
  it.each<
    [
      string,
      () => Promise<{ status: number; body: { errors: { code: number; message: string }[] } }>,
      number,
      number,
      RegExp,
    ]
  >([
    ['not an image', () => upload(notAnImage), 415, 5455, /HTML|not an image/],
    ['an empty file', () => upload(Buffer.alloc(0)), 415, 5455, /empty/],
    ['one byte', () => upload(Buffer.from([0xff])), 415, 5455, /image/],
    ['a truncated picture', () => upload(png.subarray(0, png.length - 20)), 415, 5455, /ends before/],
    [
      'a GIF without a frame',
      () => upload(Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1')),
      415,
      5455,
      /GIF/,
    ],
    [
      'an SVG that is cut',
      () => upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><g>')),
      415,
      5455,
      /SVG/,
    ],
    ['no file', () => system.api(account, 'POST', path, imageFormWithout()), 400, 5400, /"file"/],
    [
      'a url',
      () => system.api(account, 'POST', path, formOf({ url: 'https://example.com/a.png' })),
      400,
      5400,
      /"url"/,
    ],
    ['a file and a url', () => upload(png, { url: 'https://example.com/a.png' }), 400, 5400, /not both/],
    ['two files', () => system.api(account, 'POST', path, twoFiles()), 400, 5400, /more than one file/],
    ['metadata that is not JSON', () => upload(png, { metadata: '{' }), 400, 5400, /"metadata"/],
    ['metadata that is a list', () => upload(png, { metadata: '[1]' }), 400, 5400, /"metadata"/],
    [
      'metadata over 1,024 bytes',
      () => upload(png, { metadata: JSON.stringify({ a: 'ä'.repeat(509) }) }),
      400,
      5400,
      /1024/,
    ],
    [
      'metadata with __proto__',
      () => upload(png, { metadata: '{"__proto__":{"x":1}}' }),
      400,
      5400,
      /__proto__/,
    ],
    [
      'bracket metadata with __proto__',
      () => upload(png, { 'metadata[__proto__][x]': '1' }),
      400,
      5400,
      /__proto__/,
    ],
    [
      'contradicting bracket metadata',
      () => upload(png, { 'metadata[a]': '1', 'metadata[a][b]': '2' }),
      400,
      5400,
      /contradict/,
    ],
    [
      'a flag that is none',
      () => upload(png, { requireSignedURLs: 'maybe' }),
      400,
      5400,
      /requireSignedURLs/,
    ],
    ['a creator over its limit', () => upload(png, { creator: 'x'.repeat(1025) }), 400, 5400, /creator/],
    ['a UUID as id', () => upload(png, { id: '2cdc28f0-017a-49c4-9ed7-87056c83901f' }), 400, 5400, /UUID/],
    ['dots in the id', () => upload(png, { id: '../other/image' }), 400, 5400, /segments/],
    ['NUL in the id', () => upload(png, { id: 'a\0b' }), 400, 5400, /control/],
    ['CRLF in the id', () => post(...crlfId(png)), 400, 5400, /control/],
    ['an id over its limit', () => upload(png, { id: 'x'.repeat(1025) }), 400, 5400, /1024/],
    ['raw bytes', () => post(new Uint8Array(png), 'image/png'), 415, 5415, /multipart/],
    ['JSON', () => post('{"url":"x"}', 'application/json'), 415, 5415, /multipart/],
    ['no content type', () => post(new Uint8Array(png), null), 415, 5415, /multipart/],
    ['no boundary', () => post('--x--', 'multipart/form-data'), 415, 5415, /boundary/],
    ['an id that is not UTF-8', () => post(...badUtf8Id(png)), 400, 5400, /UTF-8/],
    ['an open quote and backslashes', () => post(...openQuote()), 400, 5400, /quote that is never closed/],
    [
      'part headers over 4 kB',
      () => post(...largeHeaders(png)),
      400,
      5400,
      /headers of a part are over 4096/,
    ],
    [
      'a form that ends early',
      () =>
        post(
          '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
          'multipart/form-data; boundary=x',
        ),
      400,
      5450,
      /closing boundary/,
    ],
  ])('%s is refused', async (_, send, status, code, message) => {
    const before = await stored()
    const answer = await send()
    expect([answer.status, answer.body.errors[0]?.code]).toEqual([status, code])
    expect(answer.body.errors[0]?.message).toMatch(message)
    expect(answer.body).toMatchObject({ success: false, messages: [], result: null })
    expect(await stored()).toBe(before)
  })
  it('leaves no bytes behind', async () => {
    const env = await system.harness.getWorker<{ BUCKET: R2Like }>('tintype-api').getEnv()
    const blobs = async () =>
      (await env.BUCKET.list({ prefix: `blobs/${account.accountId}/` })).objects.length
    const before = await blobs()
    await upload(png.subarray(0, png.length - 20))
    await upload(Buffer.concat([png, Buffer.alloc(11 * 1024 * 1024)]))
    await upload(png, { metadata: '{' })
    expect(await blobs()).toBe(before)
  })
  it('with a duplicate id costs one request and changes nothing', async () => {
    await upload(png, { id: 'taken' })
    const answer = await upload(await drawPng(7, 7), { id: 'taken' })
    expect([answer.status, answer.body.errors[0].code, answer.headers.get('x-should-retry')]).toEqual([
      409,
      5409,
      'false',
    ])
    const late = new FormData()
    late.append('file', new Blob([new Uint8Array(png)]), 'a.png')
    late.append('id', 'taken')
    expect((await system.api(account, 'POST', path, late)).status).toBe(409)
    const response = await system.deliver(`/${account.accountHash}/taken/public`)
    expect((await sharp(await response.arrayBuffer()).metadata()).width).toBe(40)
  })
})

describe('a picture that could never be delivered', () => {
  const flat = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#c40' }, limitInputPixels: false })
  it.each<[string, () => Promise<Uint8Array> | Uint8Array, number, number, RegExp]>([
    ['a PNG without pixels', () => samplePng(), 415, 5455, /Unsupported image format: .+/],
    ['a WebP without pixels', () => webpFile(vp8Frame(20, 10)), 415, 5455, /Unsupported image format: .+/],
    ['an AVIF without pixels', () => sampleAvif(), 415, 5455, /Unsupported image format: .+/],
    [
      'a WebP too large for memory',
      () => flat(4000, 4000).webp().toBuffer(),
      413,
      5413,
      /WebP of 4000x4000 px .*memory/,
    ],
    [
      'an interlaced PNG too large for memory',
      () => flat(9000, 9000).png({ progressive: true }).toBuffer(),
      413,
      5413,
      /PNG of 9000x9000 px .*memory/,
    ],
  ])('%s is refused at once', async (_, make, status, code, message) => {
    const before = await stored()
    const answer = await upload(await make())
    expect([answer.status, answer.body.errors[0]?.code]).toEqual([status, code])
    expect(answer.body.errors[0].message).toMatch(message)
    expect(await stored()).toBe(before)
  })
  it('does not cost the largest ones that can be', async () => {
    const answer = await upload(await flat(10_000, 10_000).jpeg().toBuffer())
    expect(answer.status).toBe(200)
    expect((await fetch(answer.body.result.variants[0])).status).toBe(200)
  })
})

describe.runIf(hasCorpus)('a decompression bomb', () => {
  it.each(['17000x17000.avif', '16384x16384.png', '65536-uint32-limit.png', 'giant-image.jpg'])(
    '%s is refused from its header',
    async (name) => {
      const bytes = await readCorpus(`limits/${name}`)
      const answer = await upload(bytes, {}, name)
      expect([413, 415]).toContain(answer.status)
      expect([5413, 5455]).toContain(answer.body.errors[0].code)
    },
  )

  it('that is tall only where all frames of an animation are laid one below the other is none', async () => {
    const answer = await upload(await readCorpus('limits/big-height.webp'), {}, 'tall.webp')
    expect(answer.status).toBe(200)
    const shown = await fetch(answer.body.result.variants[0])
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/gif'])
  })
})

interface R2Like {
  list(options: { prefix: string }): Promise<{ objects: unknown[] }>
}
function formOf(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}
const imageFormWithout = () => formOf({ id: 'nothing' })
function twoFiles(): FormData {
  const form = imageForm(png)
  form.append('file', new Blob([new Uint8Array(png)]), 'b.png')
  return form
}
function rawFile(bytes: Uint8Array, filename: string, boundary = 'x'): { body: Uint8Array; type: string } {
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; ${filename}\r\n\r\n`
  const tail = `\r\n--${boundary}--\r\n`
  return {
    body: new Uint8Array(Buffer.concat([Buffer.from(head), bytes, Buffer.from(tail)])),
    type: `multipart/form-data; boundary=${boundary}`,
  }
}
const openQuote = (): [string, string] => [
  `--x\r\nContent-Disposition: form-data; name="${'\\'.repeat(3000)}\r\n\r\n`,
  'multipart/form-data; boundary=x',
]
const largeHeaders = (bytes: Uint8Array): [Uint8Array, string] => {
  const { body, type } = rawFile(bytes, `filename="${'n'.repeat(4100)}"`)
  return [body, type]
}
function badUtf8Id(bytes: Buffer): [Uint8Array, string] {
  const [body, type] = crlfId(bytes)
  const text = Buffer.from(body)
  const at = text.indexOf('a\r\nb')
  text.set([0x61, 0xff, 0xfe, 0x62], at)
  return [new Uint8Array(text), type]
}
function crlfId(bytes: Buffer): [Uint8Array, string] {
  const { body, type } = rawForm(['content-disposition: form-data; name="id"\r\n\r\na\r\nb', 'FILE'])
  const [head = '', tail = ''] = body.split('FILE')
  const file = 'content-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
  return [new Uint8Array(Buffer.concat([Buffer.from(head + file), bytes, Buffer.from(tail)])), type]
}
