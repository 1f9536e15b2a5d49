import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BenchCase } from './cases.ts'
import { connectInspector, listTargets } from './inspector.ts'
import { startIsolate, workerFolder } from './workerd.ts'

/** Share of the isolate's busy time that one function took itself. */
export interface HotFunction {
  readonly name: string
  readonly share: number
}

/** The part of a V8 CPU profile that is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

const WARM_UP_MS = 1500
const PROFILE_MS = 3000
const INTERVAL_US = 500

/** Give the bundled kernel the names of its functions; its code stays as it is. */
export function nameKernel(): void {
  const bundled = readdirSync(workerFolder).find((file) => file.endsWith('-pixels.wasm'))
  const script = fileURLToPath(new URL('../scripts/build-kernel.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [script, '--named', `${workerFolder}${bundled}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('The kernel could not be built with names')
}

/** Run a case over and over in an isolate with an inspector, and say where its time goes, most first. */
export async function profile(benchCase: BenchCase): Promise<HotFunction[]> {
  const { source, job, overlay } = await benchCase.prepare()
  const isolate = await startIsolate(true)
  try {
    await isolate.store(source, overlay)
    const repeatFor = async (ms: number) => {
      for (const since = performance.now(); performance.now() - since < ms; ) await isolate.run(job)
    }
    await repeatFor(WARM_UP_MS)
    const [target] = await listTargets(isolate.inspectorPort ?? 0)
    if (target === undefined) throw new Error('The inspector shows no isolate')
    const inspector = await connectInspector(target)
    await inspector.send('Profiler.enable')
    await inspector.send('Profiler.setSamplingInterval', { interval: INTERVAL_US })
    await inspector.send('Profiler.start')
    await repeatFor(PROFILE_MS)
    const { profile } = (await inspector.send('Profiler.stop')) as { profile: CpuProfile }
    inspector.close()
    return summarise(profile)
  } finally {
    await isolate.close()
  }
}

function summarise({ nodes, samples, timeDeltas }: CpuProfile): HotFunction[] {
  const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]))
  const times = new Map<string, number>()
  let busy = 0
  for (const [at, id] of samples.entries()) {
    const name = nameOf.get(id) ?? ''
    if (name === '(idle)') continue
    // A sample stands for the time until the next one.
    const time = timeDeltas[at + 1] ?? 0
    times.set(name, (times.get(name) ?? 0) + time)
    busy += time
  }
  return [...times].map(([name, time]) => ({ name, share: time / busy })).sort((a, b) => b.share - a.share)
}

/** Kernel functions by their names; a codec's, which have none, together; JavaScript by its names. */
function describe({ functionName, url }: { functionName: string; url: string }): string {
  if (!url.startsWith('wasm://')) return functionName || '(anonymous)'
  if (/^wasm-function|^\d+$|^\$func/.test(functionName)) return `codec ${url.split('/').at(-1)}`
  return functionName.replace(/^.*\/assembly\/|^assembly\//, 'kernel ')
}
