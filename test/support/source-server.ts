import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** What a path of a {@link SourceServer} answers. */
export type SourceHandler = (request: IncomingMessage, response: ServerResponse) => void

/** A host that pictures are taken from, on this machine, whose answers a test decides. */
export interface SourceServer {
  readonly url: string
  readonly port: number
  /** Every request so far, in order. */
  readonly asked: IncomingMessage[]
  /** What a path answers from now on; every other one is 404. */
  on(path: string, handler: SourceHandler): void
  close(): Promise<void>
}

export async function startSourceServer(): Promise<SourceServer> {
  const handlers = new Map<string, SourceHandler>()
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    const handler = handlers.get(new URL(request.url ?? '/', 'http://source').pathname)
    if (handler === undefined) response.writeHead(404).end('not here')
    else handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    on: (path, handler) => void handlers.set(path, handler),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Answers a picture with these headers, and its length. */
export const picture =
  (bytes: Uint8Array, headers: Record<string, string> = {}): SourceHandler =>
  (_, response) =>
    void response.writeHead(200, { 'content-length': bytes.length, ...headers }).end(bytes)
