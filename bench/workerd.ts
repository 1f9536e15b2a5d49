import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { bundleWorker } from './bundle-worker.ts'
import { type BenchJob, type BenchMemory, MEMORY_HEADER } from './job.ts'
import { sendTimed } from './timed-request.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
/** Where the bundled Worker lies, with its modules. */
export const workerFolder = fileURLToPath(new URL('.sources/worker/', import.meta.url))
const fromWrangler = createRequire(import.meta.resolve('wrangler'))

/** The version of workerd that jobs run in. */
export const runtimeVersion = (fromWrangler('workerd/package.json') as { version: string }).version

/** What one job gave. */
export interface Answer {
  readonly bytes: Buffer
  readonly memory: BenchMemory
  /** From sending the request to the last byte of its answer. */
  readonly ms: number
}

/** The bench Worker in a workerd of its own: a fresh isolate, which nothing but this bench talks to. */
export interface Isolate {
  /** The source that all jobs work on from now on, and what they draw onto it. */
  store(source: Uint8Array, overlay?: Uint8Array): Promise<void>
  /** @throws Error with what the Worker said, when the job failed */
  run(job: BenchJob): Promise<Answer>
  /** Duration of a request that does nothing, ms. */
  idle(): Promise<number>
  /** Process id of the workerd that runs it. */
  readonly pid: number
  /** Port of the inspector, when one was asked for. */
  readonly inspectorPort: number | null
  close(): Promise<void>
}

/** Bundle the bench Worker, and write workerd's configuration beside it. */
export function bundleBenchWorker(): void {
  bundleWorker(`${root}bench/wrangler.toml`, workerFolder)
  writeFileSync(`${workerFolder}config.capnp`, formatConfig(readdirSync(workerFolder)))
}

function formatConfig(files: readonly string[]): string {
  const modules = [
    '(name = "worker.js", esModule = embed "worker.js")',
    ...files
      .filter((file) => file.endsWith('.wasm'))
      .map((file) => `(name = "${file}", wasm = embed "${file}")`),
  ]
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "bench", worker = (
    compatibilityDate = "2026-11-01",
    modules = [
      ${modules.join(',\n      ')}
    ]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bench")]
);
`
}

/** Start the bundled Worker. @param hasInspector whether a profiler shall be able to look inside */
export async function startIsolate(hasInspector = false): Promise<Isolate> {
  const { default: binary } = fromWrangler('workerd') as { default: string }
  const child = spawn(
    binary,
    [
      'serve',
      '--control-fd=3',
      ...(hasInspector ? ['--inspector-addr=127.0.0.1:0'] : []),
      `${workerFolder}config.capnp`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] },
  )
  endWithUs(child)
  const agent = new Agent({ keepAlive: true })
  const ports = await listenEvents(child, hasInspector ? 2 : 1)
  const port = ports.get('listen') ?? 0

  const call = (method: string, body?: Uint8Array | string, path = '/') =>
    sendTimed({ agent, port, method, path }, body)
  return {
    pid: child.pid ?? 0,
    inspectorPort: ports.get('listen-inspector') ?? null,
    async store(source, overlay) {
      await call('PUT', source)
      if (overlay !== undefined) await call('PUT', overlay, '/overlay')
    },
    async run(job) {
      const { status, body, headers, ms } = await call('POST', JSON.stringify(job))
      if (status !== 200) throw new Error(body.toString())
      return { bytes: body, memory: JSON.parse(String(headers[MEMORY_HEADER])), ms }
    },
    idle: async () => (await call('GET')).ms,
    close: () =>
      new Promise((resolve) => {
        agent.destroy()
        child.once('exit', () => resolve())
        // It would wait for its connections to end, an inspector's among them; there is nothing to save.
        child.kill('SIGKILL')
      }),
  }
}

/** However this process ends, the one it started does not outlive it. */
function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

/** Ports by event, as workerd reports them on its control pipe, once there are `count`. */
function listenEvents(child: ChildProcess, count: number): Promise<Map<string, number>> {
  const ports = new Map<string, number>()
  let text = ''
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`workerd ended with code ${code}`)))
    const control = child.stdio[3] as Readable
    control.on('data', (chunk: Buffer) => {
      const lines = (text + chunk).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        const { event, port } = JSON.parse(line) as { event: string; port: number }
        ports.set(event, port)
      }
      if (ports.size >= count) resolve(ports)
    })
  })
}
