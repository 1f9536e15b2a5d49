import { describe, expect, it } from 'vitest'
import module from '../build/pixels.wasm?module'
import { decodeGif, planGifDecode } from './gif-decode.ts'
import { createGifEncoder, largestGif, priceGifEncode } from './gif-encode.ts'
import { readGifHeader } from './gif-header.ts'
import { createKernel } from './kernel.ts'

type Pixels = Uint8Array<ArrayBuffer>

const KERNEL_BYTES = 131_072

function encode(width: number, height: number, frames: readonly Pixels[], quality = 100, plays = 0) {
  const kernel = createKernel(module)
  const encoder = createGifEncoder(kernel, { width, height, plays, quality })
  const pointer = kernel.exports.allocate(width * height * 4)
  const pieces: Uint8Array[] = []
  frames.forEach((pixels, i) => {
    kernel.bytes(pointer, pixels.length).set(pixels)
    pieces.push(...encoder.add({ kernel, pointer, width, height }, 10 * (i + 1)))
  })
  pieces.push(...encoder.end())
  const file = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    file.set(piece, at)
    at += piece.length
  }
  expect(kernel.peakBytes()).toBeLessThanOrEqual(
    KERNEL_BYTES + priceGifEncode(width, height) + width * height * 4,
  )
  expect(file.length).toBeLessThanOrEqual(largestGif(width, height, frames.length))
  return file
}

async function decode(file: Uint8Array) {
  const { header } = readGifHeader(file)
  const kernel = createKernel(module)
  const frames: Pixels[] = []
  const decoding = decodeGif(kernel, [file], planGifDecode(header))
  for (;;) {
    const { done, value } = await decoding.next()
    if (done) {
      expect(value.truncated).toBe(false)
      return { frames, header }
    }
    const { pointer, width, height } = value.raster
    frames.push(kernel.bytes(pointer, width * height * 4).slice())
  }
}

let state = 7
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

/** Each frame is the one before with some rectangles of other colours, or of nothing. */
function randomFrames(width: number, height: number, count: number, colours: number): Pixels[] {
  const palette = Array.from({ length: colours }, () => [random(256), random(256), random(256)])
  let before = new Uint8Array(width * height * 4)
  return Array.from({ length: count }, () => {
    const frame = before.slice()
    for (let rectangles = random(4); rectangles > 0; rectangles--) {
      const [left, top] = [random(width), random(height)]
      const [right, bottom] = [left + random(width - left + 1), top + random(height - top + 1)]
      const isEmpty = random(3) === 0
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const [red = 0, green = 0, blue = 0] = palette[random(random(4) === 0 ? colours : 2)] ?? []
          frame.set(isEmpty ? [0, 0, 0, 0] : [red, green, blue, 255], (y * width + x) * 4)
        }
      }
    }
    before = frame
    return frame
  })
}

describe('the GIF encoder', () => {
  it('gives back frames of few colours as they were, whatever appears and disappears', async () => {
    for (let round = 0; round < 150; round++) {
      const [width, height] = [1 + random(40), 1 + random(40)]
      const frames = randomFrames(width, height, 1 + random(7), 2 + random(200))
      const { frames: decoded, header } = await decode(encode(width, height, frames))
      expect(header).toMatchObject({ width, height, frameCount: frames.length })
      expect(header.delaysMs).toEqual(frames.map((_, i) => 10 * (i + 1)))
      for (const [i, frame] of frames.entries()) expect(decoded[i]).toEqual(frame)
    }
  })

  it.each([0, 1, 2, 17, 65_536])('is played %i times', async (plays) => {
    const { header } = await decode(encode(3, 2, randomFrames(3, 2, 2, 4), 90, plays))
    expect(header.loopCount).toBe(plays)
  })

  it('is opaque from half of the alpha on', async () => {
    const frame = Uint8Array.of(9, 8, 7, 127, 9, 8, 7, 128, 9, 8, 7, 255, 9, 8, 7, 0)
    const { frames } = await decode(encode(4, 1, [frame]))
    expect([...(frames[0] ?? [])]).toEqual([0, 0, 0, 0, 9, 8, 7, 255, 9, 8, 7, 255, 0, 0, 0, 0])
  })

  it('writes long runs, noise and full code tables that read back whole', async () => {
    const side = 300
    const noise = Uint8Array.from({ length: side * side * 4 }, (_, i) => (i % 4 === 3 ? 255 : random(4) * 80))
    const flat = new Uint8Array(side * side * 4).fill(255)
    const { frames } = await decode(encode(side, side, [noise, flat, noise]))
    for (const [i, frame] of [noise, flat, noise].entries()) expect(frames[i]).toEqual(frame)
  })

  it('dithers by place: what stands still does not flicker, and the mean colour stays', async () => {
    const [width, height] = [64, 64]
    const ramp = (shift: number) =>
      Uint8Array.from({ length: width * height * 4 }, (_, i) => {
        const [x, y, channel] = [(i >> 2) % width, Math.floor((i >> 2) / width), i & 3]
        if (channel === 3) return 255
        const colour = x < 32 ? [x * 8, y * 4, (x * y) & 255] : [(x * 4 + shift) & 255, y * 4, 77]
        return colour[channel] ?? 0
      }) as Pixels
    const inputs = [ramp(0), ramp(9), ramp(18)]
    const { frames } = await decode(encode(width, height, inputs, 85))
    const left = (frame: Pixels | undefined) => frame?.filter((_, i) => (i >> 2) % width < 32)
    expect(left(frames[1])).toEqual(left(frames[0]))
    expect(left(frames[2])).toEqual(left(frames[0]))
    for (const [i, input] of inputs.entries()) {
      const frame = frames[i] as Pixels
      let sum = 0
      let squares = 0
      input.forEach((value, at) => {
        const difference = (frame[at] as number) - value
        sum += difference
        squares += difference * difference
      })
      expect(Math.abs(sum / input.length)).toBeLessThan(0.5)
      expect(Math.sqrt(squares / input.length)).toBeLessThan(12)
    }
  })
})
