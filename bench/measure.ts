import type { BenchCase, PreparedCase } from './cases.ts'
import type { BenchJob, BenchMemory } from './job.ts'
import { compare, type Likeness } from './pixels.ts'
import {
  averageUsage,
  divideUsage,
  type ProcessUsage,
  readOwnUsage,
  readProcessUsage,
  readResidentSet,
  subtractUsage,
} from './process-usage.ts'
import { type Attempt, searchQuality } from './search-quality.ts'
import type { Pixels } from './ssim.ts'
import { type Isolate, startIsolate } from './workerd.ts'

/** Durations, ms. */
export interface Timing {
  /** The shortest: what noise adds nothing to. */
  readonly best: number
  readonly median: number
  readonly p95: number
}

/** What the warm jobs of one side took. */
export interface Effort extends Timing {
  /** CPU time and page faults of one job, on average; null where the system does not tell. */
  readonly usage: ProcessUsage | null
}

/** All that was found out about a case. Where sharp is compared with, it did the same work in the same minute. */
export interface Measured {
  readonly firstMs: number
  readonly ours: Effort
  readonly sharp: Effort
  readonly rounds: number
  readonly likeness: { readonly ours: Likeness; readonly sharp: Likeness }
  /** Ours against the pixels that sharp has when it decodes at a reduced size; null where it does not. */
  readonly likenessToShrunk: Likeness | null
  readonly bytes: { readonly ours: number; readonly sharp: number }
  /** Of the first job: nothing of it was left over by an earlier one. */
  readonly memory: BenchMemory
  /** The most that workerd was resident with, when all was done; null where the system does not tell. */
  readonly highWaterBytes: number | null
  /** The quality that a tuned case was run at. */
  readonly quality: number | null
  /** Size of ours to that of the case's yardstick, both as like the reference. */
  readonly yardstickSize: number | null
}

const LEAST_ROUNDS = 3
/** Rounds that do not count: the engine is still being compiled for speed, and caches are cold. */
const WARM_UP_ROUNDS = 4
const WARM_UP_MS = 2500

/** How much may be measured. */
export interface Bounds {
  readonly mostRounds: number
  /** Time for the rounds of one case, ms; a round that has begun is finished, and a few are always made. */
  readonly roundsMs: number
}

/** Run a case in an isolate of its own. @throws Error with the engine's words, when it could not do the work */
export async function measure(benchCase: BenchCase, bounds: Bounds): Promise<Measured> {
  const prepared = await benchCase.prepare()
  const isolate = await startIsolate()
  try {
    await isolate.store(prepared.source, prepared.overlay)
    await isolate.idle()
    const first = await isolate.run(prepared.job)
    const reference = await prepared.reference()
    const theirBytes = await prepared.theirsInFull()
    const theirLikeness = compare(await prepared.decode(theirBytes), reference)

    const tuned = benchCase.isTuned
      ? await tune(isolate, prepared, reference, 'ssim', theirLikeness.ssim)
      : null
    const job = tuned?.job ?? prepared.job
    const times = await runRounds(isolate, job, prepared, bounds)
    const { bytes } = await isolate.run(job)
    const shown = prepared.shownJob === undefined ? bytes : (await isolate.run(prepared.shownJob)).bytes
    const picture = await prepared.decode(shown)
    const shrunk = await prepared.shrunkReference?.()
    return {
      firstMs: first.ms,
      ...times,
      likeness: { ours: compare(picture, reference), sharp: theirLikeness },
      likenessToShrunk: shrunk === undefined ? null : compare(picture, shrunk),
      bytes: { ours: shown.length, sharp: theirBytes.length },
      memory: first.memory,
      highWaterBytes: readResidentSet(isolate.pid)?.highWaterBytes ?? null,
      quality: tuned?.quality ?? null,
      yardstickSize: await compareWithYardstick(isolate, prepared, reference),
    }
  } finally {
    await isolate.close()
  }
}

/** A job as it is, but of another quality. */
function withQuality(job: BenchJob, quality: number): BenchJob {
  if (job.work === 'transform') {
    const { ops, output } = job.program
    if (output.kind === 'json') return job
    return { ...job, program: { ops, output: { ...output, quality } } }
  }
  return job.work === 'jpeg' ? { ...job, quality } : job
}

/** Find the quality at which ours is as like the reference as something else is. */
async function tune(
  isolate: Isolate,
  { job, decode }: Pick<PreparedCase, 'job' | 'decode'>,
  reference: Pixels,
  scale: keyof Likeness,
  target: number,
) {
  const tryQuality = async (quality: number): Promise<Attempt> => {
    const { bytes } = await isolate.run(withQuality(job, quality))
    return { quality, score: compare(await decode(bytes), reference)[scale], sizeBytes: bytes.length }
  }
  const found = await searchQuality(tryQuality, target)
  if (found === null) throw new Error('no quality is as good as that of sharp')
  const { quality } = found.attempt
  return { quality, job: withQuality(job, quality), sizeBytes: found.sizeBytes }
}

async function compareWithYardstick(
  isolate: Isolate,
  { yardstick, decode }: PreparedCase,
  reference: Pixels,
): Promise<number | null> {
  if (yardstick === undefined) return null
  const bytes = await yardstick.theirs()
  const { psnr } = compare(await decode(bytes), reference)
  const { sizeBytes } = await tune(isolate, { job: yardstick.job, decode }, reference, 'psnr', psnr)
  return sizeBytes / bytes.length
}

/** Ours and sharp's in turns, each one first in every other round, so that a slow minute slows both. */
async function runRounds(
  isolate: Isolate,
  job: BenchJob,
  { theirs }: PreparedCase,
  { mostRounds, roundsMs }: Bounds,
): Promise<{ ours: Effort; sharp: Effort; rounds: number }> {
  const ours: number[] = []
  const sharp: number[] = []
  const sharpUsed: ProcessUsage[] = []
  const runOurs = async () => {
    ours.push((await isolate.run(job)).ms)
  }
  const runSharp = async () => {
    const before = readOwnUsage()
    const since = performance.now()
    await theirs()
    sharp.push(performance.now() - since)
    sharpUsed.push(subtractUsage(readOwnUsage(), before))
  }
  await repeat(WARM_UP_ROUNDS, WARM_UP_MS, 1, async () => {
    await runOurs()
    await runSharp()
  })
  for (const counted of [ours, sharp, sharpUsed]) counted.length = 0
  // workerd does nothing but our jobs: what it does between them, collecting garbage above all, belongs to them.
  const before = readProcessUsage(isolate.pid)
  await repeat(mostRounds, roundsMs, LEAST_ROUNDS, async (round) => {
    if (round % 2 === 0) await runOurs()
    await runSharp()
    if (round % 2 === 1) await runOurs()
  })
  const after = readProcessUsage(isolate.pid)
  const used =
    before === null || after === null ? null : divideUsage(subtractUsage(after, before), ours.length)
  return {
    ours: { ...summarise(ours), usage: used },
    sharp: { ...summarise(sharp), usage: averageUsage(sharpUsed) },
    rounds: ours.length,
  }
}

/** Work so many times, or until its time is used up. */
export async function repeat(
  times: number,
  budgetMs: number,
  atLeast: number,
  work: (round: number) => Promise<void>,
): Promise<void> {
  const since = performance.now()
  for (let round = 0; round < times; round++) {
    if (round >= atLeast && performance.now() - since > budgetMs) return
    await work(round)
  }
}

/** @param durations at least one, ms */
export function summarise(durations: readonly number[]): Timing {
  const sorted = [...durations].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { best: at(0), median: at(0.5), p95: at(0.95) }
}
