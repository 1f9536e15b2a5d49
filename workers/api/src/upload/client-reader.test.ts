import { beforeEach, describe, expect, it } from 'vitest'
import { createClientReader } from './client-reader.ts'

const KB = 1000
let now: number
let stall: (() => void) | null

beforeEach(() => {
  now = 0
  stall = null
})
const timers = {
  now: () => now,
  /** Waits until the test says that the time is over. */
  wait: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      stall = resolve
      signal?.addEventListener('abort', () => reject(signal.reason))
    }),
}

/** A client that takes `ms` for each piece of `sizeBytes`. */
const clientWith = (pieces: readonly { ms: number; sizeBytes: number }[]) => {
  const left = [...pieces]
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = left.shift()
        if (piece === undefined) return controller.close()
        now += piece.ms
        controller.enqueue(new Uint8Array(piece.sizeBytes))
      },
    },
    { highWaterMark: 0 },
  )
}

describe('reading from a client', () => {
  it('refuses one that is below 20 kB a second when the grace of 20 s is over', async () => {
    const reader = createClientReader(
      clientWith([
        { ms: 20_000, sizeBytes: 1 },
        { ms: 1, sizeBytes: 300 * KB },
      ]),
      timers,
    )
    expect((await reader.read())?.length).toBe(1)
    await expect(reader.read()).rejects.toMatchObject({ kind: 'uploadTooSlow' })
  })
  it('takes one that is just above it', async () => {
    const reader = createClientReader(
      clientWith([
        { ms: 20_000, sizeBytes: 300 * KB },
        { ms: 10_000, sizeBytes: 301 * KB },
        { ms: 1000, sizeBytes: 1 },
      ]),
      timers,
    )
    await reader.read()
    await reader.read()
    await expect(reader.read()).rejects.toMatchObject({ kind: 'uploadTooSlow' })
  })
  it('does not count the time that we take between two reads', async () => {
    const reader = createClientReader(
      clientWith([
        { ms: 1, sizeBytes: 100 },
        { ms: 19_000, sizeBytes: 100 },
        { ms: 1, sizeBytes: 100 },
      ]),
      timers,
    )
    await reader.read()
    now += 60_000 // a place that came late, or a slow storage
    await reader.read()
    now += 60_000
    expect((await reader.read())?.length).toBe(100)
    expect(await reader.read()).toBeNull()
  })
  it('refuses one that sends nothing, and gives the body back', async () => {
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      cancel() {
        isCancelled = true
      },
    })
    const reader = createClientReader(body, timers)
    const read = reader.read()
    stall?.()
    await expect(read).rejects.toMatchObject({ kind: 'uploadTooSlow' })
    reader.release()
    expect([body.locked, isCancelled]).toEqual([false, true])
  })
  it('says that a connection ended early', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('reset')),
    })
    await expect(createClientReader(body, timers).read()).rejects.toMatchObject({ kind: 'uploadBroken' })
  })
})
