import { describe, expect, it } from 'vitest'
import { createMemoryPool } from './memory-pool.ts'

const PAGE_BYTES = 65_536
const ANY = Number.POSITIVE_INFINITY
const poolOf = (pages: number) =>
  createMemoryPool({ initialPages: 1, maximumPages: 16, maxRetainedBytes: pages * PAGE_BYTES })

function grown(memory: WebAssembly.Memory, pages: number): WebAssembly.Memory {
  memory.grow(pages - memory.buffer.byteLength / PAGE_BYTES)
  return memory
}

/** Take `sizes`, pages, all at once, and give them back in that order. */
function fill(pool: ReturnType<typeof createMemoryPool>, sizes: readonly number[]): WebAssembly.Memory[] {
  const memories = sizes.map((pages) => grown(pool.take(0), pages))
  memories.forEach(pool.giveBack)
  return memories
}

describe('a memory of the pool', () => {
  it('shows no byte of whoever had it before', () => {
    const pool = poolOf(8)
    const memory = grown(pool.take(ANY), 5)
    const kept = new Uint8Array(memory.buffer)
    kept.fill(0xa5)
    pool.giveBack(memory)
    expect(kept).toHaveLength(0)

    expect(pool.take(ANY)).toBe(memory)
    const bytes = new Uint8Array(memory.buffer)
    expect(bytes).toHaveLength(5 * PAGE_BYTES)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })

  it('is lent to one job at a time, even when it comes back twice', () => {
    const pool = poolOf(8)
    const memory = pool.take(ANY)
    pool.giveBack(memory)
    pool.giveBack(memory)
    expect(pool.take(ANY)).toBe(memory)
    expect(pool.take(ANY)).not.toBe(memory)
  })

  it('is not accepted from elsewhere', () => {
    const pool = poolOf(8)
    pool.giveBack(new WebAssembly.Memory({ initial: 1 }))
    expect(pool.retainedBytes()).toBe(0)
  })

  it('is new when one was never given back', () => {
    const pool = poolOf(8)
    const lost = pool.take(ANY)
    expect(pool.take(ANY)).not.toBe(lost)
  })

  it.each([
    ['below', 4 * PAGE_BYTES - 1, 1],
    ['at', 4 * PAGE_BYTES, 4],
    ['above', 4 * PAGE_BYTES + 1, 4],
  ])('of four pages is taken for a job whose limit is at least that: %s', (_, limitBytes, pages) => {
    const pool = poolOf(8)
    fill(pool, [4])
    expect(pool.take(limitBytes).buffer.byteLength).toBe(pages * PAGE_BYTES)
  })

  it('is the largest that the limit allows', () => {
    const pool = poolOf(16)
    const [, , three] = fill(pool, [2, 5, 3, 1])
    expect(pool.take(4 * PAGE_BYTES)).toBe(three)
  })
})

describe('what the pool retains', () => {
  it('is the size of the idle memories', () => {
    const pool = poolOf(8)
    const [first] = fill(pool, [2, 3])
    expect(pool.retainedBytes()).toBe(5 * PAGE_BYTES)
    expect(pool.take(2 * PAGE_BYTES)).toBe(first)
    expect(pool.retainedBytes()).toBe(3 * PAGE_BYTES)
  })

  it.each([
    ['below the limit', 7, 7],
    ['at it', 8, 8],
    ['above it', 9, 0],
  ])('depends on the size that comes back: %s', (_, pages, retained) => {
    const pool = poolOf(8)
    fill(pool, [pages])
    expect(pool.retainedBytes()).toBe(retained * PAGE_BYTES)
  })

  it('drops the least recently used beyond its limit', () => {
    const pool = poolOf(8)
    const [first, second] = fill(pool, [3, 3])
    fill(pool, [5])
    expect(pool.retainedBytes()).toBe(8 * PAGE_BYTES)
    expect(pool.take(3 * PAGE_BYTES)).toBe(second)
    expect(pool.take(3 * PAGE_BYTES)).not.toBe(first)
  })

  it('is given up when a claim needs it', () => {
    const pool = poolOf(8)
    fill(pool, [2, 3, 1])
    expect(pool.release(0)).toBe(0)
    expect(pool.release(2 * PAGE_BYTES + 1)).toBe(5 * PAGE_BYTES)
    expect(pool.retainedBytes()).toBe(PAGE_BYTES)
    expect(pool.release(ANY)).toBe(PAGE_BYTES)
    expect(pool.retainedBytes()).toBe(0)
  })
})
