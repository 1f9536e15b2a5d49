import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorker } from './bundle-worker.ts'
import { findDescendants } from './process-usage.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const fromWrangler = createRequire(import.meta.resolve('wrangler'))

/** The part of Miniflare's interface that is used here; wrangler brings it, so it is no dependency of its own. */
interface Miniflare {
  readonly ready: Promise<URL>
  dispose(): Promise<void>
}
const { Miniflare, convertV4MiniflareOptions } = fromWrangler('miniflare') as {
  readonly Miniflare: new (options: object) => Miniflare
  readonly convertV4MiniflareOptions: (options: object) => object
}

/** All Workers in one workerd of their own, without the proxy that `wrangler dev` puts in front of them. */
export interface BareSystem {
  readonly baseUrl: string
  readonly adminToken: string
  /** Process id of workerd. */
  readonly pid: number
  /** Where KV, R2, Durable Objects and the cache keep their files; it goes when the system is closed. */
  readonly stateFolder: string
  close(): Promise<void>
}

const ADMIN_TOKEN = 'measured-system-administrator'

/** The Workers as their own configurations describe them, with what `pnpm dev` sets besides. Delivery has the port. */
const WORKERS = [
  { config: 'wrangler.toml', vars: { EDGE_MEMO_SECONDS: '0' } },
  { config: 'workers/render/wrangler.toml', vars: {} },
  { config: 'workers/api/wrangler.toml', vars: { PUBLISH_INTERVAL_MS: '0', ADMIN_TOKEN } },
] as const

/**
 * Bundle every Worker and start them on a free port of this machine. Takes some ten seconds.
 * @param hasInspector whether one shall be able to look into its isolates
 */
export async function startBareSystem(hasInspector = false): Promise<BareSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-bare-'))
  const stateFolder = join(folder, 'state')
  // wrangler warns of secrets that it finds nowhere, and tells of those that it finds.
  process.env.ADMIN_TOKEN ??= ADMIN_TOKEN
  process.env.WRANGLER_LOG ??= 'warn'
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import('wrangler')
  const workers = WORKERS.map(({ config, vars }, at) => {
    const modulesRoot = join(folder, String(at))
    bundleWorker(`${root}${config}`, modulesRoot)
    const { workerOptions } = unstable_getMiniflareWorkerOptions(`${root}${config}`)
    const { bindings, modulesRules, ...options } = workerOptions
    return {
      ...options,
      name: unstable_readConfig({ config: `${root}${config}` }).name,
      bindings: { ...(bindings as Record<string, unknown>), ...vars },
      modulesRoot,
      modules: modulesOf(modulesRoot),
    }
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers,
      host: '127.0.0.1',
      port: 0,
      cf: false,
      ...(hasInspector ? { inspectorPort: 0 } : {}),
      resourcePersistencePath: stateFolder,
    }),
  )
  const url = await miniflare.ready
  const workerd = findDescendants(process.pid).find(({ name }) => name === 'workerd')
  return {
    pid: workerd?.pid ?? 0,
    baseUrl: url.origin,
    adminToken: ADMIN_TOKEN,
    stateFolder,
    async close() {
      await miniflare.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The bundle's files as Miniflare wants them, the entry first. */
function modulesOf(folder: string) {
  const files = readdirSync(folder)
  const entry = files.find((file) => file.endsWith('.js'))
  if (entry === undefined) throw new Error(`There is no entry among ${files.join(', ')}`)
  return [
    { type: 'ESModule', path: join(folder, entry) },
    ...files
      .filter((file) => file.endsWith('.wasm'))
      .map((file) => ({ type: 'CompiledWasm', path: join(folder, file) })),
  ]
}
