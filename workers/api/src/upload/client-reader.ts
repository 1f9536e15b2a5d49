import { ApiError, type Timers } from '@tintype/core'

/** Bytes as a client sends them. */
export interface ClientReader {
  /**
   * The next bytes; null at the end.
   * @throws ApiError `uploadTooSlow`, or `uploadBroken` when the connection ends early
   */
  read(): Promise<Uint8Array | null>
  /** Gives the body back: whoever refuses it may still want to drain it. */
  release(): void
}

/** 10 MB may take nearly nine minutes; what is slower only holds what others need. */
const MIN_BYTES_PER_SECOND = 20_000
const GRACE_MS = 20_000

const tooSlow = () =>
  new ApiError('uploadTooSlow', `it must keep up ${MIN_BYTES_PER_SECOND / 1000} kB a second`)

/**
 * Reads a request's body at the client's pace, which must not be too slow. The clock runs only while bytes are waited
 * for: how long we take between two reads (for a place, or for storage) is no fault of the client's.
 */
export function createClientReader(body: ReadableStream<Uint8Array>, timers: Timers): ClientReader {
  const reader = body.getReader()
  let sizeBytes = 0
  let waitedMs = 0

  /** The next bytes, unless none come for as long as the grace lasts. */
  async function readOrGiveUp() {
    const timer = new AbortController()
    const stall = timers.wait(GRACE_MS, timer.signal).then(
      () => null,
      () => null, // aborted: the bytes came first
    )
    const read = reader.read().catch((cause) => {
      throw new ApiError('uploadBroken', 'the connection ended before the form did', { cause })
    })
    read.catch(() => {}) // a read that lost the race may still be rejected
    try {
      const result = await Promise.race([read, stall])
      if (result !== null) return result
    } finally {
      timer.abort()
    }
    await reader.cancel().catch(() => {}) // ends the read under way; its lock could not be released otherwise
    throw tooSlow()
  }

  return {
    async read() {
      const startedAt = timers.now()
      const { value, done } = await readOrGiveUp()
      waitedMs += timers.now() - startedAt
      if (done) return null
      sizeBytes += value.byteLength
      if (waitedMs > GRACE_MS && sizeBytes / (waitedMs / 1000) < MIN_BYTES_PER_SECOND) throw tooSlow()
      return value
    },
    release: () => reader.releaseLock(),
  }
}
