import { setTimeout as sleep } from 'node:timers/promises'
import type { Load } from './operations.ts'
import { type IsolateMemory, type IsolateWatch, readProcessMemory } from './sample-memory.ts'

/** What workerd and the clients hold at one moment, bytes. */
export interface Reading {
  readonly rssBytes: number
  readonly anonymousBytes: number
  /** Resident in this process, which is the clients. */
  readonly clientBytes: number
  readonly isolates: readonly IsolateMemory[]
}

export interface Sample extends Reading {
  readonly atMs: number
  /** Done until then. */
  readonly operations: number
}

export interface Soaked {
  readonly samples: readonly Sample[]
  /** Operations that went well, by name. */
  readonly counts: ReadonlyMap<string, number>
  readonly failures: readonly string[]
  /** What is left when every isolate has collected its garbage. */
  readonly collected: Reading
}

export interface SoakBounds {
  readonly minutes: number
  readonly operations: number
  /** Collect garbage before every sample that is taken, and take fewer: what grows then is alive. */
  readonly isCollecting: boolean
}

const CLIENTS = 4
const SAMPLE_MS = 5000
/** Collecting stops every isolate for a while. */
const COLLECTED_SAMPLE_MS = 20_000

/** Keep several clients at work until one of the bounds is reached, and look at memory meanwhile. */
export async function runLoad(
  load: Load,
  pid: number,
  isolates: IsolateWatch,
  { minutes, operations, isCollecting }: SoakBounds,
): Promise<Soaked> {
  const startedAtMs = performance.now()
  const endsAtMs = startedAtMs + minutes * 60_000
  const counts = new Map<string, number>()
  const failures: string[] = []
  const samples: Sample[] = []
  let begun = 0
  let done = 0
  const isOver = () => begun >= operations || performance.now() >= endsAtMs

  async function takeSample(): Promise<void> {
    if (isCollecting) await isolates.collectGarbage()
    const atMs = performance.now() - startedAtMs
    const sample = { atMs, operations: done, ...(await read(pid, isolates)) }
    samples.push(sample)
    const megabytes = (sample.rssBytes / 1e6).toFixed(0)
    console.error(`${(atMs / 1000).toFixed(0)} s, ${done} operations, workerd ${megabytes} MB`)
  }
  async function work(): Promise<void> {
    while (!isOver()) {
      begun++
      try {
        const name = await load.step()
        counts.set(name, (counts.get(name) ?? 0) + 1)
      } catch (error) {
        failures.push(String(error))
      }
      done++
    }
  }
  async function watch(): Promise<void> {
    while (!isOver()) {
      await takeSample()
      const nextAtMs = performance.now() + (isCollecting ? COLLECTED_SAMPLE_MS : SAMPLE_MS)
      while (!isOver() && performance.now() < nextAtMs) await sleep(100)
    }
  }
  await Promise.all([watch(), ...Array.from({ length: CLIENTS }, work)])
  await takeSample()
  await isolates.collectGarbage()
  return { samples, counts, failures, collected: await read(pid, isolates) }
}

const read = async (pid: number, isolates: IsolateWatch): Promise<Reading> => ({
  ...readProcessMemory(pid),
  clientBytes: process.memoryUsage.rss(),
  isolates: await isolates.read(),
})
