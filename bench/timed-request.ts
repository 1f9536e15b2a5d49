import { type Agent, request } from 'node:http'

/** An answer, and how long it took. */
export interface TimedAnswer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Buffer
  /** From sending the request to the last byte of its answer. */
  readonly ms: number
}

/** Where a request goes, and what it says besides its body. */
export interface TimedRequest {
  readonly agent: Agent
  readonly port: number
  readonly method: string
  readonly path?: string
  readonly headers?: Record<string, string>
}

/** Far longer than any case takes. */
const ANSWER_MS = 60_000

/** A request to this machine, over a connection that the agent keeps open. @throws Error when no answer comes */
export function sendTimed(
  { agent, port, method, path = '/', headers = {} }: TimedRequest,
  body: Uint8Array | string = '',
): Promise<TimedAnswer> {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  const since = performance.now()
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { agent, host: '127.0.0.1', port, method, path, headers: { ...headers, 'content-length': length } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
            ms: performance.now() - since,
          }),
        )
      },
    )
    outgoing.setTimeout(ANSWER_MS, () => outgoing.destroy(new Error('no answer came within a minute')))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
