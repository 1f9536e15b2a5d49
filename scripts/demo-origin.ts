import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { drawDemoPictures } from './demo-pictures.ts'

/** A host with pictures, for `/image/<options>/<source>` to take them from. */
export interface DemoOrigin {
  readonly url: string
  /** Absolute URLs of its pictures. */
  readonly pictures: readonly string[]
  close(): Promise<void>
}

const HOST = '127.0.0.1'

interface Answer {
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** @returns the port, or null when somebody has it */
const listen = (server: Server, port: number): Promise<number | null> =>
  new Promise((resolve) => {
    server.once('error', () => resolve(null))
    server.listen(port, HOST, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : null)
    })
  })

/** @param port wished for; another one is taken where it is not free */
export async function startDemoOrigin(port: number): Promise<DemoOrigin> {
  const answers = new Map<string, Answer>(
    (await drawDemoPictures()).map(({ path, mime, bytes }) => {
      const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`
      return [
        path,
        { bytes, headers: { etag, 'content-type': mime, 'cache-control': 'public, max-age=86400' } },
      ]
    }),
  )

  function answer({ url = '/', method, headers }: IncomingMessage, response: ServerResponse): void {
    const found = answers.get(new URL(url, `http://${HOST}`).pathname)
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such picture\n')
    } else if (headers['if-none-match'] === found.headers.etag) {
      response.writeHead(304, found.headers).end()
    } else {
      response.writeHead(200, { ...found.headers, 'content-length': found.bytes.length })
      response.end(method === 'HEAD' ? undefined : found.bytes)
    }
  }

  for (const wished of [port, 0]) {
    const server = createServer(answer)
    const bound = await listen(server, wished)
    if (bound === null) continue
    const url = `http://${HOST}:${bound}`
    return {
      url,
      pictures: [...answers.keys()].map((path) => `${url}${path}`),
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    }
  }
  throw new Error('no port is free for the demo origin')
}
