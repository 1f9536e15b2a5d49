import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a path of an origin answers with. */
export interface OriginAnswer {
  readonly status?: number
  readonly type?: string
  readonly body: Uint8Array | string
  readonly headers?: Record<string, string>
}

/** A request that came to an origin. */
export interface SeenRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** An origin of drawn pictures on this machine. */
export interface PictureOrigin {
  readonly url: string
  /** All that came since the last look. */
  takeSeen(): SeenRequest[]
  close(): Promise<void>
}

/** @param answer null: 404 */
export async function startPictureOrigin(
  answer: (request: SeenRequest) => OriginAnswer | null,
): Promise<PictureOrigin> {
  let seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    const asked = { path: request.url ?? '/', headers: request.headers }
    seen.push(asked)
    const { status = 200, type = 'image/png', body, headers = {} } = answer(asked) ?? NOTHING
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeSeen() {
      const taken = seen
      seen = []
      return taken
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const NOTHING: OriginAnswer = { status: 404, type: 'text/plain', body: 'nothing here\n' }
