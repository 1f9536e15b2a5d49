import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const ANSWER_MS = 20_000

/** A connection to one isolate of workerd, in the DevTools protocol. */
export interface Inspector {
  /** @throws Error when no answer comes */
  send(method: string, params?: object): Promise<unknown>
  close(): void
}

/** An isolate that an inspector can look into: a Worker of ours, or one of Miniflare's stores. */
export interface Target {
  /** The name of its service, such as `core:user:tintype` or `r2:bucket`. */
  readonly id: string
  readonly webSocketDebuggerUrl: string
}

/** Everything behind an inspector's port. */
export async function listTargets(port: number): Promise<Target[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/json`, { signal: AbortSignal.timeout(ANSWER_MS) })
  return (await answer.json()) as Target[]
}

export async function connectInspector({ id, webSocketDebuggerUrl }: Target): Promise<Inspector> {
  const socket = new WebSocket(webSocketDebuggerUrl)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`The inspector of ${id} cannot be reached`)))
    AbortSignal.timeout(ANSWER_MS).addEventListener('abort', reject)
  })
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  let last = 0
  return {
    send: (method, params = {}) =>
      new Promise<unknown>((resolve, reject) => {
        const number = ++last
        const timer = setTimeout(
          () => reject(new Error(`The inspector left ${method} unanswered`)),
          ANSWER_MS,
        )
        waiting.set(number, (result) => {
          clearTimeout(timer)
          waiting.delete(number)
          resolve(result)
        })
        socket.send(JSON.stringify({ id: number, method, params }))
      }),
    close: () => socket.close(),
  }
}

/**
 * The port of a workerd's own inspector, found among those it listens on: Miniflare shows one that hides its stores.
 * @returns null where there is no `/proc`, or no inspector
 */
export async function findInspectorPort(pid: number): Promise<number | null> {
  for (const port of listeningPorts(pid)) {
    const targets = await listTargets(port).catch(() => null)
    if (Array.isArray(targets)) return port
  }
  return null
}

const LISTENING = '0A'

function listeningPorts(pid: number): number[] {
  try {
    const sockets = new Set(
      readdirSync(`/proc/${pid}/fd`).map((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1]
        } catch {
          return undefined // it was closed meanwhile
        }
      }),
    )
    // Columns of proc(5): address and port in hexadecimal 1, state 3, inode 9.
    return readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTENING && sockets.has(fields[9]))
      .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16))
  } catch {
    return []
  }
}
