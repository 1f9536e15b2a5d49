import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../test/support/free-port.ts'
import { startBareSystem } from './bare-system.ts'
import { findDescendants } from './process-usage.ts'

/** A whole Tintype that is measured over HTTP, with nothing in it. */
export interface Server {
  readonly port: number
  readonly adminToken: string
  /** The processes that serve, this one not among them. */
  readonly pids: readonly number[]
  close(): Promise<void>
}

/** Without the development proxy: one workerd, on its own port. */
export async function startBareServer(): Promise<Server> {
  const { baseUrl, adminToken, pid, close } = await startBareSystem()
  return { port: Number(new URL(baseUrl).port), adminToken, pids: [pid], close }
}

const START_MS = 120_000
const END_MS = 10_000

/** `pnpm dev` as anybody would start it, but on a free port and with a state folder of its own. */
export async function startDevServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-dev-'))
  const port = await findFreePort()
  const script = fileURLToPath(new URL('../scripts/dev.ts', import.meta.url))
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: String(port), STATE_DIR: folder },
  })
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  const close = async () => {
    process.off('exit', end)
    await endProcess(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    // Written last of all: then it is up, and its account is there.
    await waitForFile(join(folder, 'dev.json'), child)
    const adminToken = readFileSync(join(folder, 'admin-token'), 'utf8').trim()
    const pids = findDescendants(child.pid ?? 0).map(({ pid }) => pid)
    return { port, adminToken, pids, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function waitForFile(path: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS
  for (;;) {
    try {
      readFileSync(path)
      return
    } catch {
      if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}`)
      if (Date.now() > deadline) throw new Error('The server did not start within two minutes')
      await sleep(200)
    }
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await ended
  clearTimeout(timer)
}
