/**
 * `pnpm dev`: build the kernel and the codecs, start every Worker on one port with persistent local state, make the demo account, and
 * print how to use it. Ends with the Workers, and takes them down when it is ended itself.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { watch } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isWorkerSource } from './bundle-workers.ts'
import { type DemoOrigin, startDemoOrigin } from './demo-origin.ts'
import { type LocalWorkers, type PlaygroundSession, startLocalWorkers } from './local-workers.ts'

const ACCOUNT_NAME = 'demo'
const START_TIMEOUT_MS = 120_000
const root = fileURLToPath(new URL('..', import.meta.url))

/** What `.wrangler/dev.json` holds for scripts and tests; its form is fixed by docs/architecture.md. */
interface DevSettings {
  readonly baseUrl: string
  readonly apiBaseUrl: string
  readonly deliveryBaseUrl: string
  readonly accountId: string
  readonly accountHash: string
  readonly zoneId: string
  readonly apiToken: string
  readonly signingKey: string
  /** A host of drawn pictures, from which the demo zone may take them. */
  readonly demoOriginUrl: string
}

function readPort(): number {
  const port = Number(process.env.PORT ?? 8787)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  console.log(`PORT must be a number from 1 to 65535, not "${process.env.PORT}"`)
  process.exit(1)
}

const port = readPort()
const baseUrl = `http://localhost:${port}`
/** Where everything local lives; STATE_DIR names another place, for tests and second servers. */
const stateFolder = process.env.STATE_DIR ?? `${root}.wrangler`
const settingsFile = `${stateFolder}/dev.json`
const secretsFile = `${stateFolder}/admin-token`

const readIfThere = (path: string) => readFile(path, 'utf8').catch(() => null)

/** Written beside its place, then moved: a reader never meets half a file. */
async function writePrivately(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** The administrator's secret of this checkout; made at the first start. */
async function adminToken(): Promise<string> {
  const known = (await readIfThere(secretsFile))?.trim()
  if (known) return known
  const token = randomBytes(32).toString('base64url')
  await writePrivately(secretsFile, `${token}\n`)
  return token
}

function run(script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${root}scripts/${script}`], { stdio: 'inherit' })
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${script} failed`))))
  })
}

/** Ends with a sentence when somebody listens already: another server's answers must not be taken for ours. */
async function refuseTakenPort(): Promise<void> {
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, 'localhost', () => probe.close(() => resolve(true)))
  })
  if (isFree) return
  console.log(`Port ${port} is in use. Stop what listens there, or choose another: PORT=8788 pnpm dev`)
  process.exit(1)
}

async function waitUntilUp(): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const answer = await fetch(`${baseUrl}/healthz`).catch(() => null)
    if (answer?.ok) return
    if (Date.now() > deadline) throw new Error(`nothing answered on ${baseUrl} within two minutes`)
    await sleep(150)
  }
}

/** Call the API. @throws Error with the API's own sentence */
async function call<T>(method: string, path: string, token: string, body?: object): Promise<T> {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as { success: boolean; result: T; errors: { message: string }[] }
  if (!answer.success) throw new Error(`${method} ${path}: ${answer.errors[0]?.message}`)
  return answer.result
}

/** The demo account: made once, found again at every later start, with the token it already had if that still works. */
async function openDemoAccount(secret: string, demoOriginUrl: string): Promise<DevSettings> {
  type Identity = { accountId: string; accountHash: string; zoneId: string }
  const identity = await call<Identity>('PUT', `/admin/accounts/${ACCOUNT_NAME}`, secret)
  const { accountId, accountHash, zoneId } = identity
  const keysPath = `/client/v4/accounts/${accountId}/images/v1/keys`
  const keysWith = (token: string) => call<{ keys: { value: string }[] }>('GET', keysPath, token)

  const known = JSON.parse((await readIfThere(settingsFile)) ?? '{}') as Partial<DevSettings>
  let apiToken = known.accountId === accountId ? (known.apiToken ?? '') : ''
  if (apiToken === '' || (await keysWith(apiToken).catch(() => null)) === null) {
    const tokensPath = `/admin/accounts/${ACCOUNT_NAME}/tokens`
    apiToken = (await call<{ token: string }>('POST', tokensPath, secret, { right: 'write', name: 'dev' }))
      .token
  }
  const { keys } = await keysWith(apiToken)
  return {
    ...{ baseUrl, apiBaseUrl: `${baseUrl}/client/v4`, deliveryBaseUrl: baseUrl },
    ...{ accountId, accountHash, zoneId, apiToken, signingKey: keys[0]?.value ?? '', demoOriginUrl },
  }
}

/** What a zone may take pictures from at first: this machine, and from its own host those of the demo origin. */
async function openDemoZone(secret: string, { zoneId, apiToken, demoOriginUrl }: DevSettings): Promise<void> {
  const accountPath = `/admin/accounts/${ACCOUNT_NAME}`
  const { origin } = await call<{ origin: string | null }>('GET', accountPath, secret)
  // Somebody may have set another one; one on this machine is an earlier demo origin, whose port was another.
  if (origin === null || new URL(origin).hostname === '127.0.0.1') {
    await call('PATCH', accountPath, secret, { origin: demoOriginUrl })
  }
  const originsPath = `/client/v4/zones/${zoneId}/settings/transformations_allowed_origins`
  const { value } = await call<{ value: string }>('GET', originsPath, apiToken)
  if (value === '') await call('PATCH', originsPath, apiToken, { value: '127.0.0.1,localhost,[::1]' })
}

function printUsage(settings: DevSettings): void {
  const { apiBaseUrl, deliveryBaseUrl, accountId, accountHash, zoneId, apiToken, demoOriginUrl } = settings
  console.log(`
Tintype is running.

  API           ${apiBaseUrl}
  Delivery      ${deliveryBaseUrl}/${accountHash}/<image id>/<variant>
  Account id    ${accountId}
  Account hash  ${accountHash}
  Zone id       ${zoneId}
  API token     ${apiToken}
  Demo origin   ${demoOriginUrl}  (/card.png, /photo.jpg, /anim.gif, /logo.svg)
  Playground    ${deliveryBaseUrl}/playground

Upload a picture (put your own file in the place of photo.jpg):

  curl -X POST ${apiBaseUrl}/accounts/${accountId}/images/v1 \\
    -H "Authorization: Bearer ${apiToken}" \\
    -F id=hello -F file=@photo.jpg

Then open it in a browser (an id is taken once: give the next picture another, or none):

  ${deliveryBaseUrl}/${accountHash}/hello/public

Transform a picture of the demo origin:

  ${deliveryBaseUrl}/image/w=300/photo.jpg

The same values are in ${settingsFile.replace(root, '')}. Ctrl-C stops; the next start finds the same account and images.
`)
}

/** Bundle and start the Workers anew whenever somebody has edited them. An error in the code leaves the old ones running. */
async function reloadOnEdit(workers: LocalWorkers): Promise<void> {
  let edits = 0
  for (const path of ['workers', 'packages', 'wrangler.toml']) {
    watch(`${root}${path}`, { recursive: true }, (_, name) => {
      if (isWorkerSource(name ?? '')) edits += 1
    })
  }
  for (let seen = 0; ; await sleep(100)) {
    if (edits === seen) continue
    seen = edits
    await workers.reload().then(
      () => console.log('The Workers were started anew.'),
      (error: unknown) => console.log(error instanceof Error ? error.message : error),
    )
  }
}

/** Take the Workers down when this process is told to end. */
function endOnSignal(workers: LocalWorkers, origin: DemoOrigin): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => Promise.all([workers.close(), origin.close()]).finally(() => process.exit(0)))
  }
}

await refuseTakenPort()
await mkdir(stateFolder, { recursive: true })
await run('build-kernel.ts')
await run('build-codecs.ts')
let playground: PlaygroundSession | null = null
try {
  const secret = await adminToken()
  const origin = await startDemoOrigin(port + 1)
  const workers = await startLocalWorkers({
    stateFolder: `${stateFolder}/state/v3`, // where wrangler keeps it too
    adminToken: secret,
    port,
    playground: () => playground,
  })
  endOnSignal(workers, origin)
  await waitUntilUp()
  const settings = await openDemoAccount(secret, origin.url)
  await openDemoZone(secret, settings)
  playground = { ...settings, demoPictures: origin.pictures }
  await writePrivately(settingsFile, `${JSON.stringify(settings, null, 2)}\n`)
  printUsage(settings)
  reloadOnEdit(workers)
} catch (error) {
  console.log(`Tintype could not start: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}
