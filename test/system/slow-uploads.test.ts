import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawPng } from '../support/pictures.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'

let system: System
let account: TestAccount

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('slow')
})
afterAll(() => system.close())

/** Begin a form and then send next to nothing. Resolves with the status that ends it. */
function stallingUpload(
  url: string,
  token: string | null,
): { ended: Promise<number>; write: (bytes: Buffer) => void; close: () => void } {
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG\r\n'
  const call = request(url, {
    method: 'POST',
    headers: {
      'content-type': 'multipart/form-data; boundary=x',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
  })
  const ended = new Promise<number>((resolve) => {
    call.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    call.on('error', () => resolve(0))
  })
  call.write(Buffer.from(head, 'latin1'))
  return { ended, write: (bytes) => void call.write(bytes), close: () => call.destroy() }
}

/** An upload that goes on at 30 kB a second, in ten pieces a second, until it is closed. */
function slowUpload(url: string, token: string): { close: () => void } {
  const { close, write } = stallingUpload(url, token)
  const timer = setInterval(() => write(Buffer.alloc(3000)), 100)
  return {
    close() {
      clearInterval(timer)
      close()
    },
  }
}

describe('slow uploads', () => {
  it('of two accounts, six each, keep a third waiting for nothing', async () => {
    const urlOf = (owner: TestAccount) => `${system.baseUrl}/client/v4/accounts/${owner.accountId}/images/v1`
    const slow = await Promise.all(['tortoise', 'snail'].map((name) => system.createAccount(name)))
    const third = await system.createAccount('third')
    const uploads = slow.flatMap((owner) =>
      Array.from({ length: 6 }, () => slowUpload(urlOf(owner), owner.token)),
    )
    try {
      await sleep(2000)
      for (let i = 0; i < 3; i++) {
        const startedAt = Date.now()
        const form = imageForm(await drawPng(5, 5))
        const answer = await system.api(third, 'POST', `/accounts/${third.accountId}/images/v1`, form)
        expect(answer.status).toBe(200)
        expect(Date.now() - startedAt).toBeLessThan(5000)
      }
    } finally {
      for (const { close } of uploads) close()
    }
  }, 60_000)
})

describe('an upload that stalls', () => {
  it('ends after its grace, and keeps nobody else waiting', async () => {
    const url = `${system.baseUrl}/client/v4/accounts/${account.accountId}/images/v1`
    const other = await system.createAccount('other')
    const stalled = Array.from({ length: 10 }, () => stallingUpload(url, account.token))
    await sleep(1000)
    const startedAt = Date.now()
    const answer = await system.api(
      other,
      'POST',
      `/accounts/${other.accountId}/images/v1`,
      imageForm(await drawPng(5, 5)),
    )
    expect(answer.status).toBe(200)
    expect(Date.now() - startedAt).toBeLessThan(10_000)
    // 408 for those that had begun, 503 for those that never got a place; the proxy may cut either short.
    const statuses = await Promise.all(
      stalled.map(({ ended }) => Promise.race([ended, sleep(45_000).then(() => -1)])),
    )
    for (const { close } of stalled) close()
    expect(statuses.filter((status) => status === -1)).toEqual([])
    expect(statuses).toContain(408)
    expect(
      (await system.api(account, 'GET', `/accounts/${account.accountId}/images/v1`)).body.result.images,
    ).toEqual([])
  }, 90_000)
  it('on an upload URL leaves the ticket usable, and says meanwhile that it is in use', async () => {
    const { body } = await system.api(
      account,
      'POST',
      `/accounts/${account.accountId}/images/v2/direct_upload`,
      new FormData(),
    )
    const { uploadURL } = body.result
    const stalled = stallingUpload(uploadURL, null)
    await sleep(1000)
    const send = async () => fetch(uploadURL, { method: 'POST', body: imageForm(await drawPng(5, 5)) })
    const busy = await send()
    expect([busy.status, busy.headers.get('retry-after'), busy.headers.get('x-should-retry')]).toEqual([
      409,
      '5',
      null,
    ])
    expect(((await busy.json()) as { errors: { message: string }[] }).errors[0]?.message).toMatch(/under way/)
    await Promise.race([stalled.ended, sleep(45_000)])
    stalled.close()
    expect((await send()).status).toBe(200)
  }, 90_000)
})

describe('an upload that is slow, but not too slow', () => {
  it('keeps its id for as long as it lives', async () => {
    const path = `/accounts/${account.accountId}/images/v1`
    const png = await drawPng(40, 30)
    const head = 'content-disposition: form-data; name='
    const start = Buffer.from(
      `--x\r\n${head}"id"\r\n\r\npatient\r\n--x\r\n${head}"file"; filename="a.png"\r\n\r\n`,
    )
    // Bytes behind the picture's end are allowed: they take as long as they are wanted to.
    const call = request(`${system.baseUrl}/client/v4${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'multipart/form-data; boundary=x',
        authorization: `Bearer ${account.token}`,
      },
    })
    const status = new Promise<number>((resolve, reject) => {
      call.on('response', (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      call.on('error', reject)
    })
    call.write(Buffer.concat([start, png]))
    const sql = await system.harness
      .getWorker('tintype-api')
      .getDurableObjectStorage('IMAGES', { name: `${account.accountId}/0` })
    const leaseUntil = async () => {
      const [row] = await sql.exec("SELECT state, lease_until FROM images WHERE id = 'patient'")
      return row as { state: string; lease_until: number } | undefined
    }
    let first = await leaseUntil()
    while (first === undefined) {
      await sleep(200)
      first = await leaseUntil()
    }
    for (let i = 0; i < 15; i++) {
      call.write(Buffer.alloc(40_000))
      await sleep(1000)
    }
    const later = await leaseUntil()
    expect([first.state, later?.state]).toEqual(['pending', 'pending'])
    expect((later?.lease_until ?? 0) - first.lease_until).toBeGreaterThan(9000)
    const busy = await system.api(account, 'POST', path, imageForm(png, { id: 'patient' }))
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([409, '5'])
    call.end('\r\n--x--\r\n')
    expect(await status).toBe(200)
  }, 60_000)
})
