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

const PAGE_BYTES = 65_536
const silent = (): void => {}

/**
 * Run `work` with a fresh instance of a codec. Emscripten heaps never shrink and a failed one stays failed, so an
 * instance serves one call; starting one takes about a millisecond, since the code is compiled already.
 * @param limitBytes the heap may not grow beyond this: the codec's `malloc` fails instead
 * @param meter      told what the heap has come to; it is never released, for only the collector knows when it goes
 */
export async function withInstance<Module, T>(
  factory: unknown,
  compiled: WebAssembly.Module,
  limitBytes: number,
  meter: MemoryMeter,
  work: (module: Module) => T,
): Promise<T> {
  let memory: WebAssembly.Memory | null = null
  const started = withLentGlobals(() =>
    (factory as Factory<Module>)({
      noInitialRun: true,
      print: silent,
      printErr: silent,
      instantiateWasm(imports, ready) {
        const instance = new WebAssembly.Instance(compiled, imports)
        memory = limitGrowth(instance, limitBytes)
        ready(instance)
        return instance.exports
      },
    }),
  )
  const module = await started
  try {
    return withLentGlobals(() => work(module))
  } finally {
    meter.hold((memory as WebAssembly.Memory | null)?.buffer.byteLength ?? 0)
  }
}

/** The glue grows the memory through its `grow` method, so that is where a limit can stand. Returns the memory. */
function limitGrowth(instance: WebAssembly.Instance, limitBytes: number): WebAssembly.Memory | null {
  for (const exported of Object.values(instance.exports)) {
    if (!(exported instanceof WebAssembly.Memory)) continue
    const grow = exported.grow.bind(exported)
    Object.defineProperty(exported, 'grow', {
      value: (pages: number) => {
        if (exported.buffer.byteLength + pages * PAGE_BYTES > limitBytes) throw new RangeError('heap limit')
        return grow(pages)
      },
    })
    return exported
  }
  return null
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
