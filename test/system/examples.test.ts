import { createHash, createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PictureOrigin, type SeenRequest, startPictureOrigin } from '../support/picture-origin.ts'
import { drawPng } from '../support/pictures.ts'
import { type System, startSystem } from '../support/system.ts'

const folder = fileURLToPath(new URL('../../examples/transform-via-workers/src/', import.meta.url))
const SECRETS = {
  ACCESS_KEY_ID: 'AKIDEXAMPLE',
  SECRET_ACCESS_KEY: 'wJalrXUtnFEMI-EXAMPLEKEY',
  ACCESS_CLIENT_ID: 'client.access',
  ACCESS_CLIENT_SECRET: 'of the client',
}

let origin: PictureOrigin
let system: System
/** A picture of 1600x1200 at every path, and what is told apart by path. */
let photo: Buffer
let placeholder: Buffer
let logo: Buffer

/** What a bucket that knows the key finds of a request, by AWS's description of Signature Version 4. */
function isSignedForBucket({ path, headers }: SeenRequest): boolean {
  const [, date, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\d{8})\/auto\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([\da-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? []
  if (date === undefined || names === undefined) return false
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`)
  const request = ['GET', path, '', lines.join(''), names, headers['x-amz-content-sha256']].join('\n')
  const scope = `${date}/auto/s3/aws4_request`
  const sha256 = createHash('sha256').update(request).digest('hex')
  const message = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256].join('\n')
  let key: Buffer | string = `AWS4${SECRETS.SECRET_ACCESS_KEY}`
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update(message).digest('hex') === signature
}

function answer(request: SeenRequest) {
  const { path, headers } = request
  if (path.startsWith('/private/') && !isSignedForBucket(request)) return { status: 403, body: 'not signed' }
  const { 'cf-access-client-id': id, 'cf-access-client-secret': secret } = headers
  const isAdmitted = id === SECRETS.ACCESS_CLIENT_ID && secret === SECRETS.ACCESS_CLIENT_SECRET
  if (path.startsWith('/behind-access/') && !isAdmitted) return { status: 403, body: 'no access' }
  if (path === '/placeholder.png') return { body: placeholder }
  if (path === '/logo.png' || path === '/watermark.png') return { body: logo }
  if (path === '/broken.png') return { type: 'text/html', body: '<p>no picture' }
  return path.endsWith('/missing.png') ? null : { body: photo }
}

beforeAll(async () => {
  photo = await drawPng(1600, 1200)
  placeholder = await drawPng(11, 7)
  logo = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#fff' } })
    .png()
    .toBuffer()
  origin = await startPictureOrigin(answer)
  system = await startSystem([
    {
      configPath: 'test/system/examples/wrangler.toml',
      vars: { ...SECRETS, IMAGE_ORIGIN: origin.url },
    },
  ])
  const account = await system.createAccount('examples')
  const path = `/zones/${account.zoneId}/settings/transformations_allowed_origins`
  expect((await system.api(account, 'PATCH', path, { value: '127.0.0.1' })).status).toBe(200)
})
afterAll(async () => {
  await system?.close()
  await origin?.close()
})

/** What a visitor gets of an example. */
async function visit(example: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const worker = system.harness.getWorker('tintype-examples')
  const response = await worker.fetch(`https://site.example${path}`, {
    headers: { 'x-example': example, ...headers },
    redirect: 'manual',
  })
  return response as unknown as Response
}
async function sizeOf(response: Response) {
  const bytes = Buffer.from(await response.arrayBuffer())
  expect([response.status, response.headers.get('cf-resized')], bytes.toString('latin1', 0, 100)).toEqual([
    200,
    expect.stringContaining('internal=ok'),
  ])
  const { width, height, format } = await sharp(bytes).metadata()
  return { width, height, format }
}

describe('every example', () => {
  const examples = readdirSync(folder).filter((name) => !['tintype.js', 'sign-s3-request.js'].includes(name))

  it.each(examples)('%s differs from the form of the platform by one import', (name) => {
    const text = readFileSync(`${folder}${name}`, 'utf8')
    expect(text.match(/tintype/gi)).toHaveLength(1)
    expect(text).toContain("import { fetch } from './tintype.js'\n")
  })

  it('is among those that are run', () => {
    const worker = readFileSync(fileURLToPath(new URL('examples/worker.js', import.meta.url)), 'utf8')
    for (const name of examples) expect(worker).toContain(`/${name}'`)
  })
})

describe('resize', () => {
  it('shows the picture within 800x600', async () => {
    expect(await sizeOf(await visit('resize', '/'))).toMatchObject({ width: 800, height: 600 })
  })
})

describe('compute-options', () => {
  it('gives less to who saves data', async () => {
    expect(await sizeOf(await visit('compute-options', '/a.png'))).toMatchObject({ width: 800 })
    const frugal = await visit('compute-options', '/a.png', { 'save-data': 'on' })
    expect(await sizeOf(frugal)).toMatchObject({ width: 400 })
  })
})

describe('hide-image-server', () => {
  it('shows a picture and nothing of where it is', async () => {
    origin.takeSeen()
    const response = await visit('hide-image-server', '/assets/cat.png')
    const told = JSON.stringify([...response.headers])
    expect(await sizeOf(response)).toMatchObject({ width: 640 })
    expect(told).not.toMatch(/127\.0\.0\.1|hidden-directory/)
    expect(origin.takeSeen().map(({ path }) => path)).toEqual(['/hidden-directory/assets/cat.png'])
  })
})

describe('limit-size', () => {
  it.each([
    ['999', 200],
    ['1000', 200],
    ['1001', 400],
    ['', 400],
    ['0', 400],
  ])('width=%s: %i', async (width, status) => {
    expect((await visit('limit-size', `/a.png?width=${width}`)).status).toBe(status)
  })
})

describe('presets', () => {
  it.each([
    ['small', 300],
    ['medium', 600],
    ['large', 900],
  ])('%s is %i px wide', async (preset, width) => {
    origin.takeSeen()
    expect(await sizeOf(await visit('presets', `/images/${preset}/deep/in/a.png`))).toMatchObject({ width })
    for (const { path } of origin.takeSeen()) expect(path).toBe('/bucket/deep/in/a.png')
  })

  it('has no other size', async () => {
    expect((await visit('presets', '/images/huge/a.png')).status).toBe(404)
    expect((await visit('presets', '/images/small')).status).toBe(404)
  })
})

describe('format-by-accept', () => {
  it.each([
    ['image/avif,image/webp,*/*', 'heif'],
    ['image/webp,*/*', 'webp'],
    ['*/*', 'jpeg'],
  ])('%s gets %s', async (accept, format) => {
    const response = await visit('format-by-accept', '/formats.png', { accept })
    expect(response.headers.get('vary')).toBe('accept')
    expect(await sizeOf(response)).toMatchObject({ width: 320, format })
  })
})

describe('authenticated origins', () => {
  it('open to signed headers', async () => {
    origin.takeSeen()
    expect(
      await sizeOf(await visit('authenticated-s3', '/cat.png', { cookie: 'session=visitor' })),
    ).toMatchObject({
      width: 320,
    })
    const seen = origin.takeSeen()
    expect(seen.length).toBeGreaterThan(0)
    for (const { headers } of seen) expect(headers.cookie).toBeUndefined()
  })

  it('open to a service token', async () => {
    expect(await sizeOf(await visit('authenticated-access', '/cat.png'))).toMatchObject({ width: 320 })
  })

  it('stay closed to who has neither', async () => {
    const response = await visit('query-parameters', `/?width=9&image=${origin.url}/private/cat.png`)
    expect([response.status, response.headers.get('cf-resized')]).toEqual([408, 'err=9408'])
  })
})

describe('query-parameters', () => {
  const of = (query: Record<string, string>) => `/image-resizing?${new URLSearchParams(query)}`
  it('reads text as numbers, and negotiates', async () => {
    const image = `${origin.url}/uploads/avatar.png`
    const asked = of({ width: '80', height: '80', fit: 'cover', quality: '60', image })
    expect(await sizeOf(await visit('query-parameters', asked))).toEqual({
      width: 80,
      height: 80,
      format: 'jpeg',
    })
    const webp = await visit('query-parameters', asked, { accept: 'image/webp' })
    expect(await sizeOf(webp)).toMatchObject({ format: 'webp' })
  })

  it('passes a copy that the visitor holds on as 304', async () => {
    const path = of({ width: '81', image: `${origin.url}/uploads/avatar.png` })
    const first = await visit('query-parameters', path)
    const etag = first.headers.get('etag') as string
    await first.arrayBuffer()
    const again = await visit('query-parameters', path, { 'if-none-match': etag })
    expect(again.status).toBe(304)
  })

  it.each([
    ['no image', { width: '80' }, 400],
    ['no URL', { image: 'cat' }, 400],
    ['no picture', { image: 'http://127.0.0.1/x.html' }, 400],
    ['another host', { image: 'https://other.example/x.png' }, 403],
  ])('%s is refused', async (_, query, status) => {
    expect((await visit('query-parameters', of(query as never))).status).toBe(status)
  })

  it('answers options that are wrong as the platform does', async () => {
    const response = await visit('query-parameters', of({ width: '0', image: `${origin.url}/a.png` }))
    expect([response.status, response.headers.get('cf-resized')]).toEqual([400, 'err=9401'])
    expect(await response.text()).toMatch(/^ERROR 9401:/)
  })
})

describe('failures', () => {
  it('lead to the original', async () => {
    expect(await sizeOf(await visit('redirect-on-failure', '/good.png'))).toMatchObject({ width: 320 })
    for (const path of ['/broken.png', '/missing.png']) {
      const response = await visit('redirect-on-failure', path)
      expect([response.status, response.headers.get('location')]).toEqual([307, origin.url + path])
    }
  })

  it('are replaced by another picture', async () => {
    const response = await visit('placeholder-on-failure', '/missing.png')
    expect(response.headers.get('cf-resized')).toBeNull()
    expect(await sharp(Buffer.from(await response.arrayBuffer())).metadata()).toMatchObject({ width: 11 })
  })
})

describe('loop-check', () => {
  it('gives the original to who transforms, and the transformed picture to others', async () => {
    const original = await visit('loop-check', '/loop.png', { via: '1.1 image-resizing' })
    expect(original.headers.get('cf-resized')).toBeNull()
    expect(Buffer.from(await original.arrayBuffer()).equals(photo)).toBe(true)
    expect(await sizeOf(await visit('loop-check', '/loop.png'))).toMatchObject({ width: 320 })
  })
})

describe('watermark', () => {
  it('is over all of the picture, and the logo in its corner', async () => {
    const response = await visit('watermark', '/marked.png')
    const { data, info } = await sharp(Buffer.from(await response.arrayBuffer()))
      .raw()
      .toBuffer({ resolveWithObject: true })
    const red = (x: number, y: number) => data[(y * info.width + x) * info.channels] as number
    // The ramp of the picture, a fifth of it white; the logo is white, 40 px as it never grows, 5 px from the corner.
    for (const x of [20, 200, 300]) {
      expect(Math.abs(red(x, 30) - ((255 * x) / 399) * 0.8 - 51)).toBeLessThan(6)
    }
    expect(red(400 - 5 - 20, 300 - 5 - 10)).toBeGreaterThan(245)
    expect(red(400 - 5 - 60, 300 - 5 - 10)).toBeLessThan(240)
  })
})
