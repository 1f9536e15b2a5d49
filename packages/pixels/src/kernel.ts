import type { KernelExports } from '../build/kernel-exports.d.ts'
import { PixelError } from './pixel-error.ts'

/** One instance of the pixel kernel: it serves one job and is dropped whole. */
export interface Kernel {
  /** The kernel's functions; booleans are answered as 0 and 1. @throws PixelError `internal` once the kernel is closed */
  readonly exports: KernelExports
  /**
   * A view on `length` bytes at `pointer`; stale as soon as anything allocates, so take it anew each time.
   * @throws PixelError `internal` once the kernel is closed
   */
  bytes(pointer: number, length: number): Uint8Array
  /**
   * Run `work`, then give up all kernel memory that was taken meanwhile: rasters, resizers and views of it are gone, and
   * what must stay was taken before, or is copied out. Scopes nest, but two of one kernel must not overlap otherwise.
   * So an animation costs what its largest frame takes.
   * @returns what `work` returns; for a promise, memory is given up once that settles
   */
  scope<T>(work: () => T): T
  /** Most bytes of linear memory this job has held so far; can be asked for after `close` too. */
  peakBytes(): number
  /** End the job: its memory may serve another one, and its views are gone. Results must have been copied out. */
  close(): void
}

/** Pixels inside a kernel: RGBA, 8 bits, straight alpha, sRGB, row-major, tightly packed (width × height × 4 bytes). */
export interface KernelRaster {
  readonly kernel: Kernel
  readonly pointer: number
  readonly width: number
  readonly height: number
}

/** Start a fresh instance on a memory of its own. Cheap: the compiled code is shared by all instances of one module. */
export const createKernel = (module: WebAssembly.Module): Kernel =>
  startKernel(module, new WebAssembly.Memory({ initial: 1 }), () => {})

/**
 * Start a fresh instance on `memory`, whose every byte is zero.
 * @param giveBack told once, when the kernel is closed
 */
export function startKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  giveBack: (memory: WebAssembly.Memory) => void,
): Kernel {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
  let isClosed = false
  const opened = (): Kernel['exports'] => {
    if (isClosed) throw new PixelError('internal', 'The picture is no longer in memory')
    return exports
  }
  return {
    get exports() {
      return opened()
    },
    bytes: (pointer, length) => new Uint8Array(opened().memory.buffer, pointer, length),
    scope: (work) => runScope(opened(), work),
    peakBytes: () => exports.heapPeakBytes(),
    close() {
      if (isClosed) return
      isClosed = true
      giveBack(memory)
    },
  }
}

function runScope<T>({ heapMark, heapReset }: Kernel['exports'], work: () => T): T {
  const mark = heapMark()
  let result: T | undefined
  try {
    result = work()
    return isPromise(result) ? (result.finally(() => heapReset(mark)) as T) : result
  } finally {
    if (!isPromise(result)) heapReset(mark)
  }
}

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise

/**
 * Run kernel code; a trap becomes a {@link PixelError} `internal`, after which the instance must be abandoned.
 * @throws PixelError whatever `work` threw as such, unchanged
 */
export function guardTraps<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof PixelError) throw error
    throw new PixelError('internal', 'The picture could not be processed', { cause: error })
  }
}
