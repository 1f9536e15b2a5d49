import { type OutputFormat, planTransform, type SourceFacts } from '@tintype/core'
import { createByteReader, createKernel, type Kernel } from '@tintype/pixels'
import { kernelModule } from '@tintype/pixels/module'
import type { EncodeSettings } from './codec.ts'
import { CODECS } from './codecs.ts'
import { createMemoryMeter } from './memory-meter.ts'
import { factsOf, type Raster, streamOf } from './sample-rasters.ts'

/* For tests only: single stages of a job, with what they took of memory. */

const SETTINGS: EncodeSettings = { quality: 85, hasAlpha: true, exif: null }
/** As `price.ts` rounds: static data, whole pages. */
const STATIC_BYTES = 65_536
const PAGE_BYTES = 65_536

function putRaster(kernel: Kernel, { width, height, data }: Raster) {
  const pointer = kernel.exports.allocate(data.length)
  kernel.bytes(pointer, data.length).set(data)
  return { kernel, pointer, width, height }
}

/** Encode a drawn picture; says what the encoder was priced at, and what it took. */
export async function encodePriced(
  format: OutputFormat,
  picture: Raster,
  settings: Partial<EncodeSettings> = {},
) {
  const plan = CODECS[format].codec.planEncode(picture, { ...SETTINGS, ...settings })
  const kernel = createKernel(kernelModule)
  const meter = createMemoryMeter()
  meter.watch(kernel)
  const bytes = await plan.run(putRaster(kernel, picture), meter)
  const { kernelBytes, heapBytes, bufferBytes } = plan.price
  const ownBytes = STATIC_BYTES + picture.data.length + PAGE_BYTES
  return {
    bytes,
    pricedBytes: ownBytes + kernelBytes + heapBytes + bufferBytes,
    peakBytes: meter.peakBytes(),
  }
}

export const encode = async (...call: Parameters<typeof encodePriced>): Promise<Uint8Array> =>
  (await encodePriced(...call)).bytes

/** Decode a file at its own size; says what the decoder was priced at, and what it took. */
export async function decodePriced(
  format: OutputFormat,
  file: Uint8Array,
  size: { readonly width: number; readonly height: number },
  facts: Partial<SourceFacts> = {},
) {
  const { codec } = CODECS[format]
  const reader = createByteReader(streamOf(file))
  const start = await codec.readStart(reader)
  const source = factsOf(format, file, size, facts)
  const plan = codec.planDecode(source, start, planTransform(size, { fit: 'scale-down' }))
  const kernel = createKernel(kernelModule)
  const meter = createMemoryMeter()
  meter.watch(kernel)
  async function* whole() {
    yield start
    for (let bytes = await reader.peek(1); bytes.length > 0; bytes = await reader.peek(1)) {
      reader.advance(bytes.length)
      yield bytes
    }
  }
  const { raster, truncated } = await plan.run(kernel, whole(), meter)
  const { width, height, pointer } = raster
  const data = new Uint8ClampedArray(width * height * 4)
  data.set(kernel.bytes(pointer, data.length))
  const { kernelBytes, heapBytes, bufferBytes } = plan.price
  const picture: Raster = { width, height, data }
  return {
    picture,
    truncated,
    pricedBytes: kernelBytes + heapBytes + bufferBytes + PAGE_BYTES,
    peakBytes: meter.peakBytes(),
  }
}

export const decode = async (...call: Parameters<typeof decodePriced>): Promise<Raster> =>
  (await decodePriced(...call)).picture

/** What a promise was rejected with; null when it was not. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )
