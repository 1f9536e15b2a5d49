import { env } from 'cloudflare:workers'
import type { Timers } from '@tintype/core'
import { r2BlobStore } from '@tintype/storage'
import { expect, it } from 'vitest'
import { createSpool, createSpoolPlaces } from './spool.ts'

const { BUCKET } = env as unknown as { BUCKET: R2Bucket }
const timers: Timers = { now: Date.now, wait: (ms) => scheduler.wait(Math.min(ms, 1)) }
const spooled = async () => (await BUCKET.list({ prefix: 'spool/' })).objects.length
const createOne = (places = createSpoolPlaces(timers)) =>
  createSpool(r2BlobStore(BUCKET), places, () => crypto.randomUUID(), timers)
const bodyOf = (sizeBytes: number, chunkBytes = 50_000) => {
  let sent = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent === sizeBytes) return controller.close()
      const length = Math.min(chunkBytes, sizeBytes - sent)
      controller.enqueue(new Uint8Array(length).fill(sent / chunkBytes))
      sent += length
    },
  })
}
const bytesOf = async (stream: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(stream).arrayBuffer())

it.each([
  ['small', 0, 0],
  ['small', 100_000, 0],
  ['large', 1_000_000, 1],
  ['of several parts', 6_000_000, 1],
])(
  'a body that is %s (%d bytes) can be read more than once, and leaves nothing',
  async (_, sizeBytes, stored) => {
    const before = await spooled()
    const put = await createOne().store(bodyOf(sizeBytes))
    expect([put.sizeBytes, (await spooled()) - before]).toEqual([sizeBytes, stored])
    const [first, second] = [await bytesOf(await put.open()), await bytesOf(await put.open())]
    expect(first).toEqual(await bytesOf(bodyOf(sizeBytes)))
    expect(second).toEqual(first)
    await put.remove()
    expect(await spooled()).toBe(before)
  },
)

it('a body that breaks leaves nothing', async () => {
  const before = await spooled()
  let chunks = 0
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (++chunks < 50) controller.enqueue(new Uint8Array(50_000))
      else controller.error(new Error('it broke'))
    },
  })
  await expect(createOne().store(broken)).rejects.toThrow('it broke')
  expect(await spooled()).toBe(before)
})

it('two are put aside at once, and whoever finds no place is told to come again', async () => {
  const places = createSpoolPlaces(timers)
  const held = [places.hold(null), places.hold(null)]
  await expect(createOne(places).store(bodyOf(1_000_000))).rejects.toMatchObject({ kind: 'overloaded' })
  expect((await createOne(places).store(bodyOf(1000))).sizeBytes).toBe(1000)
  for (const place of held) place.release()
  const put = await createOne(places).store(bodyOf(1_000_000))
  expect([put.sizeBytes, places.holders().length]).toEqual([1_000_000, 0])
  await put.remove()
})
