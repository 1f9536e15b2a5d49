import { describe, expect, it } from 'vitest'
import { sampleGif, sampleJpeg, samplePng } from './header/sample-pictures.ts'
import { judgeOriginal } from './judge-original.ts'

const limits = { accepted: new Set(['jpeg', 'png'] as const), maxBytes: 10_000 }

/** A stream of these bytes in pieces, and how far it was read. */
function streamOf(bytes: Uint8Array, pieceBytes = 7) {
  const state = { readBytes: 0, isCancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (state.readBytes >= bytes.length) return controller.close()
        controller.enqueue(bytes.slice(state.readBytes, state.readBytes + pieceBytes))
        state.readBytes = Math.min(bytes.length, state.readBytes + pieceBytes)
      },
      cancel() {
        state.isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, state }
}
const bytesOf = async (body: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(body).arrayBuffer())

describe('judging an original', () => {
  it.each([
    ['a whole file', samplePng(), false],
    ['a PNG without IEND', samplePng().slice(0, -12), true],
    ['a JPEG without its end marker', sampleJpeg().slice(0, -2), true],
  ])('says whether its end may be missing: %s', async (_, bytes, missesEnd) => {
    const judged = judgeOriginal(streamOf(bytes).body, limits)
    await bytesOf(judged.body)
    await judged.facts
    expect(judged.missesEnd()).toBe(missesEnd)
  })

  it('passes its bytes on and says what they are', async () => {
    const picture = sampleJpeg({ width: 30, height: 20 })
    let steps = 0
    const judged = judgeOriginal(streamOf(picture).body, { ...limits, onProgress: () => steps++ })
    expect(await bytesOf(judged.body)).toEqual(picture)
    expect(await judged.facts).toMatchObject({
      format: 'jpeg',
      width: 30,
      height: 20,
      sizeBytes: picture.length,
    })
    expect(steps).toBe(Math.ceil(picture.length / 7))
  })
  it('takes the largest size and not a byte more', async () => {
    const picture = samplePng()
    const padded = (sizeBytes: number) => {
      const bytes = new Uint8Array(sizeBytes)
      bytes.set(picture)
      return streamOf(bytes, 500).body
    }
    const judged = judgeOriginal(padded(limits.maxBytes), limits)
    await bytesOf(judged.body)
    expect((await judged.facts).sizeBytes).toBe(10_000)
    const over = judgeOriginal(padded(limits.maxBytes + 1), limits)
    await expect(bytesOf(over.body)).rejects.toMatchObject({ kind: 'uploadTooLarge' })
    await expect(over.facts).rejects.toMatchObject({ kind: 'uploadTooLarge' })
  })
  it.each<[string, Uint8Array, RegExp]>([
    ['a format that is not accepted', sampleGif(), /GIF/],
    ['no picture', new TextEncoder().encode('hello'.repeat(2000)), /not an image/],
    ['a picture cut short', samplePng().slice(0, -14), /ends before/],
    ['nothing', new Uint8Array(0), /empty/],
  ])('refuses %s, through its bytes and its facts', async (_, bytes, why) => {
    const { body, facts } = judgeOriginal(streamOf(bytes).body, limits)
    await expect(bytesOf(body)).rejects.toThrow(why)
    await expect(facts).rejects.toMatchObject({ kind: 'unsupportedImage' })
  })
  it('reads nothing ahead, and leaves the rest unread when it refuses', async () => {
    const { body, state } = streamOf(new TextEncoder().encode('hello'.repeat(2000)), 100)
    const judged = judgeOriginal(body, limits)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(state.readBytes).toBe(0)
    await expect(bytesOf(judged.body)).rejects.toThrow()
    expect(state.readBytes).toBeLessThan(5000)
  })
  it.each<[string, Uint8Array]>([
    ['too large', new Uint8Array([...samplePng(), ...new Uint8Array(limits.maxBytes)])],
    ['no picture', new TextEncoder().encode('hello'.repeat(2000))],
    ['of a format that is not accepted', new Uint8Array([...sampleGif(), ...new Uint8Array(9000)])],
  ])('lets its source go when it is %s', async (_, bytes) => {
    const { body, state } = streamOf(bytes, 500)
    await expect(bytesOf(judgeOriginal(body, limits).body)).rejects.toThrow()
    expect(state.isCancelled).toBe(true)
  })
  it('fails as its source fails, and lets the source go when nobody wants the bytes', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('gone')),
    })
    const judged = judgeOriginal(broken, limits)
    await expect(bytesOf(judged.body)).rejects.toThrow('gone')
    await expect(judged.facts).rejects.toThrow('gone')
    const { body, state } = streamOf(samplePng())
    const unwanted = judgeOriginal(body, limits)
    await unwanted.body.cancel(new Error('unwanted'))
    await expect(unwanted.facts).rejects.toThrow('unwanted')
    expect(state.isCancelled).toBe(true)
  })
})
