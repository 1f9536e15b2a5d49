import { ApiError, type OutputFormat, planTransform, uprightSize } from '@tintype/core'
import {
  applyColourProfile,
  type ByteReader,
  createByteReader,
  type Kernel,
  type KernelPool,
} from '@tintype/pixels'
import type { Decoded } from './codec.ts'
import { CODECS, hasMagic, MAGIC_BYTES } from './codecs.ts'
import { type Decisions, decide, decodableFormat, type TransformJob } from './decide.ts'
import type { Governor, Reservation } from './governor.ts'
import { createMemoryMeter, type MemoryMeter } from './memory-meter.ts'
import { runPipeline } from './pipeline.ts'
import { toDeliveryError } from './pixel-faults.ts'

export interface Transformed {
  readonly bytes: Uint8Array
  readonly format: OutputFormat
  readonly width: number
  readonly height: number
  /** What was given up, in whole phrases; usually none. */
  readonly warnings: readonly string[]
  readonly memory: JobMemory
}

/** Kernel and library memories and accounted buffers of one job, bytes; chunks of streams are not counted. */
export interface JobMemory {
  /** What was reserved for it, from headers alone. */
  readonly pricedBytes: number
  /** Most that it really held at once. */
  readonly peakBytes: number
}

/** What the pipeline needs of its surroundings. */
export interface TransformServices {
  readonly governor: Governor
  /** What it retains between jobs is in no job's price. */
  readonly kernels: KernelPool
  /** Let other requests run; called between stages when there are others. */
  yield(): Promise<unknown>
}

/**
 * Original in, encoded picture out: decide, wait for memory, decode and resize, run the steps, encode.
 * @param body the original from its first byte; read as far as it is needed, then cancelled
 * @throws ApiError of the delivery kinds
 */
export async function transformImage(
  job: TransformJob,
  body: ReadableStream<Uint8Array>,
  services: TransformServices,
): Promise<Transformed> {
  const reader = createByteReader(body)
  try {
    const format = decodableFormat(job.source)
    const geometry = planTransform(uprightSize(job.source), job.recipe)
    const start = await readStart(format, reader)
    const decisions = decide(job, geometry, start, services.governor.budgetBytes)
    const reservation = await services.governor.claim(
      decisions.peakBytes,
      start.length + decisions.decode.heldBytes,
    )
    const kernel = services.kernels.start(decisions.kernelBytes)
    try {
      return await runDecided(decisions, kernel, start, reader, reservation, services)
    } finally {
      kernel.close()
      reservation.release()
    }
  } catch (error) {
    throw toDeliveryError(error, 'deliveryInternal')
  } finally {
    // Unread bytes would keep their connection open.
    await reader.close().catch(() => {})
    if (!body.locked) await body.cancel().catch(() => {})
  }
}

async function readStart(format: OutputFormat, reader: ByteReader): Promise<Uint8Array> {
  const magic = await reader.peek(MAGIC_BYTES)
  if (!hasMagic(format, magic)) throw new ApiError('decodingFailed', 'the file is damaged')
  return CODECS[format].codec.readStart(reader)
}

async function runDecided(
  { format, decode, plan, encode, peakBytes }: Decisions,
  kernel: Kernel,
  start: Uint8Array,
  reader: ByteReader,
  reservation: Reservation,
  services: TransformServices,
): Promise<Transformed> {
  const meter = createMemoryMeter()
  meter.watch(kernel)
  const { raster, ...faults } = await decode.run(kernel, replay(start, reader, meter), meter)
  await letOthersRun(services, peakBytes)
  if (decode.profile !== null) applyColourProfile(kernel, raster, decode.profile)
  const finished = await runPipeline(raster, plan, () => reservation.renew())
  reservation.renew()
  const bytes = await encode.run(finished, meter).catch((error) => {
    throw toDeliveryError(error, 'encodingFailed')
  })
  return {
    bytes,
    format,
    width: finished.width,
    height: finished.height,
    warnings: [...plan.warnings, ...describeFaults(faults)],
    memory: { pricedBytes: peakBytes, peakBytes: meter.peakBytes() },
  }
}

function describeFaults({ truncated, hasBadChecksum = false }: Omit<Decoded, 'raster'>): string[] {
  return [
    ...(truncated ? ['source is truncated'] : []),
    ...(hasBadChecksum ? ['source has a wrong checksum'] : []),
  ]
}

/** A turn of the event loop takes a millisecond or two: it is taken where there is somebody to take it for. */
async function letOthersRun({ governor, yield: turn }: TransformServices, ownBytes: number): Promise<void> {
  const { reservedBytes, waiting } = governor.usage()
  if (reservedBytes > ownBytes || waiting > 0) await turn()
}

/** The file again: what was read of it, and the rest as it arrives. */
async function* replay(
  start: Uint8Array,
  reader: ByteReader,
  meter: MemoryMeter,
): AsyncGenerator<Uint8Array, void, undefined> {
  meter.hold(start.length)
  yield start
  for (;;) {
    const bytes = await reader.peek(1)
    if (bytes.length === 0) return
    reader.advance(bytes.length)
    yield bytes
  }
}
