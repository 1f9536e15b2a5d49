import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { psnr } from '../support/psnr.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

const X = 'xmlns="http://www.w3.org/2000/svg"'
const DRAWING = `<?xml version="1.0"?><svg ${X} width="40" height="20"><script>alert(1)</script><rect width="40" height="20" fill="#0000ff" onclick="x()"/></svg>`
const CLEAN = `<svg ${X} width="40" height="20"><rect width="40" height="20" fill="#0000ff"/></svg>`
const ACCEPT = { accept: 'image/avif,image/webp,*/*' }

let system: System
let account: TestAccount

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('svg')
})
afterAll(() => system?.close())

const upload = (svg: string, id?: string) =>
  system.api(
    account,
    'POST',
    `/accounts/${account.accountId}/images/v1`,
    imageForm(Buffer.from(svg), id === undefined ? {} : { id }, 'a.svg'),
  )
const get = (id: string, variant: string, headers: Record<string, string> = ACCEPT) =>
  fetch(`${system.baseUrl}/${account.accountHash}/${id}/${variant}`, { headers })
const addVariant = (id: string, options: object) =>
  system.api(account, 'POST', `/accounts/${account.accountId}/images/v1/variants`, {
    id,
    options: { fit: 'scale-down', metadata: 'none', ...options },
  })

describe('a hosted SVG', () => {
  beforeAll(async () => {
    expect((await upload(DRAWING, 'drawing')).status).toBe(200)
    await addVariant('thumbnail', { width: 10, height: 10 })
    await addVariant('blurred', { width: 10, height: 10, blur: 50 })
  })

  it('through a blurred variant it is pixels: the document would show what the blur hides', async () => {
    const answer = await get('drawing', 'blurred')
    expect(answer.headers.get('content-type')).toBe('image/avif')
    expect(await answer.text()).not.toContain('<rect')
  })
  it.each(['public', 'thumbnail'])('through %s it is its sanitised document', async (variant) => {
    const answer = await get('drawing', variant)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe(CLEAN)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/svg+xml',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
  })
  it('is the same for every client, and need not be sent twice', async () => {
    const answer = await get('drawing', 'public', {})
    expect(await answer.text()).toBe(CLEAN)
    const etag = answer.headers.get('etag') as string
    expect((await get('drawing', 'public', { ...ACCEPT, 'if-none-match': etag })).status).toBe(304)
  })
  it('comes back from the API as it came', async () => {
    const blob = await fetch(
      `${system.baseUrl}/client/v4/accounts/${account.accountId}/images/v1/drawing/blob`,
      { headers: { authorization: `Bearer ${account.token}` } },
    )
    expect(await blob.text()).toBe(DRAWING)
    expect(blob.headers.get('content-security-policy')).toContain('sandbox')
  })
})

/** Shapes whose edges two rasterisers draw almost alike. */
const SHAPES = `<svg ${X} width="300" height="200" viewBox="0 0 300 200"><defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/><stop offset="1" stop-color="#00f"/></linearGradient></defs><rect width="300" height="200" fill="#eee"/><circle cx="80" cy="90" r="60" fill="url(#g)"/><path d="M160 30C200 10 280 90 240 170S150 120 160 30z" fill="#2a7" stroke="#123" stroke-width="4"/><g transform="rotate(20 150 100)" opacity=".5"><rect x="120" y="80" width="90" height="40" rx="12"/></g></svg>`

describe('a hosted SVG that is asked for as a picture', () => {
  beforeAll(async () => {
    expect((await upload(SHAPES, 'shapes')).status).toBe(200)
    expect((await addVariant('small', { width: 150, format: 'png-force' })).status).toBe(200)
    expect((await addVariant('large', { width: 900, fit: 'scale-up', format: 'png-force' })).status).toBe(200)
    expect((await addVariant('photo', { width: 150, format: 'jpeg' })).status).toBe(200)
    expect((await addVariant('same', { format: 'svg', width: 50 })).status).toBe(200)
  })

  it.each([
    ['small', 150],
    ['large', 900],
  ])('%s: drawn at its size, as librsvg draws it', async (variant, width) => {
    const answer = await get('shapes', variant)
    expect(answer.headers.get('content-type')).toBe('image/png')
    const ours = await rgba(Buffer.from(await answer.arrayBuffer()))
    const theirs = await rgba(
      await sharp(Buffer.from(SHAPES), { density: (72 * width) / 300 })
        .resize(width)
        .png()
        .toBuffer(),
    )
    expect(ours.info).toMatchObject({ width, height: (width * 2) / 3 })
    expect(theirs.info).toMatchObject({ width, height: (width * 2) / 3 })
    const decibels = psnr(ours.data, theirs.data)
    console.log(`${variant}: ${decibels.toFixed(1)} dB`)
    expect(decibels).toBeGreaterThan(30)
  })
  it('as JPEG it is opaque', async () => {
    const answer = await get('shapes', 'photo')
    expect(answer.headers.get('content-type')).toBe('image/jpeg')
  })
  it('as SVG it stays what it is', async () => {
    expect((await get('shapes', 'same')).headers.get('content-type')).toBe('image/svg+xml')
  })
  it('a picture with pixels does not become one', async () => {
    await system.api(
      account,
      'POST',
      `/accounts/${account.accountId}/images/v1`,
      imageForm(await sharp(Buffer.from(SHAPES)).png().toBuffer(), { id: 'pixels' }),
    )
    const answer = await get('pixels', 'same')
    expect([answer.status, answer.headers.get('cf-resized')]).toEqual([415, 'err=9412'])
  })
})

describe('text and drawings as overlays', () => {
  it('are drawn onto a hosted picture', async () => {
    const made = await addVariant('labelled', {
      format: 'png-force',
      draw: [{ text: 'Hello Ελλάδα Привет', size: 24, color: '#c00', left: 10, top: 10 }],
    })
    expect(made.status).toBe(200)
    await system.api(
      account,
      'POST',
      `/accounts/${account.accountId}/images/v1`,
      imageForm(await sharp(Buffer.from(SHAPES)).png().toBuffer(), { id: 'below' }),
    )
    const answer = await get('below', 'labelled')
    expect(answer.status).toBe(200)
    const file = Buffer.from(await answer.arrayBuffer())
    const [with_, without] = [await rgba(file), await rgba(await sharp(Buffer.from(SHAPES)).png().toBuffer())]
    const changed = with_.data.filter((value, i) => value !== without.data[i]).length
    expect(changed).toBeGreaterThan(1000)
    expect(psnr(with_.data.subarray(300 * 4 * 60), without.data.subarray(300 * 4 * 60))).toBe(
      Number.POSITIVE_INFINITY,
    )
  })
})

const rgba = (file: Buffer) => sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })

describe('refused at upload', () => {
  it.each([
    ['an SVG that is cut', DRAWING.slice(0, -3), /no well-formed XML/],
    [
      'an entity from outside',
      `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///a">]><svg ${X}><text>&x;</text></svg>`,
      /XML/,
    ],
    [
      'too many copies',
      `<svg ${X}>${Array.from({ length: 8 }, (_, i) => `<g id="a${i}">${`<use href="#a${i + 1}"/>`.repeat(10)}</g>`).join('')}<g id="a8"/></svg>`,
      /repeat/,
    ],
  ])('%s', async (_, svg, message) => {
    const answer = await upload(svg)
    expect(answer.status).toBe(415)
    expect(answer.body.errors[0]).toMatchObject({ code: 5455, message: expect.stringMatching(message) })
  })
})
