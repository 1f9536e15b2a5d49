import type { SourceRef } from '../packages/core/src/index.ts'
import kernelCode from '../packages/pixels/build/pixels.wasm?module'
import {
  createKernelPool,
  createResizer,
  encodeJpeg,
  KERNEL_STATIC_BYTES,
  type Kernel,
  type KernelRaster,
  planResize,
  priceJpegEncode,
  priceResize,
} from '../packages/pixels/src/index.ts'
import {
  createGovernor,
  ISOLATE_BUDGET,
  libraryMemories,
  type Transformed,
  transformImage,
} from '../packages/transform/src/index.ts'
import { createMemoryMeter } from '../packages/transform/src/memory-meter.ts'
import type { Canvas, PlannedStep } from '../packages/transform/src/step.ts'
import { planStep } from '../packages/transform/src/steps.ts'
import {
  type BenchJob,
  type BenchMemory,
  type JpegJob,
  MEMORY_HEADER,
  type ResizeJob,
  type StepsJob,
} from './job.ts'

/** The original, as it came; a job reads it as if it came from a bucket. */
let source = new Uint8Array(0)
/** What a job draws onto it. */
let overlay = new Uint8Array(0)

const kernels = createKernelPool(kernelCode, { maxRetainedBytes: 16e6 })
const governor = createGovernor(ISOLATE_BUDGET, { now: () => Date.now(), wait: (ms) => scheduler.wait(ms) }, [
  libraryMemories,
  kernels,
])
const memories = watchMemories()

/** `PUT` takes the source, `PUT /overlay` the overlay, `POST` runs a {@link BenchJob} on it, `GET` does nothing, to show what that costs. */
export default {
  async fetch(request) {
    if (request.method === 'GET') return new Response(null)
    if (request.method === 'PUT') {
      const bytes = new Uint8Array(await request.arrayBuffer())
      if (new URL(request.url).pathname === '/overlay') overlay = bytes
      else source = bytes
      return new Response(null)
    }
    memories.length = 0
    try {
      const { bytes, memory } = await run(await request.json<BenchJob>())
      return new Response(bytes, { headers: { [MEMORY_HEADER]: JSON.stringify(memory) } })
    } catch (error) {
      return new Response(describe(error), { status: 500 })
    }
  },
} satisfies ExportedHandler

interface Answer {
  readonly bytes: Uint8Array | null
  readonly memory: BenchMemory
}

function run(job: BenchJob): Answer | Promise<Answer> {
  switch (job.work) {
    case 'transform':
      return transform(job)
    case 'resize':
      return resize(job)
    case 'steps':
      return runSteps(job)
    case 'jpeg':
      return encode(job)
  }
}

async function transform(job: BenchJob & { work: 'transform' }): Promise<Answer> {
  const services = {
    governor,
    kernels,
    open: async ({ kind }: SourceRef) => {
      const bytes = kind === 'stored' ? source : overlay
      return { body: streamOf(bytes), sizeBytes: bytes.length }
    },
    yield: () => scheduler.wait(0),
  }
  const result: Transformed & { readonly memory?: Omit<BenchMemory, 'wasmBytes'> } = await transformImage(
    job,
    services,
  )
  const { pricedBytes = null, peakBytes = null } = result.memory ?? {}
  return { bytes: result.bytes, memory: { pricedBytes, peakBytes, wasmBytes: wasmBytes() } }
}

/**
 * The source as R2 gives an original: a stream of the runtime's own, which hands a plain reader pieces of 4096 bytes, and
 * one that brings its own buffer as much as it asks for.
 */
const streamOf = (bytes: Uint8Array<ArrayBuffer>) => new Response(bytes).body as ReadableStream<Uint8Array>

/** Row after row is copied into the kernel, as a decoder outside of it would have to. */
function resize({ width, height, outWidth, outHeight, isAnswered }: ResizeJob): Answer {
  const plan = planResize({ kind: 'alpha', width, height, outWidth, outHeight })
  const pricedBytes = KERNEL_STATIC_BYTES + width * 4 + priceResize(plan)
  const kernel = kernels.start(pricedBytes)
  const row = kernel.exports.allocate(width * 4)
  const { push, raster } = createResizer(kernel, plan)
  const into = kernel.bytes(row, width * 4)
  for (let y = 0; y < height; y++) {
    into.set(source.subarray(y * width * 4, (y + 1) * width * 4))
    if (!push(row)) break
  }
  const bytes = isAnswered ? kernel.bytes(raster.pointer, outWidth * outHeight * 4).slice() : null
  const memory = kernelMemory(kernel, pricedBytes)
  kernel.close()
  return { bytes, memory }
}

/** The pixels are copied into the kernel whole, as a decoder leaves them; then each operation is done as in a real job. */
async function runSteps({ width, height, ops, isAnswered }: StepsJob): Promise<Answer> {
  let canvas: Canvas = { size: { width, height }, hasAlpha: false }
  const steps: PlannedStep[] = []
  for (const op of ops) {
    const step = planStep(op, canvas)
    steps.push(step)
    canvas = step
  }
  const rasterBytes = steps.reduce((sum, step) => sum + step.rasterBytes, 0)
  const scratchBytes = Math.max(0, ...steps.map((step) => step.scratchBytes))
  const pricedBytes = KERNEL_STATIC_BYTES + source.length + rasterBytes + scratchBytes
  const kernel = kernels.start(pricedBytes)
  const pointer = kernel.exports.allocate(source.length)
  kernel.bytes(pointer, source.length).set(source)
  let raster: KernelRaster = { kernel, pointer, width, height }
  const services = { kernels, meter: createMemoryMeter(), turns: { check: () => {}, yield: async () => {} } }
  for (const step of steps) raster = await kernel.scope(() => step.run(raster, services))
  const bytes = isAnswered ? kernel.bytes(raster.pointer, raster.width * raster.height * 4).slice() : null
  const memory = kernelMemory(kernel, pricedBytes)
  kernel.close()
  return { bytes, memory }
}

function encode({ width, height, quality, progressive }: JpegJob): Answer {
  const pricedBytes = KERNEL_STATIC_BYTES + source.length + priceJpegEncode(width, height)
  const kernel = kernels.start(pricedBytes)
  const pointer = kernel.exports.allocate(source.length)
  kernel.bytes(pointer, source.length).set(source)
  const raster = { kernel, pointer, width, height }
  const bytes = encodeJpeg(raster, { quality, progressive })
  const memory = kernelMemory(kernel, pricedBytes)
  kernel.close()
  return { bytes, memory }
}

const WASM_PAGE_BYTES = 65_536

const kernelMemory = (kernel: Kernel, pricedBytes: number): BenchMemory => ({
  pricedBytes: Math.ceil(pricedBytes / WASM_PAGE_BYTES) * WASM_PAGE_BYTES,
  peakBytes: kernel.peakBytes(),
  wasmBytes: wasmBytes(),
})

/** Every WASM memory that is started from now on, whoever starts it: a count that does not rest on the engine's own. */
function watchMemories(): WebAssembly.Memory[] {
  const found: WebAssembly.Memory[] = []
  const construct = (
    target: typeof WebAssembly.Instance,
    [module, imports]: [WebAssembly.Module, object],
  ) => {
    const instance = new target(module, imports as never)
    for (const value of Object.values(instance.exports)) {
      if (value instanceof WebAssembly.Memory) found.push(value)
    }
    return instance
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, { construct } as ProxyHandler<
    typeof WebAssembly.Instance
  >)
  return found
}

const wasmBytes = (): number => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)

function describe(error: unknown): string {
  const { message, cause } = error as Error
  return cause === undefined ? message : `${message} (${describe(cause)})`
}
