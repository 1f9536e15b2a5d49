import { ApiError, type BlobStore, concatBytes, createLeases, type Timers } from '@tintype/core'
import type { Spool, Spooled } from '@tintype/sources'
import { spoolKey } from '@tintype/storage'

/** Most pictures that come without a length are small: up to this they are kept in memory. */
const KEPT_BYTES = 512 * 1024
/** Larger ones go to the store, at a part of 5 MiB each: so many at once in an isolate. */
const PLACES = 2
/** A place that is not renewed by bytes is free again. */
const LEASE_MS = 15_000
const WAIT_MS = 10_000
const POLL_MS = 50

/** One for all requests of an isolate: they share its memory. */
export const createSpoolPlaces = (timers: Timers) => createLeases<null>(timers, LEASE_MS)

/**
 * Finds out how long a body is, by reading it to its end: jobs are priced by the length of their sources.
 * @param random names what is put aside
 */
export function createSpool(
  blobs: BlobStore,
  places: ReturnType<typeof createSpoolPlaces>,
  random: () => string,
  timers: Timers,
): Spool {
  async function takePlace() {
    for (let waitedMs = 0; places.holders().length >= PLACES; waitedMs += POLL_MS) {
      if (waitedMs >= WAIT_MS) throw new ApiError('overloaded')
      await timers.wait(POLL_MS)
    }
    return places.hold(null)
  }

  async function putAside(
    start: Uint8Array[],
    rest: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<Spooled> {
    const place = await takePlace()
    const key = spoolKey(random())
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const value = start.shift() ?? (await rest.read()).value
          place.renew()
          if (value === undefined) controller.close()
          else controller.enqueue(value)
        },
        cancel: () => rest.cancel(),
      },
      { highWaterMark: 0 },
    )
    try {
      const stored = await blobs.create(key, body)
      if (stored === 'exists') throw new Error('A random key was taken')
      return {
        sizeBytes: stored.sizeBytes,
        async open() {
          const blob = await blobs.get(key)
          if (blob === null) throw new Error('What was put aside is gone')
          return blob.body
        },
        remove: () => blobs.remove([key]),
      }
    } finally {
      place.release()
    }
  }

  return {
    async store(body) {
      const reader = body.getReader()
      const start: Uint8Array[] = []
      try {
        for (let sizeBytes = 0; ; ) {
          const { value } = await reader.read()
          if (value === undefined) return inMemory(concatBytes(start))
          start.push(value)
          sizeBytes += value.length
          if (sizeBytes > KEPT_BYTES) return await putAside(start, reader)
        }
      } catch (error) {
        await reader.cancel().catch(() => {})
        throw error
      }
    },
  }
}

const inMemory = (bytes: Uint8Array): Spooled => ({
  sizeBytes: bytes.length,
  // A job may take its bytes' memory away; each reader gets some of its own.
  open: async () => new Response(bytes.slice()).body as ReadableStream<Uint8Array>,
  remove: async () => {},
})
