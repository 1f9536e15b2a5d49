import { env } from 'cloudflare:workers'
import { beforeEach, expect, it } from 'vitest'
import { MAX_KEPT, type Room, r2Room } from './room.ts'

const { BUCKET } = env as unknown as { BUCKET: R2Bucket }
let prefix: string
let room: Room
let now: number
let lists: number

beforeEach(() => {
  prefix = `derived/v1/1/account/${crypto.randomUUID()}/`
  now = 0
  lists = 0
  const list: R2Bucket['list'] = (options) => {
    lists += 1
    return BUCKET.list(options)
  }
  room = r2Room({ list }, { now: () => now })
})

async function keep(from: number, to: number, bytes = new Uint8Array(1)) {
  for (let i = from; i < to; i++) await BUCKET.put(`${prefix}${i}`, bytes)
}

it('is there below the number of results, and not at it', async () => {
  await keep(0, MAX_KEPT.results - 1)
  expect(await room.has(prefix, 1)).toBe(true)
  await keep(MAX_KEPT.results - 1, MAX_KEPT.results)
  expect(await room.has(prefix, 1)).toBe(false)
  expect(await room.has(prefix.replace(/\/$/, '0/'), 1)).toBe(true)
})

it('is not counted again for ten minutes where there was none', async () => {
  await keep(0, MAX_KEPT.results)
  for (let i = 0; i < 5; i++) expect(await room.has(prefix, 1)).toBe(false)
  expect(lists).toBe(1)
  await BUCKET.delete(`${prefix}0`)
  now = 10 * 60_000
  expect(await room.has(prefix, 1)).toBe(true)
})

it('is there up to a number of bytes', async () => {
  await keep(0, 3, new Uint8Array(20 << 20))
  expect(await room.has(prefix, (4 << 20) + 1)).toBe(false)
  expect(await room.has(prefix, 4 << 20)).toBe(true)
})
