import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPlaygroundPage } from './playground-page.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
/** Bundles of the sources as they are, for everybody who starts them from this checkout. */
const cacheFolder = `${root}.wrangler/bundles`

/** The Workers as their own configurations describe them; delivery comes first, for it has the port. */
const CONFIGS = [
  'wrangler.toml',
  'workers/render/wrangler.toml',
  'workers/api/wrangler.toml',
  'workers/playground/wrangler.toml',
] as const
/** All that a bundle is made of. */
const SOURCES = ['workers', 'packages', 'wrangler.toml', 'pnpm-lock.yaml'] as const

/** A Worker in the words of Miniflare. */
export interface BundledWorker {
  readonly name: string
  /** Its variables; a Worker gets none that it does not name. */
  readonly bindings: Readonly<Record<string, unknown>>
  readonly serviceBindings?: Readonly<Record<string, unknown>>
  readonly modulesRoot: string
  readonly modules: readonly { readonly type: string; readonly path: string }[]
}

/** Whether a Worker is another one when this file changes. Tests are not part of it. */
export const isWorkerSource = (path: string): boolean =>
  /\.(?:ts|toml|wasm|yaml|css|html)$/.test(path) &&
  !path.endsWith('.test.ts') &&
  !path.includes('node_modules')

/**
 * Every Worker, bundled as a deployment would, by wrangler. Bundles are kept until a source changes: wrangler takes
 * some seconds of processor time for each.
 * @throws Error with what wrangler said
 */
export async function bundleWorkers(): Promise<readonly BundledWorker[]> {
  buildPlaygroundPage()
  const folder = join(cacheFolder, await hashSources())
  return (await readBundles(folder)) ?? (await makeBundles(folder))
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    const names = await readdir(`${root}${source}`, { recursive: true }).catch(() => [''])
    for (const path of names
      .map((name) => join(root, source, name))
      .filter(isWorkerSource)
      .sort()) {
      const { size, mtimeMs } = await stat(path)
      hash.update(`${path} ${size} ${mtimeMs}\n`)
    }
  }
  return hash.digest('hex').slice(0, 16)
}

async function readBundles(folder: string): Promise<readonly BundledWorker[] | null> {
  const text = await readFile(`${folder}/workers.json`, 'utf8').catch(() => null)
  if (text === null) return null
  return (JSON.parse(text) as BundledWorker[]).map(({ modulesRoot, modules, ...rest }) => ({
    ...rest,
    modulesRoot: join(folder, modulesRoot),
    modules: modules.map(({ type, path }) => ({ type, path: join(folder, path) })),
  }))
}

/** Made beside its place, then moved: a second start at the same time never meets half of it. */
async function makeBundles(folder: string): Promise<readonly BundledWorker[]> {
  await mkdir(cacheFolder, { recursive: true })
  const draft = await mkdtemp(join(cacheFolder, 'draft-'))
  try {
    const workers = await Promise.all(CONFIGS.map((config, at) => makeBundle(config, draft, String(at))))
    await writeFile(`${draft}/workers.json`, JSON.stringify(workers))
    await forgetOlder()
    await rename(draft, folder).catch(() => {}) // somebody else was faster
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  const made = await readBundles(folder)
  if (made === null) throw new Error(`The bundles in ${folder} cannot be read`)
  return made
}

const KEPT_MS = 60 * 60 * 1000

/** Others may still run what they started a while ago. */
async function forgetOlder(): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name)
    const info = await stat(path).catch(() => null)
    if (info !== null && Date.now() - info.mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true })
  }
}

/** @returns the Worker, with paths that begin at `parent` */
async function makeBundle(config: string, parent: string, folder: string): Promise<BundledWorker> {
  await runWrangler(config, join(parent, folder))
  // wrangler tells of secrets that it finds nowhere, and of those that it finds.
  process.env.ADMIN_TOKEN ??= 'given later'
  process.env.WRANGLER_LOG ??= 'error'
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import('wrangler')
  const { name = '' } = unstable_readConfig({ config: `${root}${config}` })
  const { workerOptions } = unstable_getMiniflareWorkerOptions(`${root}${config}`)
  const { bindings = {}, modulesRules, ...rest } = workerOptions as Record<string, unknown>
  const files = await readdir(join(parent, folder))
  const entry = files.find((file) => file.endsWith('.js'))
  if (entry === undefined) throw new Error(`There is no entry among ${files.join(', ')}`)
  const wasm = files.filter((file) => file.endsWith('.wasm'))
  return {
    ...{ ...rest, name, bindings: bindings as Record<string, unknown>, modulesRoot: folder },
    modules: [
      { type: 'ESModule', path: join(folder, entry) },
      ...wasm.map((file) => ({ type: 'CompiledWasm', path: join(folder, file) })),
    ],
  }
}

async function runWrangler(config: string, folder: string): Promise<void> {
  const wrangler = fileURLToPath(new URL('../bin/wrangler.js', import.meta.resolve('wrangler')))
  const child = spawn(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', folder, '--config', `${root}${config}`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing is looked up outside: no metrics, and no banner, which would ask for a newer version.
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CI: 'true' },
    },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
    })
  }
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${config} could not be bundled:\n${said}`)
}
