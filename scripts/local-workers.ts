import { createRequire } from 'node:module'
import { type BundledWorker, bundleWorkers } from './bundle-workers.ts'
import { startHttpFront } from './http-front.ts'

/** The part of Miniflare's interface that is used here; wrangler brings it, so it is no dependency of its own. */
interface Miniflare {
  readonly ready: Promise<URL>
  setOptions(options: object): Promise<void>
  dispose(): Promise<void>
}
const {
  Miniflare,
  Response: LocalResponse,
  convertV4MiniflareOptions,
} = createRequire(import.meta.resolve('wrangler'))('miniflare') as {
  readonly Miniflare: new (options: object) => Miniflare
  readonly Response: { json(body: unknown, init: { status: number }): unknown }
  readonly convertV4MiniflareOptions: (options: object) => object
}

export interface LocalWorkersOptions {
  /** Where KV, R2, Durable Objects and the cache keep their files. */
  readonly stateFolder: string
  readonly adminToken: string
  /** 0 for any that is free. */
  readonly port: number
  /** What the playground may know and use; null until it is known. Without it there is no playground. */
  readonly playground?: () => PlaygroundSession | null
}

/** `DevSession` of workers/playground. */
export interface PlaygroundSession {
  readonly accountId: string
  readonly accountHash: string
  readonly apiToken: string
  readonly demoPictures: readonly string[]
}

/** All Workers on one port of this machine. */
export interface LocalWorkers {
  readonly port: number
  /** Bundle and start them anew, with the same state and on the same port. @throws as {@link startLocalWorkers}; then the old ones go on */
  reload(): Promise<void>
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** What is different here from production: docs/architecture.md#local-development. */
const variables = (adminToken: string): Record<string, string> => ({
  EDGE_MEMO_SECONDS: '0',
  PUBLISH_INTERVAL_MS: '0',
  ADMIN_TOKEN: adminToken,
  PLAYGROUND: 'on',
})

/** Variables that no deployment has. */
const LOCAL_ALONE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'tintype-render': { LOOPBACK_SOURCES: 'allowed' },
}

/**
 * The playground's bindings: it is shown here, and asks this process for the demo account's token, which is in no bundle and
 * no variable.
 */
function withPlayground(worker: BundledWorker, session: () => PlaygroundSession | null): BundledWorker {
  const answer = () => LocalResponse.json(session(), { status: session() === null ? 503 : 200 })
  const own: Readonly<Record<string, object>> = {
    tintype: { PLAYGROUND: { name: 'tintype-playground' } },
    'tintype-playground': { DEV: answer },
  }
  const bindings = own[worker.name]
  if (bindings === undefined) return worker
  return { ...worker, serviceBindings: { ...worker.serviceBindings, ...bindings } }
}

/** A variable that a Worker does not name is not given to it, except for those that are for local use alone. */
function withVariables(worker: BundledWorker, given: Readonly<Record<string, string>>): BundledWorker {
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(worker.bindings, name))
  return {
    ...worker,
    bindings: { ...worker.bindings, ...Object.fromEntries(known), ...LOCAL_ALONE[worker.name] },
  }
}

/**
 * Bundle the Workers as a deployment would and start them in one workerd, without the proxy of `wrangler dev`: it hides
 * from a Worker that its client has left, and every request takes some milliseconds more. Clients connect to
 * {@link startHttpFront}. Takes some seconds.
 * @throws Error with what wrangler said of a Worker that can't be bundled
 */
export async function startLocalWorkers(options: LocalWorkersOptions): Promise<LocalWorkers> {
  async function describe(): Promise<object> {
    const given = variables(options.adminToken)
    const { playground = () => null } = options
    const workers = (await bundleWorkers()).map((worker) =>
      withPlayground(withVariables(worker, given), playground),
    )
    return convertV4MiniflareOptions({
      ...{ workers, host: HOST, port: 0, cf: false },
      resourcePersistencePath: options.stateFolder,
    })
  }

  const miniflare = new Miniflare(await describe())
  let inner = await miniflare.ready
  const target = () => ({ host: HOST, port: Number(inner.port) })
  const front = await startHttpFront(target, [HOST, '::1'], options.port)
  return {
    port: front.port,
    async reload() {
      await miniflare.setOptions(await describe())
      inner = await miniflare.ready
    },
    async close() {
      await front.close()
      await miniflare.dispose()
    },
  }
}
