import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../support/free-port.ts'
import { imageForm } from '../support/system.ts'

const ROUNDS = 4
const UPLOADERS = 4
const script = fileURLToPath(new URL('../../scripts/dev.ts', import.meta.url))
let stateFolder: string
let port: number
let server: ChildProcess | null = null
let picture: Buffer

beforeAll(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'tintype-crash-'))
  port = await findFreePort()
  // Noise does not compress: 5.5 MB go through R2's multipart upload, so that a kill can hit its middle.
  const noise = Buffer.alloc(1400 * 1330 * 3)
  let state = 1
  for (let i = 0; i < noise.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    noise[i] = state >>> 24
  }
  picture = await sharp(noise, { raw: { width: 1400, height: 1330, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()
})
// The next test takes the same port, and would orphan a server that still ran.
afterEach(() => kill())
afterAll(() => rm(stateFolder, { recursive: true, force: true }))

interface Running {
  readonly upload: (id: string) => Promise<boolean>
  /** The answer's status, code, and what it says of another try. */
  readonly tryUpload: (
    id: string,
  ) => Promise<[status: number, code: number | undefined, retryAfter: string | null]>
  /** Send half a form and no more; resolves when it was sent. */
  readonly beginUpload: (id: string) => Promise<void>
  readonly list: () => Promise<string[]>
  readonly deliver: (id: string) => Promise<Response>
}

/** Start `pnpm dev`'s script as a process group of its own, so that one signal reaches all that it starts. */
async function start(): Promise<Running> {
  const child = spawn(process.execPath, [script], {
    ...{ detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...process.env, PORT: String(port), STATE_DIR: stateFolder },
  })
  server = child
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  while (!output.includes('Ctrl-C')) {
    if (child.exitCode !== null) throw new Error(`the server did not start: ${output}`)
    await sleep(50)
  }
  const settings = JSON.parse(await readFile(join(stateFolder, 'dev.json'), 'utf8')) as Record<string, string>
  const images = `${settings.apiBaseUrl}/accounts/${settings.accountId}/images/v1`
  const headers = { authorization: `Bearer ${settings.apiToken}` }
  const post = (id: string) => fetch(images, { method: 'POST', headers, body: imageForm(picture, { id }) })
  return {
    async upload(id) {
      const response = await post(id)
      return response.ok && ((await response.json()) as { success: boolean }).success
    },
    async tryUpload(id) {
      const response = await post(id)
      const { errors } = (await response.json()) as { errors: { code: number }[] }
      if (response.headers.has('x-should-retry')) return [response.status, errors[0]?.code, 'never']
      return [response.status, errors[0]?.code, response.headers.get('retry-after')]
    },
    async beginUpload(id) {
      const form = new Request(images, { method: 'POST', headers, body: imageForm(picture, { id }) })
      const bytes = Buffer.from(await form.arrayBuffer())
      const request = httpRequest(images, { method: 'POST', headers: Object.fromEntries(form.headers) })
      request.on('error', () => {}) // the server will be killed under it
      await new Promise<void>((resolve) =>
        request.write(bytes.subarray(0, bytes.length / 2), () => resolve()),
      )
    },
    async list() {
      const response = await fetch(`${images}?per_page=10000`, { headers })
      const { result } = (await response.json()) as { result: { images: { id: string }[] } }
      return result.images.map(({ id }) => id)
    },
    deliver: (id) => fetch(`${settings.deliveryBaseUrl}/${settings.accountHash}/${id}/public`),
  }
}

async function kill(): Promise<void> {
  const child = server
  server = null
  if (child?.pid === undefined || child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGKILL')
  await gone
}

describe('a server that is killed in the middle of uploads', () => {
  it('keeps every image that it acknowledged, and lists none whose bytes are missing', async () => {
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const running = await start()
      let isAlive = true
      const uploaders = Array.from({ length: UPLOADERS }, async (_, uploader) => {
        for (let n = 0; isAlive && n < 30; n++) {
          const id = `round-${round}/uploader-${uploader}/${n}`
          if (await running.upload(id).catch(() => false)) acknowledged.push(id)
        }
      })
      // Once uploads flow, which takes long on a busy machine; and later in each round, so that the kills fall into
      // different moments of an upload.
      const before = acknowledged.length
      for (let waited = 0; acknowledged.length === before && waited < 30_000; waited += 50) await sleep(50)
      await sleep(150 + 370 * round)
      isAlive = false
      await kill()
      await Promise.all(uploaders)
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS)

    const running = await start()
    const listed = await running.list()
    expect(listed).toEqual(expect.arrayContaining(acknowledged))
    for (const id of listed) {
      const response = await running.deliver(id)
      expect([id, response.status]).toEqual([id, 200])
      await response.arrayBuffer()
    }
    expect(await running.upload('after')).toBe(true)
  }, 300_000)
})

describe('an id whose upload was under way when the server was killed', () => {
  it('is busy at first, saying when to come back, and free again within a minute', async () => {
    const before = await start()
    await before.beginUpload('cut/off')
    await sleep(1000) // half a form is more than a socket holds: by now the file has begun
    expect(await before.tryUpload('cut/off')).toEqual([409, 5409, '5'])
    await kill()
    const killedAt = Date.now()

    const after = await start()
    for (;;) {
      const answer = await after.tryUpload('cut/off')
      if (answer[0] === 200) break
      expect(answer).toEqual([409, 5409, '5'])
      expect(Date.now() - killedAt).toBeLessThan(60_000)
      await sleep(1000)
    }
    expect(Date.now() - killedAt).toBeLessThan(60_000)
    expect(await after.tryUpload('cut/off')).toEqual([409, 5409, 'never'])
    expect((await after.deliver('cut/off')).status).toBe(200)
  }, 180_000)
})
