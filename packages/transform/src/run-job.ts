import { ApiError } from '@tintype/core'
import { applyColourProfile, type Kernel, type KernelRaster } from '@tintype/pixels'
import type { Frame } from './decoder.ts'
import type { MemoryMeter } from './memory-meter.ts'
import { toDeliveryError } from './pixel-faults.ts'
import type { JobPlan } from './plan-job.ts'
import type { PicturePlan } from './plan-picture.ts'
import type { ProbedSource } from './source.ts'

/** What a running job does between its stages: show that it lives, and let others have a turn. */
export interface Turns {
  /** @throws ApiError `overloaded` once the job must not go on. Never by the clock */
  check(): void
  yield(): Promise<unknown>
}

export interface Finished {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
  readonly warnings: readonly string[]
}

/** Decode frame by frame, do the steps on each, encode. */
export async function runJob(
  { picture, encode }: JobPlan,
  source: ProbedSource,
  kernel: Kernel,
  meter: MemoryMeter,
  turns: Turns,
): Promise<Finished> {
  const sink = encode.begin(meter)
  const warnings = new Set<string>()
  let size: { readonly width: number; readonly height: number } | null = null
  for await (const frame of picture.decode.run(kernel, source.file(meter), meter)) {
    for (const warning of frame.warnings) warnings.add(warning)
    await turns.yield()
    const raster = await finishFrame(picture, frame, turns)
    size = { width: raster.width, height: raster.height }
    turns.check()
    await sink.add(raster, frame.delayMs).catch(encodingFailed)
  }
  if (size === null) throw new ApiError('decodingFailed', 'it holds no picture')
  const bytes = await sink.end().catch(encodingFailed)
  return { bytes, ...size, warnings: [...warnings] }
}

async function finishFrame(
  { decode, steps }: PicturePlan,
  frame: Frame,
  turns: Turns,
): Promise<KernelRaster> {
  let { raster } = frame
  if (decode.profile !== null) applyColourProfile(raster.kernel, raster, decode.profile)
  for (const step of steps) {
    turns.check()
    raster = await step.run(raster)
  }
  return raster
}

function encodingFailed(error: unknown): never {
  throw toDeliveryError(error, 'encodingFailed')
}
