import {
  ApiError,
  type FormatClass,
  formatSourceIdentity,
  type OverlayOp,
  type PictureOutput,
  type Program,
  type ResultFormat,
  type SourceRef,
} from '@tintype/core'
import type { KernelPool } from '@tintype/pixels'
import { analyse, needsOf } from './analyse/analyse.ts'
import type { NeedBytes } from './decoder.ts'
import { describeDrawing, describePicture } from './describe-picture.ts'
import { type Governor, MAX_SOURCES, type Start } from './governor.ts'
import { createMemoryMeter } from './memory-meter.ts'
import { type PassThroughPlan, planPassThrough, runPassThrough } from './pass-through.ts'
import { toDeliveryError } from './pixel-faults.ts'
import { keepsFrames, planJob, startBytesOf } from './plan-job.ts'
import { planPicture } from './plan-picture.ts'
import { runJob } from './run-job.ts'
import { checked } from './run-picture.ts'
import { type OpenSource, type ProbedSource, probeSource } from './source.ts'
import { probeText } from './text/probe-text.ts'
import type { Vision } from './vision.ts'

/** A program, what it is run on, and for whom. */
export interface TransformJob {
  readonly program: Program
  readonly source: SourceRef
  /** Decides the format where the program leaves it open. */
  readonly formatClass: FormatClass
  /** A second program for the same picture that must fit into memory as well, and is not run. */
  readonly mustAlsoFit?: Program
}

export interface Transformed {
  readonly bytes: Uint8Array
  readonly format: ResultFormat
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
  /** null, or absent: nobody sees anything. */
  readonly vision?: Vision | null
  /** Opens sources, more than once if need be. */
  readonly open: OpenSource
  /** Let other requests run; called between stages when there are others. */
  yield(): Promise<unknown>
  /** Whether nobody waits for the job any more: then it is given up before it starts, or soon after. */
  isAbandoned?(): boolean
}

/**
 * Originals in, encoded picture out, in phases: probe (read first bytes), analyse (look at a small copy, where the program
 * asks for it), plan (decide everything, and price it), wait for that much memory, run.
 * @throws ApiError of the delivery kinds
 */
export async function transformImage(job: TransformJob, services: TransformServices): Promise<Transformed> {
  const { governor } = services
  const vision = services.vision ?? null
  if (vision === null && needsForeground(job.program.ops)) {
    throw new ApiError('invalidOptions', '"segment" needs a model, and there is none here')
  }
  const overlays = overlaysOf(job.program.ops)
  if (overlays.size >= MAX_SOURCES) {
    throw new ApiError('invalidOptions', `at most ${MAX_SOURCES - 1} pictures can be drawn onto another`)
  }
  try {
    const start = await governor.start(services.isAbandoned, 1 + overlays.size)
    const opened: ProbedSource[] = []
    const probe = async (source: SourceRef, need: NeedBytes, keepsXmp = false): Promise<ProbedSource> => {
      const probed =
        source.kind === 'text'
          ? await probeText(source, services.open, start, need)
          : await probeSource(source, services.open, need, keepsXmp)
      opened.push(probed)
      return probed
    }
    try {
      const { output } = job.program
      const keepsXmp = output.kind === 'picture' && output.metadata === 'keep'
      const source = await probe(job.source, start.need, keepsXmp)
      const known = new Map<string, ProbedSource>()
      for (const [identity, overlay] of overlays) known.set(identity, await probe(overlay, smallOnly))
      return await runProbed(job, source, known, start, services)
    } finally {
      for (const source of opened) await source.close()
      start.release()
    }
  } catch (error) {
    throw toDeliveryError(error, 'deliveryInternal')
  }
}

async function runProbed(
  { program, formatClass, mustAlsoFit, source: ref }: TransformJob,
  source: ProbedSource,
  overlays: ReadonlyMap<string, ProbedSource>,
  start: Start,
  services: TransformServices,
): Promise<Transformed> {
  const { governor, kernels, vision = null } = services
  const turn = services.yield
  const passesThrough = ({ ops, output }: Program) =>
    output.kind === 'picture' && ref.kind !== 'text' ? planPassThrough(ops, output, source) : null
  const passThrough = passesThrough(program)
  if (passThrough !== null) return passOn(passThrough, source, start, services)
  const needs = needsOf(program.ops)
  const findings = await analyse(needs, program.ops, framesOf(program, source), source, start, {
    kernels,
    vision,
    yield: turn,
  })
  const known = { overlays, findings }
  const planFor = ({ ops }: Program, output: PictureOutput) =>
    planJob(ops, output, source, formatClass, governor.budgetBytes, known)
  if (mustAlsoFit?.output.kind === 'picture' && passesThrough(mustAlsoFit) === null)
    planFor(mustAlsoFit, mustAlsoFit.output)
  const { output } = program
  if (output.kind === 'json' && source.facts.format === 'svg') return describeDrawing(source)
  if (output.kind === 'json')
    return describePicture(planPicture(program.ops, source, output.frames, known), source, output.frames)
  const plan = planFor(program, output)
  const { peakBytes } = plan.price
  start.settle(startBytesOf(source, known) + plan.picture.decode.heldBytes)
  const reservation = await start.claim(peakBytes)
  const kernel = kernels.start(plan.price.kernelBytes)
  try {
    const meter = createMemoryMeter()
    meter.watch(kernel)
    const turns = { check: reservation.renew, yield: () => yieldIfBusy(services, peakBytes) }
    const { warnings, ...finished } = await runJob(plan, source, kernel, {
      ...{ kernels, vision, meter, turns },
      keptOverlays: plan.picture.decode.frames > 1 ? new Map() : null,
    })
    return {
      ...finished,
      format: plan.format,
      warnings: [...plan.warnings, ...warnings],
      memory: { pricedBytes: peakBytes, peakBytes: meter.peakBytes() },
    }
  } finally {
    kernel.close()
    reservation.release()
  }
}

/** The source's own document instead of a picture of it. */
async function passOn(
  plan: PassThroughPlan,
  source: ProbedSource,
  start: Start,
  services: TransformServices,
): Promise<Transformed> {
  const { peakBytes } = plan.price
  const reservation = await start.claim(peakBytes)
  try {
    const meter = createMemoryMeter()
    const turns = { check: reservation.renew, yield: () => yieldIfBusy(services, peakBytes) }
    const bytes = await runPassThrough(plan, checked(source.file(meter), turns), meter)
    return {
      ...{ bytes, format: plan.format, ...plan.size, warnings: plan.warnings },
      memory: { pricedBytes: peakBytes, peakBytes: meter.peakBytes() },
    }
  } finally {
    reservation.release()
  }
}

/** How many frames of a source its result shows. */
const framesOf = ({ output }: Program, { facts }: ProbedSource): 'all' | 'first' =>
  output.kind === 'json' ? output.frames : keepsFrames(output, facts) ? 'all' : 'first'

/** Every picture that is drawn onto another one, by identity: one that is drawn twice is opened once. */
function overlaysOf(ops: readonly OverlayOp[], found = new Map<string, SourceRef>()): Map<string, SourceRef> {
  for (const op of ops) {
    if (op.op !== 'draw') continue
    found.set(formatSourceIdentity(op.source), op.source)
    overlaysOf(op.ops, found)
  }
  return found
}

/** Whether a program, or that of an overlay, asks for somebody who knows a foreground. */
const needsForeground = (ops: readonly OverlayOp[]): boolean =>
  ops.some((op) => op.op === 'segment' || (op.op === 'draw' && needsForeground(op.ops)))

/** Only the picture itself may have a large header: two that wait for one another's memory would wait for ever. */
async function smallOnly(): Promise<void> {
  throw new ApiError('refusedDimensions', 'the header of an overlay is too large')
}

/** A turn of the event loop takes a millisecond or two: it is taken where there is somebody to take it for. */
async function yieldIfBusy({ governor, yield: turn }: TransformServices, ownBytes: number): Promise<void> {
  const { reservedBytes, waiting } = governor.usage()
  if (reservedBytes > ownBytes || waiting > 0) await turn()
}
