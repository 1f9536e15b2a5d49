import type { Kernel } from '@tintype/pixels'

/** Counts what a job holds, so that tests and metrics can hold it against the job's price. */
export interface MemoryMeter {
  /** Bytes of a buffer, or of a library's heap, that the job has from now on. */
  hold(bytes: number): void
  /** Bytes that it has no longer. */
  release(bytes: number): void
  /** Count a kernel's memory too, whatever it grows to, until what is returned is called. */
  watch(kernel: Kernel): () => void
  /** Most bytes that were held at once so far. */
  peakBytes(): number
}

export function createMemoryMeter(): MemoryMeter {
  let held = 0
  let peak = 0
  const kernels = new Set<Kernel>()
  // A kernel's peak only grows, and buffers only change here, so looking at each change and at the end misses nothing.
  const look = (): void => {
    peak = Math.max(
      peak,
      [...kernels].reduce((sum, kernel) => sum + kernel.peakBytes(), held),
    )
  }
  return {
    hold(bytes) {
      held += bytes
      look()
    },
    release(bytes) {
      look()
      held -= bytes
    },
    watch(kernel) {
      kernels.add(kernel)
      look()
      return () => {
        look()
        kernels.delete(kernel)
      }
    },
    peakBytes() {
      look()
      return peak
    },
  }
}
