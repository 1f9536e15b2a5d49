import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpFront, startHttpFront } from '../../scripts/http-front.ts'

/** A server that answers every line with itself, and notes how its connections end. */
const ends: string[] = []
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('data', (chunk) => socket.write(chunk))
  socket.on('end', () => ends.push('half closed'))
  socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? 'error'))
})
let front: HttpFront

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  front = await startHttpFront(() => ({ host: '127.0.0.1', port }), ['127.0.0.1'])
})
afterAll(async () => {
  await front.close()
  server.close()
})

const open = () =>
  new Promise<Socket>((resolve) => {
    const socket = connect(front.port, '127.0.0.1', () => resolve(socket))
  })
const read = (socket: Socket, length: number) =>
  new Promise<number>((resolve) => {
    let seen = 0
    socket.on('data', (chunk) => {
      seen += chunk.length
      if (seen >= length) resolve(seen)
    })
  })

describe('the front of local Workers', () => {
  it('passes bytes on both ways, however many', async () => {
    const socket = await open()
    const bytes = Buffer.alloc(5_000_000, 'x')
    const whole = read(socket, bytes.length)
    socket.write(bytes)
    expect(await whole).toBe(bytes.length)
    socket.destroy()
  })

  it.each([
    ['closes its connection', (socket: Socket) => socket.destroy()],
    ['closes its half of it', (socket: Socket) => socket.end()],
    ['resets it', (socket: Socket) => socket.resetAndDestroy()],
  ])('resets the connection of a client that %s', async (_, leave) => {
    const socket = await open()
    socket.on('error', () => {})
    const answer = read(socket, 5)
    socket.write('hello')
    await answer
    const before = ends.length
    leave(socket)
    await expect.poll(() => ends.slice(before)).toEqual(['ECONNRESET'])
  })
})
