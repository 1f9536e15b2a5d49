import type { BenchCase } from './cases.ts'
import { formatMegabytes, formatTable, left, right } from './format-table.ts'
import { formatVerdict } from './judge.ts'
import { readResidentSet } from './process-usage.ts'
import { startIsolate } from './workerd.ts'

/** The most that workerd was resident with while it did a case's job over and over. */
export interface HighWater {
  readonly benchCase: BenchCase
  readonly jobs: number
  /** Before the first job: the runtime, the Worker and the source, bytes. */
  readonly idleBytes: number
  readonly afterFirstBytes: number
  readonly afterLastBytes: number
}

/** Run a case's job so many times in a row in a workerd of its own. @throws Error where the system has no `/proc` */
export async function measureHighWater(benchCase: BenchCase, jobs: number): Promise<HighWater> {
  const { source, job, overlay } = await benchCase.prepare()
  const isolate = await startIsolate()
  const highWaterBytes = () => {
    const resident = readResidentSet(isolate.pid)
    if (resident === null) throw new Error('The memory of workerd can only be read where there is /proc')
    return resident.highWaterBytes
  }
  try {
    await isolate.store(source, overlay)
    const idleBytes = highWaterBytes()
    await isolate.run(job)
    const afterFirstBytes = highWaterBytes()
    for (let at = 1; at < jobs; at++) await isolate.run(job)
    return { benchCase, jobs, idleBytes, afterFirstBytes, afterLastBytes: highWaterBytes() }
  } finally {
    await isolate.close()
  }
}

/** High-water marks of RSS as a table, against the target of the cases that have one. */
export function formatHighWater(results: readonly HighWater[]): string {
  const columns = [
    left('case'),
    left('work'),
    right('jobs'),
    right('idle MB'),
    right('after 1 MB'),
    right('after all MB'),
    right('target MB'),
    left('result'),
  ]
  return formatTable(
    columns,
    results.map(({ benchCase: { id, title, targets }, jobs, idleBytes, afterFirstBytes, afterLastBytes }) => {
      const target = targets.residentBytes
      return [
        id,
        title,
        String(jobs),
        ...[idleBytes, afterFirstBytes, afterLastBytes].map(formatMegabytes),
        target === undefined ? '–' : `≤ ${formatMegabytes(target)}`,
        target === undefined ? '–' : formatVerdict({ value: afterLastBytes, target }),
      ]
    }),
  )
}
