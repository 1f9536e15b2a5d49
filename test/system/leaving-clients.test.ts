import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalWorkers, startLocalWorkers } from '../../scripts/local-workers.ts'
import { type Client, createClient, imageForm, type TestAccount } from '../support/client.ts'

const ADMIN_TOKEN = 'leaving-clients-administrator'
const VARIANTS = 20
const IMAGES = 6
/** Enough to be waiting in the engine, and too little for more than a few of the pictures to be made. */
const LEAVE_AFTER_MS = 150
const ACCEPT = { accept: 'image/webp' }
let stateFolder: string
let workers: LocalWorkers
let baseUrl: string
let client: Client
let account: TestAccount
const ids: string[] = []

/** Twelve megapixels whose every block costs a decoder its time. */
async function drawLargeJpeg(mean: number): Promise<Buffer> {
  const create = { width: 500, height: 375, channels: 3, background: '#888' } as const
  const noise = sharp({ create: { ...create, noise: { type: 'gaussian', mean, sigma: 40 } } })
  return sharp(await noise.png().toBuffer())
    .resize(4000, 3000)
    .jpeg({ quality: 80 })
    .toBuffer()
}

beforeAll(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'tintype-leaving-'))
  workers = await startLocalWorkers({ stateFolder, adminToken: ADMIN_TOKEN, port: 0 })
  baseUrl = `http://localhost:${workers.port}`
  client = createClient(baseUrl, ADMIN_TOKEN)
  account = await client.createAccount('leaving')
  const path = `/accounts/${account.accountId}/images/v1`
  for (let n = 0; n < VARIANTS; n++) {
    const options = { fit: 'scale-down', width: 600 + n, height: 600 + n, metadata: 'none' }
    const answer = await client.api(account, 'POST', `${path}/variants`, { id: `v${n}`, options })
    expect(answer.status).toBe(200)
  }
  for (let n = 0; n < IMAGES; n++) {
    const answer = await client.api(account, 'POST', path, imageForm(await drawLargeJpeg(100 + n)))
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    ids.push(answer.body.result.id)
  }
}, 300_000)
afterAll(async () => {
  await workers?.close()
  await rm(stateFolder, { recursive: true, force: true })
})

const pathOf = (image: number, variant: number) => `/${account.accountHash}/${ids[image]}/v${variant}`

/** GET over a socket of its own, which is closed after some ms, as a browser does whose user has gone on. */
function getAndLeave(path: string, afterMs: number): Promise<'answered' | 'left'> {
  return new Promise((resolve) => {
    const outgoing = request(`${baseUrl}${path}`, { agent: false, headers: ACCEPT })
    const timer = setTimeout(() => outgoing.destroy(), afterMs)
    outgoing.on('response', (response) => {
      clearTimeout(timer)
      response.resume().on('end', () => resolve('answered'))
    })
    outgoing.on('error', () => resolve('left'))
    outgoing.end()
  })
}

async function timeOf(path: string): Promise<number> {
  const since = performance.now()
  const response = await client.deliver(path, ACCEPT)
  expect([response.status, response.headers.get('cf-cache-status')]).toEqual([200, 'MISS'])
  await response.arrayBuffer()
  return performance.now() - since
}

/** The middle one: a machine that does other things too slows one or another of them. */
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number

describe('a hundred clients that leave', () => {
  it('leave no work behind that the next visitor would have to wait for', async () => {
    for (let n = 0; n < 3; n++) await timeOf(pathOf(0, n)) // the engine warms up
    const ratios = []
    for (let round = 0; round < 3; round++) {
      const alone = median([
        await timeOf(pathOf(0, 5 + 3 * round)),
        await timeOf(pathOf(0, 6 + 3 * round)),
        await timeOf(pathOf(0, 7 + 3 * round)),
      ])
      const leaving = []
      for (let n = 0; n < 100; n++) {
        leaving.push(getAndLeave(pathOf(2 + (n % 4), Math.floor(n / 4) % VARIANTS), LEAVE_AFTER_MS))
      }
      const outcomes = await Promise.all(leaving)
      expect(outcomes.filter((outcome) => outcome === 'left').length).toBeGreaterThan(80)
      ratios.push((await timeOf(pathOf(1, 10 + round))) / alone)
    }
    // Where all eighty pictures are made to the end it is forty times. What is left are the jobs under way and one round of
    // asking.
    expect(median(ratios)).toBeLessThan(6)
  })

  it('do not take a picture from those who stay for it', async () => {
    const path = pathOf(5, 0)
    const leaving = [1, 2, 3].map(() => getAndLeave(path, 60))
    const staying = await client.deliver(path, ACCEPT)
    expect([staying.status, staying.headers.get('content-type')]).toEqual([200, 'image/webp'])
    const { width } = await sharp(await staying.arrayBuffer()).metadata()
    expect(width).toBe(600)
    await Promise.all(leaving)
  })
})
