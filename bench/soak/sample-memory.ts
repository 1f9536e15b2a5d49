import { readFileSync } from 'node:fs'
import { connectInspector, type Inspector, listTargets } from '../inspector.ts'

/** What one process is resident with, bytes. */
export interface ProcessMemory {
  readonly rssBytes: number
  /** Its own: heaps, WASM memories, stacks. The rest is its program and files. */
  readonly anonymousBytes: number
}

/** What V8 says of one isolate, bytes. */
export interface IsolateMemory {
  readonly id: string
  /** JavaScript objects, alive or not collected yet. */
  readonly usedBytes: number
  /** Pages that V8 holds for them. */
  readonly totalBytes: number
  /** Outside of V8's heap: array buffers and WASM memories. */
  readonly backingBytes: number
}

/** @throws Error where there is no `/proc`, or the process has ended */
export function readProcessMemory(pid: number): ProcessMemory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytesOf = (name: string) =>
    Number(text.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0) * 1024
  return { rssBytes: bytesOf('Rss'), anonymousBytes: bytesOf('Anonymous') }
}

/** Connections to every isolate of a workerd, the stores of Miniflare among them. */
export interface IsolateWatch {
  read(): Promise<IsolateMemory[]>
  /** Have every isolate collect its garbage, all of it. */
  collectGarbage(): Promise<void>
  close(): void
}

interface HeapUsage {
  readonly usedSize: number
  readonly totalSize: number
  readonly backingStorageSize?: number
}

export async function watchIsolates(inspectorPort: number): Promise<IsolateWatch> {
  const inspectors: { readonly id: string; readonly inspector: Inspector }[] = []
  for (const target of await listTargets(inspectorPort)) {
    inspectors.push({ id: target.id, inspector: await connectInspector(target) })
  }
  return {
    async read() {
      return Promise.all(
        inspectors.map(async ({ id, inspector }) => {
          const usage = (await inspector.send('Runtime.getHeapUsage')) as HeapUsage
          return {
            id,
            usedBytes: usage.usedSize,
            totalBytes: usage.totalSize,
            backingBytes: usage.backingStorageSize ?? 0,
          }
        }),
      )
    },
    async collectGarbage() {
      // Only a snapshot is sure to collect everything before it answers; what it holds is not looked at.
      for (const { inspector } of inspectors)
        await inspector.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
    },
    close() {
      for (const { inspector } of inspectors) inspector.close()
    },
  }
}
