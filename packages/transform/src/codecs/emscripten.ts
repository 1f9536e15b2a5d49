import type { MemoryPool } from '@tintype/pixels'
import type { MemoryMeter } from '../memory-meter.ts'

/** The part of an Emscripten module's options that we use. */
interface FactoryOptions {
  readonly noInitialRun: true
  readonly print: () => void
  readonly printErr: () => void
  instantiateWasm(
    imports: WebAssembly.Imports,
    ready: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports
}
/** What a `@jsquash` codec's glue exports. Its own types want the option list of a browser page. */
type Factory<Module> = (options: FactoryOptions) => Promise<Module>

/** A library's codec: its glue, and its code with the memory imported (`scripts/build-codecs.ts`). */
export interface Library {
  readonly factory: unknown
  readonly compiled: WebAssembly.Module
  /** Memory that an instance cannot start without, pages of 64 KiB. */
  readonly initialPages: number
}

const PAGE_BYTES = 65_536
const silent = (): void => {}

/** A codec that was started on a memory of its own. */
export interface Instance<Module> {
  /**
   * @param work globals that the glue reads are there until it first waits
   * @returns what `work` made, which must hold nothing that lies in the heap
   * @throws Error when the heap came to its limit, whatever `work` made of that: libraries hand out pixels that they
   *   could not allocate, and so never wrote. The instance must be closed then, or when `work` failed
   */
  run<T>(work: (module: Module) => T | Promise<T>): Promise<T>
  /** Give its memory back. It stays in the isolate, so the meter, told how large it has become, never releases it. */
  close(): void
}

/**
 * Start a codec on a cleared memory. Emscripten heaps never shrink and a failed one stays failed, so an instance serves one
 * picture, or the frames of one animation; starting one takes about a millisecond, since the code is compiled already.
 * @param limitBytes the heap may not grow beyond this: the codec's `malloc` fails instead
 * @param meter      told what the heap has come to
 * @param memories   where the memory comes from and goes to. A cancelled call gives nothing back
 */
export async function openInstance<Module>(
  { factory, compiled, initialPages }: Library,
  limitBytes: number,
  meter: MemoryMeter,
  memories: MemoryPool,
): Promise<Instance<Module>> {
  const memory = memories.take(limitBytes)
  const close = (): void => {
    meter.hold(memory.buffer.byteLength)
    Reflect.deleteProperty(memory, 'grow')
    memories.giveBack(memory)
  }
  try {
    const missingPages = initialPages - memory.buffer.byteLength / PAGE_BYTES
    if (missingPages > 0) memory.grow(missingPages)
    const heap = limitGrowth(memory, limitBytes)
    const started = withLentGlobals(() =>
      (factory as Factory<Module>)({
        noInitialRun: true,
        print: silent,
        printErr: silent,
        instantiateWasm(imports, ready) {
          const instance = new WebAssembly.Instance(compiled, { ...imports, env: { memory } })
          ready(instance)
          return instance.exports
        },
      }),
    )
    const module = await started
    return {
      async run(work) {
        const result = await withLentGlobals(() => work(module))
        if (heap.isExhausted()) throw new Error('heap limit')
        return result
      },
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Run `work` with a fresh instance of a codec, see {@link openInstance}. */
export async function withInstance<Module, T>(
  library: Library,
  limitBytes: number,
  meter: MemoryMeter,
  memories: MemoryPool,
  work: (module: Module) => T | Promise<T>,
): Promise<T> {
  const instance = await openInstance<Module>(library, limitBytes, meter, memories)
  try {
    return await instance.run(work)
  } finally {
    instance.close()
  }
}

/** How often the glue asks for one growth, each time for less, before it gives up. */
const ATTEMPTS = 3

/** The glue grows the memory through its `grow` method, so that is where a limit can stand. */
function limitGrowth(memory: WebAssembly.Memory, limitBytes: number): { isExhausted(): boolean } {
  let refusals = 0
  let isExhausted = false
  Object.defineProperty(memory, 'grow', {
    configurable: true,
    value: (pages: number) => {
      if (memory.buffer.byteLength + Math.floor(pages) * PAGE_BYTES > limitBytes) {
        refusals += 1
        isExhausted ||= refusals === ATTEMPTS
        throw new RangeError('heap limit')
      }
      refusals = 0
      return WebAssembly.Memory.prototype.grow.call(memory, pages)
    },
  })
  return { isExhausted: () => isExhausted }
}

/** What decoders construct by its global name to hand over their pixels. */
class LentImageData {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data
    this.width = width
    this.height = height
  }
}

/** Globals the glue reads, or sets when they are missing: there during a synchronous call, and as before after it. */
function withLentGlobals<T>(work: () => T): T {
  const names = ['ImageData', 'location'] as const
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))
  Object.defineProperty(globalThis, 'ImageData', { value: LentImageData, configurable: true, writable: true })
  try {
    return work()
  } finally {
    names.forEach((name, i) => {
      const descriptor = before[i]
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name)
      else if (descriptor.configurable) Object.defineProperty(globalThis, name, descriptor)
    })
  }
}
