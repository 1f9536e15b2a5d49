import { ApiError, type Timers } from '@tintype/core'
import { BODY_TIMEOUT_MS, IDLE_TIMEOUT_MS, MAX_SOURCE_BYTES } from './fetch-limits.ts'

/** Thrown where time is up; never seen outside. */
export const TIMED_OUT = Symbol('timed out')

/** What `work` comes to within some ms. Whose time is up goes on unheard: the caller ends it. @throws TIMED_OUT */
export async function within<T>(work: Promise<T>, ms: number, timers: Timers): Promise<T> {
  const settled = new AbortController()
  const timeout = timers.wait(ms, settled.signal).then(
    () => Promise.reject(TIMED_OUT),
    () => new Promise<never>(() => {}), // the work was first
  )
  try {
    return await Promise.race([work, timeout])
  } finally {
    settled.abort()
  }
}

/**
 * A host's body, counted while it is read, and given up when it is too long, too slow, or shorter than it was announced.
 * Nothing is read ahead of its reader.
 * @param declaredBytes null where the host announced no length
 * @param giveUp ends the request
 * @returns a stream that fails with ApiError `sourceTooLarge`, `sourceTimeout` or `sourceBroken`
 */
export function readLimited(
  body: ReadableStream<Uint8Array>,
  declaredBytes: number | null,
  giveUp: () => void,
  timers: Timers,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let sizeBytes = 0
  let waitedMs = 0

  async function read(): Promise<Uint8Array | undefined> {
    const startedAt = timers.now()
    const patienceMs = Math.min(IDLE_TIMEOUT_MS, BODY_TIMEOUT_MS - waitedMs)
    const { value } = await within(reader.read(), patienceMs, timers).catch((error: unknown) => {
      throw error === TIMED_OUT
        ? new ApiError('sourceTimeout')
        : new ApiError('sourceBroken', 'the connection broke off', { cause: error })
    })
    waitedMs += timers.now() - startedAt
    sizeBytes += value?.length ?? 0
    if (sizeBytes > MAX_SOURCE_BYTES) throw new ApiError('sourceTooLarge', describeLimit())
    const isShort = value === undefined && declaredBytes !== null && sizeBytes < declaredBytes
    if (isShort || (declaredBytes !== null && sizeBytes > declaredBytes)) {
      throw new ApiError('sourceBroken', 'its length is not the one that was announced')
    }
    return value
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const value = await read()
          if (value === undefined) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          giveUp()
          controller.error(error)
        }
      },
      async cancel() {
        giveUp()
        await reader.cancel().catch(() => {})
      },
    },
    { highWaterMark: 0 },
  )
}

export const describeLimit = (): string => `at most ${MAX_SOURCE_BYTES / 1e6} MB are fetched`
