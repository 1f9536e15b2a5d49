import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

let system: System
let account: TestAccount
let png: Buffer

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('known')
  png = await drawPng(8, 8)
})
afterAll(() => system.close())

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
const invent = () => ({
  accountId: hex(16),
  accountHash: randomBytes(16).toString('base64url'),
  token: `tt_${hex(16)}_${hex(4)}_${randomBytes(32).toString('base64url')}`,
})
/** Every Durable Object that left something in storage. */
async function objects(): Promise<string[]> {
  const api = system.harness.getWorker('tintype-api')
  const ids = await Promise.all(
    ['ACCOUNTS', 'IMAGES', 'REGISTRY'].map((binding) => api.listDurableObjectIds(binding)),
  )
  return ids.flat().sort()
}
const post = (accountHash: string) =>
  fetch(`${system.baseUrl}/${accountHash}/00000000-0000-0000-0000-000000000000`, {
    ...{ method: 'POST', body: imageForm(png) },
  })

describe('what nobody has', () => {
  it('starts no object: invented tokens, paths, upload URLs and delivery URLs', async () => {
    await system.api(account, 'POST', `/accounts/${account.accountId}/images/v1`, imageForm(png))
    const before = await objects()
    expect(before.length).toBeGreaterThanOrEqual(3)
    for (let i = 0; i < 10; i++) {
      const nobody = invent()
      const asNobody = { ...account, token: nobody.token }
      const verified = await system.api(asNobody, 'GET', '/user/tokens/verify')
      expect([verified.status, verified.body.errors[0].code]).toEqual([401, 10000])
      expect((await system.api(account, 'GET', `/accounts/${nobody.accountId}/images/v1`)).status).toBe(403)
      expect((await system.api(account, 'POST', `/zones/${hex(16)}/purge_cache`, {})).status).toBe(403)
      const posted = await post(nobody.accountHash)
      expect([posted.status, ((await posted.json()) as ErrorBody).errors[0]?.code]).toEqual([404, 5404])
      expect((await system.deliver(`/${nobody.accountHash}/cat/public`)).status).toBe(403)
    }
    expect(await objects()).toEqual(before)
  })
  it('is refused or told to come back, and never served, however often it is asked at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const nobody = invent()
        if (i % 2 === 0) return await post(nobody.accountHash)
        const headers = { authorization: `Bearer ${nobody.token}` }
        return await fetch(`${system.baseUrl}/client/v4/user/tokens/verify`, { headers })
      }),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.every(({ status }) => [401, 404, 429].includes(status))).toBe(true)
    for (const answer of refused) {
      expect(answer.headers.get('retry-after')).toBe('2')
      expect(((await answer.json()) as ErrorBody).errors[0]?.code).toBe(971)
    }
    // Whoever is known is served meanwhile.
    expect((await system.api(account, 'GET', '/user/tokens/verify')).status).toBe(200)
    expect((await post(account.accountHash)).status).toBe(404)
  })
  it('is told the same again and again, while an account that is made in between is found', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100)) // the second of the flood before is over
    const nobody = invent()
    const asNobody = { ...account, token: nobody.token }
    for (let i = 0; i < 5; i++) {
      expect((await system.api(asNobody, 'GET', '/user/tokens/verify')).status).toBe(401)
      expect((await post(nobody.accountHash)).status).toBe(404)
    }
    const young = await system.createAccount('young')
    expect((await system.api(young, 'GET', '/user/tokens/verify')).status).toBe(200)
  })
})

interface ErrorBody {
  readonly errors: readonly { readonly code: number }[]
}
