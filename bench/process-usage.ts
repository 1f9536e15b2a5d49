import { readdirSync, readFileSync } from 'node:fs'

/** What a process has used since it began. */
export interface ProcessUsage {
  /** CPU time in the process's own code, ms. */
  readonly userMs: number
  /** CPU time in the kernel of the system on its behalf, ms: much of it is page faults. */
  readonly systemMs: number
  /** Pages that were touched for the first time, or mapped again, without a disk. */
  readonly pageFaults: number
}

/** Memory of a process as the system counts it, bytes. */
export interface ResidentSet {
  readonly rssBytes: number
  /** The most it ever was. */
  readonly highWaterBytes: number
}

/** A process that another one started, itself or through others. */
export interface Descendant {
  readonly pid: number
  /** The program's name, at most 15 characters. */
  readonly name: string
}

/** Every process that this one started, and those that they did; empty where there is no `/proc`. */
export function findDescendants(pid: number): Descendant[] {
  const all = readProcesses()
  const childrenOf = (parent: number): Descendant[] =>
    all
      .filter(({ parentPid }) => parentPid === parent)
      .flatMap(({ pid, name }) => [{ pid, name }, ...childrenOf(pid)])
  return childrenOf(pid)
}

function readProcesses() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          // The first of the fields is the state, the second the parent.
          return [
            { pid: Number(pid), parentPid: Number(statFields(Number(pid))[1]), name: nameOf(Number(pid)) },
          ]
        } catch {
          return [] // it ended meanwhile
        }
      })
  } catch {
    return []
  }
}

const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()

/** Clock ticks of `/proc` a second; Linux shows all programs 100, whatever its own clock does. */
const TICKS_PER_SECOND = 100
const NS_PER_MS = 1e6

/**
 * CPU time and page faults of another process. Its total is exact; the split into user and system is counted in ticks of
 * 10 ms, so it is only right over many jobs.
 * @returns null where there is no `/proc`, or the process has ended
 */
export function readProcessUsage(pid: number): ProcessUsage | null {
  try {
    const fields = statFields(pid)
    // Fields of proc(5), which counts from 1 and includes the two that stand before: minflt 10, utime 14, stime 15.
    const [pageFaults = 0, userTicks = 0, systemTicks = 0] = [7, 11, 12].map((at) => Number(fields[at]))
    const ticks = userTicks + systemTicks
    const totalMs = readSchedulerMs(pid) ?? (ticks * 1000) / TICKS_PER_SECOND
    const systemMs = ticks === 0 ? 0 : (totalMs * systemTicks) / ticks
    return { userMs: totalMs - systemMs, systemMs, pageFaults }
  } catch {
    return null
  }
}

/** What this process has used, sharp's threads with it. */
export function readOwnUsage(): ProcessUsage {
  const { userCPUTime, systemCPUTime, minorPageFault } = process.resourceUsage()
  return { userMs: userCPUTime / 1000, systemMs: systemCPUTime / 1000, pageFaults: minorPageFault }
}

/** All of several processes; null when nothing is known of one of them. */
export function sumUsage(usages: readonly (ProcessUsage | null)[]): ProcessUsage | null {
  const known = usages.filter((usage) => usage !== null)
  if (known.length < usages.length) return null
  const of = (name: keyof ProcessUsage) => known.reduce((sum, usage) => sum + usage[name], 0)
  return { userMs: of('userMs'), systemMs: of('systemMs'), pageFaults: of('pageFaults') }
}

/** What one of so many jobs used. */
export const divideUsage = ({ userMs, systemMs, pageFaults }: ProcessUsage, jobs: number): ProcessUsage => ({
  userMs: userMs / jobs,
  systemMs: systemMs / jobs,
  pageFaults: pageFaults / jobs,
})

/** @returns null for no jobs */
export function averageUsage(jobs: readonly ProcessUsage[]): ProcessUsage | null {
  const sum = sumUsage(jobs)
  return sum === null || jobs.length === 0 ? null : divideUsage(sum, jobs.length)
}

export const subtractUsage = (later: ProcessUsage, earlier: ProcessUsage): ProcessUsage => ({
  userMs: later.userMs - earlier.userMs,
  systemMs: later.systemMs - earlier.systemMs,
  pageFaults: later.pageFaults - earlier.pageFaults,
})

/** @returns null where there is no `/proc`, or the process has ended */
export function readResidentSet(pid: number): ResidentSet | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const bytesOf = (name: string) =>
      Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1]) * 1024
    const [rssBytes, highWaterBytes] = [bytesOf('VmRSS'), bytesOf('VmHWM')]
    return Number.isNaN(rssBytes + highWaterBytes) ? null : { rssBytes, highWaterBytes }
  } catch {
    return null
  }
}

/** Fields of `/proc/<pid>/stat` behind the program's name, which may hold spaces and brackets. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Time that the threads of a process ran, from the scheduler's own clock; null where the system does not tell. */
function readSchedulerMs(pid: number): number | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const ranNs = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
    )
    return ranNs.reduce((sum, ns) => sum + ns, 0) / NS_PER_MS
  } catch {
    return null
  }
}
