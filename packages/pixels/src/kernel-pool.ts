import { type Kernel, startKernel } from './kernel.ts'
import { createMemoryPool, type RetainedMemory } from './memory-pool.ts'

/** Starts kernels on memories that were used before. One pool serves an isolate. */
export interface KernelPool extends RetainedMemory {
  /**
   * A fresh kernel for one job; its memory comes back by {@link Kernel.close}.
   * @param priceBytes what the job's kernel was priced at, in whole pages or not: a memory that has grown larger is not
   *   taken for it
   */
  start(priceBytes: number): Kernel
}

export interface KernelPoolOptions {
  /** Most bytes of memory that lie idle. A job's memory that is larger is dropped with it. */
  readonly maxRetainedBytes: number
}

const PAGE_BYTES = 65_536

/** @param module the compiled kernel */
export function createKernelPool(
  module: WebAssembly.Module,
  { maxRetainedBytes }: KernelPoolOptions,
): KernelPool {
  const memories = createMemoryPool({ initialPages: 1, maxRetainedBytes })
  return {
    retainedBytes: memories.retainedBytes,
    release: memories.release,
    start: (priceBytes) =>
      startKernel(module, memories.take(Math.ceil(priceBytes / PAGE_BYTES) * PAGE_BYTES), memories.giveBack),
  }
}
