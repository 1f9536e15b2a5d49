import type { ImageRecord } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { readImages, streamText } from './image-list.ts'

const record = (i: number): ImageRecord => ({
  ...{ id: `i${i}`, access: 'public', metadata: null, creator: null, filename: null },
  ...{ uploadedAt: i, state: 'ready', source: null, blobKey: null },
})
/** So many images, the newest first, that count how they are asked. */
function createList(count: number) {
  const asked: number[] = []
  return {
    asked,
    async list({ after, limit }: { readonly after?: { uploadedAt: number }; readonly limit: number }) {
      asked.push(limit)
      const newest = after === undefined ? count : after.uploadedAt - 1
      return Array.from({ length: Math.max(0, Math.min(limit, newest)) }, (_, i) => record(newest - i))
    },
  }
}

describe('reading a list', () => {
  it.each([
    [1000, 0, 0, []],
    [1000, 1, 1, [1]],
    [1000, 100, 100, [100]],
    [1000, 101, 101, [100, 1]],
    [250, 1000, 250, [100, 100, 100]],
    [200, 1000, 200, [100, 100, 100]],
    [0, 1000, 0, [100]],
  ])('of %i images, %i of which are wanted, gives %i', async (count, limit, given, asked) => {
    const list = createList(count)
    const ids: string[] = []
    for await (const { id } of readImages(list, { after: undefined, creator: undefined, limit })) ids.push(id)
    expect(ids).toEqual(Array.from({ length: given }, (_, i) => `i${count - i}`))
    expect(list.asked).toEqual(asked)
  })
})

describe('text as a stream', () => {
  it('is made when it is read, some 32 kB at a time, and no more once nobody reads', async () => {
    let made = 0
    let isOver = false
    async function* pieces() {
      try {
        for (; made < 10_000_000; made += 1000) yield 'x'.repeat(1000)
      } finally {
        isOver = true
      }
    }
    const reader = (await streamText(pieces())).getReader()
    expect(made).toBeLessThanOrEqual(1000)
    let read = 0
    for (let i = 0; i < 10; i++) read += (await reader.read()).value?.length ?? 0
    expect(read).toBeGreaterThan(300_000)
    expect(made - read).toBeLessThan(40_000)
    await reader.cancel()
    expect(isOver).toBe(true)
  })
  it('is whole, in any script', async () => {
    async function* pieces() {
      for (let i = 0; i < 5000; i++) yield `${i} ä😀,`
    }
    const text = await new Response(await streamText(pieces())).text()
    expect(text).toBe(Array.from({ length: 5000 }, (_, i) => `${i} ä😀,`).join(''))
  })
  it('fails at once where its first piece fails, and later where a later one does', async () => {
    async function* pieces(failAt: number) {
      for (let i = 0; ; i++) {
        if (i === failAt) throw new Error('the index is gone')
        yield 'x'.repeat(1000)
      }
    }
    await expect(streamText(pieces(0))).rejects.toThrow('the index is gone')
    const later = await streamText(pieces(100))
    await expect(new Response(later).text()).rejects.toThrow('the index is gone')
  })
})
