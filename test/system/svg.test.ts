import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
    await addVariant('blurred', { width: 10, height: 10, blur: 50 })
  })

  it.each(['public', 'blurred'])('through %s it is its sanitised document', async (variant) => {
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
