import { ApiError } from '@tintype/core'
import type { Kernel } from '@tintype/pixels'
import { toDeliveryError } from './pixel-faults.ts'
import type { JobPlan } from './plan-job.ts'
import { runPicture } from './run-picture.ts'
import type { ProbedSource } from './source.ts'
import type { StepServices } from './step.ts'

export interface Finished {
  readonly bytes: Uint8Array
  /** px */
  readonly width: number
  readonly height: number
  /** What was wrong with the source and is shown as far as it goes. */
  readonly warnings: readonly string[]
}

/** Decode, do the steps, encode, frame by frame. */
export async function runJob(
  { picture, encode }: JobPlan,
  source: ProbedSource,
  kernel: Kernel,
  services: StepServices,
): Promise<Finished> {
  const sink = encode.begin(kernel, services.meter, services.turns)
  const warnings = new Set<string>()
  let size: { readonly width: number; readonly height: number } | null = null
  try {
    for await (const frame of runPicture(picture, source, kernel, services)) {
      for (const warning of frame.warnings) warnings.add(warning)
      size = { width: frame.raster.width, height: frame.raster.height }
      services.turns.check()
      await sink.add(frame.raster, frame.delayMs).catch(encodingFailed)
    }
    if (size === null) throw new ApiError('decodingFailed', 'it holds no picture')
    const bytes = await sink.end().catch(encodingFailed)
    return { bytes, ...size, warnings: [...warnings] }
  } finally {
    sink.close()
  }
}

function encodingFailed(error: unknown): never {
  throw toDeliveryError(error, 'encodingFailed')
}
