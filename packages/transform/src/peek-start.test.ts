import { describe, expect, it } from 'vitest'
import { peekStart } from './peek-start.ts'
import { streamOf } from './sample-rasters.ts'

const BYTES = Uint8Array.from({ length: 5000 }, (_, i) => i % 251)
const readAll = async (body: ReadableStream) => new Uint8Array(await new Response(body).arrayBuffer())

describe('peekStart', () => {
  it.each([0, 1, 1000, 1001, 5000, 9999])('sees %i bytes and loses none', async (wanted) => {
    const { start, body } = await peekStart(streamOf(BYTES, 1000), wanted)
    expect(start.length).toBe(Math.min(Math.ceil(wanted / 1000) * 1000, 5000))
    expect(start).toEqual(BYTES.subarray(0, start.length))
    expect(await readAll(body)).toEqual(BYTES)
  })

  it('takes an empty stream', async () => {
    const { start, body } = await peekStart(streamOf(new Uint8Array(0)), 10)
    expect(start.length).toBe(0)
    expect((await readAll(body)).length).toBe(0)
  })

  it('hands a failure of the stream to the reader', async () => {
    let pulls = 0
    const failing = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls += 1
        if (pulls === 1) controller.enqueue(new Uint8Array(10))
        else controller.error(new Error('lost'))
      },
    })
    const { body } = await peekStart(failing, 5)
    await expect(readAll(body)).rejects.toThrow('lost')
  })
})
