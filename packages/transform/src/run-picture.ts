import { applyColourProfile, type Kernel, type KernelRaster } from '@tintype/pixels'
import type { Frame } from './decoder.ts'
import type { PicturePlan } from './picture-plan.ts'
import type { ProbedSource } from './source.ts'
import type { PlannedStep, StepServices, Turns } from './step.ts'

/**
 * Decode a picture frame by frame, and do its steps on each. Kernel memory that steps take, and whoever a frame is given
 * to, is given up when the next one is asked for.
 */
export async function* runPicture(
  { decode, steps }: PicturePlan,
  source: ProbedSource,
  kernel: Kernel,
  services: StepServices,
): AsyncGenerator<Frame, void, undefined> {
  const { meter, turns } = services
  for await (const frame of decode.run(kernel, checked(source.file(meter), turns), meter)) {
    await turns.yield()
    const mark = kernel.exports.heapMark()
    let { raster } = frame
    if (decode.profile !== null) applyColourProfile(kernel, raster, decode.profile)
    for (const step of steps) {
      turns.check()
      raster = await runStep(step, raster, services)
    }
    yield { ...frame, raster }
    kernel.exports.heapReset(mark)
  }
}

const runStep = (step: PlannedStep, raster: KernelRaster, services: StepServices) =>
  step.scratchBytes > 0 ? raster.kernel.scope(() => step.run(raster, services)) : step.run(raster, services)

/** Pieces of a file between two turns for others. A piece has up to 64 KiB and takes some 5 ms to decode. */
const PIECES_PER_TURN = 4

/**
 * Every piece of a file is a sign of life, and a place to stop: reading is most of a job's time. Pieces that are there
 * already come without the event loop having a look at anything else, so there is a turn for that now and then; clients
 * that leave would not be noticed otherwise.
 */
export async function* checked(file: AsyncIterable<Uint8Array>, turns: Turns) {
  let pieces = 0
  for await (const bytes of file) {
    if (++pieces % PIECES_PER_TURN === 0) await turns.yield()
    turns.check()
    yield bytes
  }
}
