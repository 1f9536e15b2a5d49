import { createServer, type Server, Socket } from 'node:net'

/** Where a server listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** What clients connect to. */
export interface HttpFront {
  readonly port: number
  close(): Promise<void>
}

/**
 * Passes connections on to a local server that takes no notice of clients that leave, and tells it.
 *
 * A client that goes away closes its connection (FIN). To workerd that may as well be a client that only has no more to
 * send, and it computes the answer to its end; a reset (RST) it understands, and it cancels the request, as Cloudflare
 * does when a client leaves. Nobody speaks HTTP with half a connection, so here the one becomes the other.
 * @param target asked at every connection, since a server that is started anew may listen elsewhere
 * @param hosts addresses to listen on, all with the same port
 * @param port 0 for any
 */
export async function startHttpFront(
  target: () => Address,
  hosts: readonly string[],
  port = 0,
): Promise<HttpFront> {
  const open = new Set<Socket>()
  const servers: Server[] = []

  function relay(client: Socket): void {
    const upstream = new Socket()
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {}) // 'close' follows
    }
    const { port: targetPort, host } = target()
    upstream.connect(targetPort, host)
    client.pipe(upstream, { end: false }) // a connection that was half closed can't be reset any more
    upstream.pipe(client)
    client.once('end', () => upstream.resetAndDestroy())
    client.once('close', () => {
      open.delete(client)
      upstream.resetAndDestroy()
    })
    upstream.once('close', () => {
      open.delete(upstream)
      client.destroySoon()
    })
  }

  let bound = port
  for (const host of hosts) {
    const server = createServer({ allowHalfOpen: true }, relay)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(bound, host, resolve)
    })
    servers.push(server)
    const address = server.address()
    if (typeof address === 'object' && address !== null) bound = address.port
  }
  return {
    port: bound,
    async close() {
      for (const socket of open) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
