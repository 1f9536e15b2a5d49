import { type ImageIndex, LEASE_RENEWAL_MS } from '@tintype/core'

/** An upload that is still not done after this is not kept alive any longer, ms. */
const MAX_UPLOAD_MS = 10 * 60 * 1000

/**
 * Keep an id claimed while its upload is under way, by a timer of the upload's own request. Timers do not outlive their
 * request or their process: should either end, nothing renews, and the id is free again within a lease.
 * @returns what ends it
 */
export function keepReservation(images: ImageIndex, id: string, blobKey: string): { release(): void } {
  const ended = new AbortController()
  const renewUntilEnded = async () => {
    for (let keptMs = 0; keptMs < MAX_UPLOAD_MS; keptMs += LEASE_RENEWAL_MS) {
      await scheduler.wait(LEASE_RENEWAL_MS, { signal: ended.signal })
      // A renewal that fails is made up for by the next.
      await images.renew(id, blobKey).catch((error) => console.error('a lease was not renewed', error))
    }
  }
  renewUntilEnded().catch(() => {}) // rejected by the end
  return { release: () => ended.abort() }
}
