/**
 * `pnpm account`: accounts and tokens, for the administrator. Talks to the server in `.wrangler/dev.json`, or to BASE_URL with
 * ADMIN_TOKEN.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const USAGE = `Usage:
  pnpm account create <name>           make an account, with a token that may write
  pnpm account token <name> [--read]   another token of an account; --read: one that may only read
  pnpm account list

Without BASE_URL and ADMIN_TOKEN in the environment, the local server of \`pnpm dev\` is meant.`

const stateFolder = process.env.STATE_DIR ?? fileURLToPath(new URL('../.wrangler', import.meta.url))

function fail(message: string): never {
  console.log(message)
  process.exit(1)
}

async function readServer(): Promise<{ baseUrl: string; secret: string }> {
  const { BASE_URL, ADMIN_TOKEN } = process.env
  if (BASE_URL !== undefined && ADMIN_TOKEN !== undefined) return { baseUrl: BASE_URL, secret: ADMIN_TOKEN }
  const read = (name: string) =>
    readFile(`${stateFolder}/${name}`, 'utf8').catch(() =>
      fail('No local server was ever started here: run `pnpm dev` first.'),
    )
  const { baseUrl } = JSON.parse(await read('dev.json')) as { baseUrl: string }
  return { baseUrl, secret: (await read('admin-token')).trim() }
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const { baseUrl, secret } = await readServer()
  const response = await fetch(`${baseUrl}/admin${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => fail(`Nothing answers on ${baseUrl}: is \`pnpm dev\` running?`))
  const answer = (await response.json()) as { success: boolean; result: T; errors: { message: string }[] }
  return answer.success ? answer.result : fail(answer.errors[0]?.message ?? `HTTP ${response.status}`)
}

interface Identity {
  readonly accountId: string
  readonly accountHash: string
  readonly zoneId: string
  readonly name: string
}

const show = ({ name, accountId, accountHash, zoneId }: Identity) =>
  console.log(
    `${name}\n  account id    ${accountId}\n  account hash  ${accountHash}\n  zone id       ${zoneId}`,
  )

async function issueToken(name: string, right: 'read' | 'write'): Promise<void> {
  const { token } = await call<{ token: string }>('POST', `/accounts/${encodeURIComponent(name)}/tokens`, {
    right,
  })
  console.log(`  ${right} token${right === 'read' ? ' ' : ''}   ${token}`)
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { read: { type: 'boolean' } } })
const [command, name] = positionals
if (command === 'list') for (const identity of await call<Identity[]>('GET', '/accounts')) show(identity)
else if (command === 'create' && name !== undefined) {
  show(await call<Identity>('PUT', `/accounts/${encodeURIComponent(name)}`))
  await issueToken(name, 'write')
} else if (command === 'token' && name !== undefined) await issueToken(name, values.read ? 'read' : 'write')
else fail(USAGE)
