import type { BlobStore } from '@tintype/core'
import { r2BlobStore } from '@tintype/storage'
import { describe, expect, it } from 'vitest'
import { bindings } from './env.ts'

const MIB = 1024 * 1024

/** A stream of `sizeBytes` bytes that count up, in chunks of odd size; fails at `failAt`. */
function counting(sizeBytes: number, failAt = Number.POSITIVE_INFINITY): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= failAt) return controller.error(new Error('the client went away'))
      if (at >= sizeBytes) return controller.close()
      const length = Math.min(65_537, sizeBytes - at)
      controller.enqueue(Uint8Array.from({ length }, (_, i) => (at + i) % 251))
      at += length
    },
  })
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer())
}

/** The promises of {@link BlobStore}, for every adapter. */
function describeBlobStore(name: string, create: () => BlobStore) {
  describe(`the blob store in ${name}`, () => {
    it('gives absence as null', async () => {
      const store = create()
      expect([await store.head('none'), await store.get('none')]).toEqual([null, null])
    })
    // Around the 5 MiB at which R2's multipart upload begins.
    it.each([0, 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB])(
      'keeps %i bytes as they came',
      async (sizeBytes) => {
        const store = create()
        const key = `blobs/size/${sizeBytes}`
        expect(await store.create(key, counting(sizeBytes))).toEqual({ key, sizeBytes })
        expect(await store.head(key)).toEqual({ key, sizeBytes })
        const read = await store.get(key)
        const bytes = await bytesOf(read?.body as ReadableStream<Uint8Array>)
        expect(bytes.length).toBe(sizeBytes)
        expect(bytes.every((byte, i) => byte === i % 251)).toBe(true)
      },
    )
    it('reads a range', async () => {
      const store = create()
      await store.create('blobs/range', counting(1000))
      const read = await store.get('blobs/range', { offset: 10, length: 3 })
      expect([...(await bytesOf(read?.body as ReadableStream<Uint8Array>))]).toEqual([10, 11, 12])
    })
    it('never replaces what is there', async () => {
      const store = create()
      await store.create('blobs/once', counting(3))
      expect(await store.create('blobs/once', counting(9))).toBe('exists')
      expect((await store.head('blobs/once'))?.sizeBytes).toBe(3)
    })
    it.each([0, MIB, 6 * MIB])('stores nothing when the stream fails after %i bytes', async (failAt) => {
      const store = create()
      await expect(store.create(`blobs/broken/${failAt}`, counting(20 * MIB, failAt))).rejects.toThrow(
        'went away',
      )
      expect(await store.head(`blobs/broken/${failAt}`)).toBeNull()
    })
    it('lists by prefix, in order, page by page', async () => {
      const store = create()
      for (const key of ['list/c', 'list/a', 'list/b', 'other/a']) await store.create(key, counting(1))
      const first = await store.list({ prefix: 'list/', limit: 2 })
      expect(first.items.map(({ key }) => key)).toEqual(['list/a', 'list/b'])
      const second = await store.list({
        prefix: 'list/',
        limit: 2,
        ...(first.cursor ? { cursor: first.cursor } : {}),
      })
      expect([second.items.map(({ key }) => key), second.cursor]).toEqual([['list/c'], undefined])
    })
    it('removes, and does not mind what is gone', async () => {
      const store = create()
      await store.create('blobs/gone', counting(1))
      await store.remove(['blobs/gone', 'blobs/never'])
      expect(await store.head('blobs/gone')).toBeNull()
    })
  })
}

describeBlobStore('R2', () => r2BlobStore(bindings.BUCKET))
