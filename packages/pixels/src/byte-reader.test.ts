import { describe, expect, it } from 'vitest'
import { type ByteSource, createByteReader } from './byte-reader.ts'

const FILE = Uint8Array.from({ length: 100 }, (_, i) => i)

async function* pieces(size: number, onEnd = () => {}) {
  try {
    for (let at = 0; at < FILE.length; at += size) yield FILE.slice(at, at + size)
  } finally {
    onEnd()
  }
}

const SOURCES: Record<string, () => [ByteSource, keepsAll?: boolean]> = {
  memory: () => [FILE],
  'a stream that is kept': () => [pieces(7), true],
  'a stream that can be opened again': () => [{ reopen: () => pieces(7) }],
}

describe('the byte reader', () => {
  it.each(Object.keys(SOURCES))('goes forward, and back in %s', async (name) => {
    const reader = createByteReader(...(SOURCES[name] as (typeof SOURCES)[string])())
    for (const offset of [0, 30, 31, 99, 5, 0, 60, 59]) {
      await reader.seek(offset)
      const bytes = await reader.peek(10)
      const count = Math.min(10, 100 - offset)
      expect(bytes.length).toBeGreaterThanOrEqual(count)
      expect([...bytes.subarray(0, count)]).toEqual([...FILE.subarray(offset, offset + count)])
      expect(reader.position).toBe(offset)
    }
  })

  it.each(Object.keys(SOURCES))('ends where %s ends', async (name) => {
    const reader = createByteReader(...(SOURCES[name] as (typeof SOURCES)[string])())
    await reader.seek(95)
    expect((await reader.peek(50)).length).toBe(5)
    expect(reader.isLast()).toBe(true)
    reader.advance(50)
    expect(reader.position).toBe(100)
    expect((await reader.peek(1)).length).toBe(0)
    await reader.seek(1000)
    expect(reader.position).toBe(100)
  })

  it('shows a little of the next chunk behind the rest of one, and then that chunk itself', async () => {
    const chunks = [0, 1].map((i) => new Uint8Array(60_000).map((_, at) => (at * 7 + i) & 255))
    const reader = createByteReader(
      (async function* () {
        yield* chunks
      })(),
    )
    await reader.seek(59_000)
    const seam = await reader.peek(1001)
    expect(seam.length).toBeLessThan(20_000)
    expect(seam.subarray(0, 1000)).toEqual(chunks[0]?.subarray(59_000))
    expect(seam.subarray(1000)).toEqual(chunks[1]?.subarray(0, seam.length - 1000))
    reader.advance(1500)
    const rest = await reader.peek(1)
    expect(rest.buffer).toBe(chunks[1]?.buffer)
    expect([rest.byteOffset, rest.length, reader.position]).toEqual([500, 59_500, 60_500])
    expect((await reader.peek(59_501)).length).toBe(59_500)
    expect(reader.isLast()).toBe(true)
  })

  describe('of a byte stream', () => {
    const LENGTH = 150_001
    const whole = Uint8Array.from({ length: LENGTH }, (_, i) => (i * 31 + (i >> 8)) & 255)
    const state = { at: 0, isCancelled: false }
    /** As storage does: pieces of 4096 bytes, whatever is asked for. */
    const stored = (failsAt = Number.POSITIVE_INFINITY) => {
      state.at = 0
      state.isCancelled = false
      return new ReadableStream({
        type: 'bytes',
        pull(controller) {
          if (state.at >= failsAt) return controller.error(new Error('broken'))
          controller.enqueue(whole.slice(state.at, state.at + 4096))
          state.at += 4096
          if (state.at >= LENGTH) {
            controller.close()
            controller.byobRequest?.respond(0)
          }
        },
        cancel() {
          state.isCancelled = true
        },
      })
    }

    it('takes 64 KiB at once, and every byte', async () => {
      const reader = createByteReader(stored())
      const sizes: number[] = []
      const read: number[] = []
      for (let bytes = await reader.peek(1); bytes.length > 0; bytes = await reader.peek(1)) {
        sizes.push(bytes.length)
        read.push(...bytes)
        reader.advance(bytes.length)
      }
      expect(sizes).toEqual([65_536, 65_536, LENGTH - 2 * 65_536])
      expect(Uint8Array.from(read)).toEqual(whole)
      expect(reader.isLast()).toBe(true)
    })

    it('cancels it when it was not read to its end', async () => {
      const reader = createByteReader(stored())
      expect((await reader.peek(16)).subarray(0, 16)).toEqual(whole.subarray(0, 16))
      await reader.close()
      expect(state.isCancelled).toBe(true)
      expect(state.at).toBeLessThan(2 * 65_536)
    })

    it('fails as the stream fails', async () => {
      const reader = createByteReader(stored(80_000))
      await expect(reader.peek(100_000)).rejects.toThrow('broken')
      await reader.close()
    })
  })

  it('releases a stream that was not read to its end', async () => {
    let isReleased = false
    const reader = createByteReader(
      pieces(7, () => {
        isReleased = true
      }),
    )
    await reader.peek(10)
    await reader.close()
    expect(isReleased).toBe(true)
  })
})
