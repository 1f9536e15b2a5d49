import { env } from 'cloudflare:test'
import { r2BlobStore } from '@tintype/storage'
import { expect, it } from 'vitest'
import { MAX_PART_BYTES, storePart } from './store-part.ts'

const bucket = (env as unknown as { readonly BUCKET: R2Bucket }).BUCKET
const blobs = r2BlobStore(bucket)
const keys = async () => (await bucket.list({ prefix: 'parts/' })).objects.map(({ key }) => key)

/** A stream of so many bytes, a piece at a time. */
function streamOf(sizeBytes: number, pieceBytes = 1 << 16): ReadableStream<Uint8Array> {
  let left = sizeBytes
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close()
      const piece = new Uint8Array(Math.min(left, pieceBytes)).fill(7)
      left -= piece.length
      controller.enqueue(piece)
    },
  })
}

it('keeps the bytes under a key of their own, and knows them by their hash', async () => {
  const parts = [
    await storePart(streamOf(100), blobs, () => 'a'),
    await storePart(streamOf(100, 7), blobs, () => 'b'),
  ]
  expect(parts[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(parts[0]?.sha256).toBe(parts[1]?.sha256)
  expect(await keys()).toEqual(['parts/a', 'parts/b'])
  const kept = await bucket.get('parts/b')
  expect(new Uint8Array((await kept?.arrayBuffer()) as ArrayBuffer)).toEqual(new Uint8Array(100).fill(7))
})

it('takes as much as there may be, and nothing of more', async () => {
  await storePart(streamOf(MAX_PART_BYTES, 1 << 20), blobs, () => 'full')
  await expect(storePart(streamOf(MAX_PART_BYTES + 1, 1 << 20), blobs, () => 'over')).rejects.toMatchObject({
    kind: 'sourceTooLarge',
  })
  expect(await keys()).not.toContain('parts/over')
})

it('keeps nothing of what is empty or breaks off', async () => {
  await expect(storePart(streamOf(0), blobs, () => 'empty')).rejects.toMatchObject({ kind: 'notAnImage' })
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error('gone'))
    },
  })
  await expect(storePart(broken, blobs, () => 'broken')).rejects.toMatchObject({ kind: 'sourceBroken' })
  expect(await keys()).not.toContain('parts/empty')
  expect(await keys()).not.toContain('parts/broken')
})
