import { PixelError } from './pixel-error.ts'

/** What every instance of the kernel exports, beside the functions of each concern. */
interface BaseExports {
  readonly memory: WebAssembly.Memory
  allocate(sizeBytes: number): number
  heapBytes(): number
}

/** One instance of the pixel kernel: it serves one job and is dropped whole, so its memory is that job's peak. */
export interface Kernel {
  readonly exports: BaseExports & Record<string, unknown>
  /** A view on `length` bytes at `pointer`; stale as soon as anything allocates, so take it anew each time. */
  bytes(pointer: number, length: number): Uint8Array
  /** Bytes of linear memory this job has taken so far; it never shrinks. */
  peakBytes(): number
}

/** Pixels inside a kernel: RGBA, 8 bits, straight alpha, sRGB, row-major, tightly packed (width × height × 4 bytes). */
export interface KernelRaster {
  readonly kernel: Kernel
  readonly pointer: number
  readonly width: number
  readonly height: number
}

/** Start a fresh instance. Cheap: the compiled code is shared by all instances of one module. */
export function createKernel(module: WebAssembly.Module): Kernel {
  const { exports } = new WebAssembly.Instance(module, {})
  const known = exports as Kernel['exports']
  return {
    exports: known,
    bytes: (pointer, length) => new Uint8Array(known.memory.buffer, pointer, length),
    peakBytes: () => known.memory.buffer.byteLength,
  }
}

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
