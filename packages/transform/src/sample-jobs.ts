import { type OutputFormat, type SourceFacts, toOrientation, uprightSize } from '@tintype/core'
import { createByteReader, createKernel, type Kernel } from '@tintype/pixels'
import { kernelModule } from '@tintype/pixels/module'
import type { Decoder, Frame } from './decoder.ts'
import { DECODERS, type Decodable } from './decoders.ts'
import type { EncodeSettings } from './encoder.ts'
import { ENCODERS } from './encoders.ts'
import { createMemoryMeter } from './memory-meter.ts'
import { factsOf, type Raster, streamOf } from './sample-rasters.ts'

/* For tests only: single stages of a job, with what they took of memory. */

const SETTINGS: EncodeSettings = {
  quality: null,
  jpeg: 'progressive',
  effort: 'normal',
  hasAlpha: true,
  memory: 'ample',
  told: null,
  plays: 0,
}
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
  const plan = ENCODERS[format].plan(picture, 1, { ...SETTINGS, ...settings })
  const kernel = createKernel(kernelModule)
  const meter = createMemoryMeter()
  meter.watch(kernel)
  const sink = plan.begin(kernel, meter, { check() {}, async yield() {} })
  await sink.add(putRaster(kernel, picture), 0)
  const bytes = await sink.end()
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
  format: Decodable,
  file: Uint8Array,
  size: { readonly width: number; readonly height: number },
  facts: Partial<SourceFacts> = {},
) {
  const decoder: Decoder = DECODERS[format]
  const reader = createByteReader(streamOf(file))
  const start = await decoder.readStart(reader, async () => {}, true)
  const source = factsOf(format, file, size, facts)
  const upright = uprightSize(source)
  const view = {
    orientation: toOrientation(source.orientation),
    crop: { x: 0, y: 0, ...upright },
    size: upright,
    frames: 'all',
  } as const
  const plan = decoder.plan(source, start, view)
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
  const frames: Frame[] = []
  for await (const frame of plan.run(kernel, whole(), meter)) frames.push(frame)
  const { raster, warnings } = frames[0] as Frame
  const truncated = warnings.includes('source is truncated')
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
