import type { FormatClass, OutputFormat, Program, SourceRef } from '@tintype/core'
import type { KernelPool } from '@tintype/pixels'
import type { Governor } from './governor.ts'
import { createMemoryMeter } from './memory-meter.ts'
import { toDeliveryError } from './pixel-faults.ts'
import { planJob } from './plan-job.ts'
import { runJob } from './run-job.ts'
import { type OpenSource, probeSource } from './source.ts'

/** A program, what it is run on, and for whom. */
export interface TransformJob {
  readonly program: Program
  readonly source: SourceRef
  /** Decides the format where the program leaves it open. */
  readonly formatClass: FormatClass
}

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

/** What a job needs of its surroundings. */
export interface TransformServices {
  readonly governor: Governor
  readonly kernels: KernelPool
  /** Opens sources, more than once if need be. */
  readonly open: OpenSource
  /** Let other requests run; called between stages when there are others. */
  yield(): Promise<unknown>
  /** Whether nobody waits for the job any more: then it is given up while it waits for memory. */
  isAbandoned?(): boolean
}

/**
 * Originals in, encoded picture out, in phases: probe (read first bytes), plan (decide everything, and price it), wait for
 * that much memory, run.
 * @throws ApiError of the delivery kinds
 */
export async function transformImage(job: TransformJob, services: TransformServices): Promise<Transformed> {
  const { governor, kernels, open } = services
  try {
    const start = await governor.start(services.isAbandoned)
    try {
      const source = await probeSource(job.source, open, start.need)
      try {
        const plan = planJob(job.program, source, job.formatClass, governor.budgetBytes)
        start.settle(source.start.length + plan.picture.decode.heldBytes)
        const reservation = await start.claim(plan.price.peakBytes)
        const kernel = kernels.start(plan.price.kernelBytes)
        try {
          const meter = createMemoryMeter()
          meter.watch(kernel)
          const { warnings, ...finished } = await runJob(plan, source, kernel, meter, {
            check: reservation.renew,
            yield: () => yieldIfBusy(services, plan.price.peakBytes),
          })
          return {
            ...finished,
            format: plan.format,
            warnings: [...plan.warnings, ...warnings],
            memory: { pricedBytes: plan.price.peakBytes, peakBytes: meter.peakBytes() },
          }
        } finally {
          kernel.close()
          reservation.release()
        }
      } finally {
        await source.close()
      }
    } finally {
      start.release()
    }
  } catch (error) {
    throw toDeliveryError(error, 'deliveryInternal')
  }
}

/** A turn of the event loop takes a millisecond or two: it is taken where there is somebody to take it for. */
async function yieldIfBusy({ governor, yield: turn }: TransformServices, ownBytes: number): Promise<void> {
  const { reservedBytes, waiting } = governor.usage()
  if (reservedBytes > ownBytes || waiting > 0) await turn()
}
