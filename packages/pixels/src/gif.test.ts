import { describe, expect, it } from 'vitest'
import module from '../build/pixels.wasm?module'
import { decodeGif, type GifDecodeLimits, planGifDecode } from './gif-decode.ts'
import { readGifHeader } from './gif-header.ts'
import { createKernel } from './kernel.ts'

const RED = [255, 0, 0, 255]
const GREEN = [0, 255, 0, 255]
const BLUE = [0, 0, 255, 255]
const NONE = [0, 0, 0, 0]

interface Frame {
  readonly at?: readonly [x: number, y: number, width: number, height: number]
  /** Palette: 0 red, 1 green, 2 blue, 3 transparent. */
  readonly indexes: readonly number[]
  readonly disposal?: number
  readonly delay?: number
  readonly interlaced?: boolean
}

const uint16 = (value: number) => [value & 255, value >> 8]

/** LZW that never builds a string: a clear code before every second index keeps all codes at three bits. */
function lzw(indexes: readonly number[]): number[] {
  const codes = [...indexes.flatMap((index, at) => (at % 2 === 0 ? [4, index] : [index])), 5]
  const bytes: number[] = []
  codes.forEach((code, at) => {
    for (let bit = 0; bit < 3; bit++) {
      const place = at * 3 + bit
      bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (((code >> bit) & 1) << (place & 7))
    }
  })
  const blocks: number[] = []
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255)
    blocks.push(block.length, ...block)
  }
  return [2, ...blocks, 0]
}

function drawGif(width: number, height: number, frames: readonly Frame[], loops?: number): Uint8Array {
  const header = [...'GIF89a'].map((letter) => letter.charCodeAt(0))
  const palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]
  const name = [...'NETSCAPE2.0'].map((letter) => letter.charCodeAt(0))
  const repeat = loops === undefined ? [] : [0x21, 0xff, 11, ...name, 3, 1, ...uint16(loops), 0]
  const blocks = frames.flatMap(
    ({ at = [0, 0, width, height], indexes, disposal = 1, delay = 0, interlaced }) => [
      ...[0x21, 0xf9, 4, (disposal << 2) | 1, ...uint16(delay), 3, 0],
      ...[0x2c, ...at.flatMap(uint16), interlaced ? 0x40 : 0],
      ...lzw(indexes),
    ],
  )
  return Uint8Array.from([
    ...header,
    ...uint16(width),
    ...uint16(height),
    0x81,
    0,
    0,
    ...palette,
    ...repeat,
    ...blocks,
    0x3b,
  ])
}

async function decode(file: Uint8Array, limits: GifDecodeLimits = {}) {
  const plan = planGifDecode(readGifHeader(file).header, limits)
  const kernel = createKernel(module)
  const frames: number[][] = []
  const decoding = decodeGif(kernel, [file], plan)
  while (true) {
    const { done, value } = await decoding.next()
    expect(kernel.peakBytes()).toBeLessThanOrEqual(plan.priceBytes)
    if (done) return { frames, ...value }
    const { pointer, width, height } = value.raster
    frames.push([...kernel.bytes(pointer, width * height * 4)])
  }
}

const failure = (reason: string) => expect.objectContaining({ name: 'PixelError', reason })

describe('the GIF decoder', () => {
  it.each([
    [1, [...GREEN, ...BLUE]],
    [2, [...NONE, ...BLUE]],
    [3, [...RED, ...BLUE]],
  ])('leaves the canvas as disposal method %i says', async (disposal, third) => {
    const { frames } = await decode(
      drawGif(2, 1, [
        { indexes: [0, 0] },
        { at: [0, 0, 1, 1], indexes: [1], disposal },
        { at: [1, 0, 1, 1], indexes: [2] },
      ]),
    )
    expect(frames).toEqual([[...RED, ...RED], [...GREEN, ...RED], third])
  })

  it('takes one canvas for the last frame that it draws, whatever that would restore', async () => {
    const [width, height] = [400, 300]
    const frame = { indexes: new Array<number>(width * height).fill(1), disposal: 3 }
    const file = drawGif(width, height, [frame, frame])
    const { header } = readGifHeader(file)
    const one = planGifDecode(header, { frames: 1 }).priceBytes
    expect(planGifDecode(header).priceBytes - one).toBeGreaterThanOrEqual(width * height * 4 - 65_536)
    expect(one).toBe(planGifDecode({ ...header, restoresPrevious: false }, { frames: 1 }).priceBytes)
    const { frames } = await decode(file, { frames: 1 }) // compares its peak with its price
    expect(frames).toHaveLength(1)
  })

  it('draws nothing for the transparent index', async () => {
    const { frames } = await decode(drawGif(2, 1, [{ indexes: [0, 3] }, { indexes: [3, 1] }]))
    expect(frames).toEqual([
      [...RED, ...NONE],
      [...RED, ...GREEN],
    ])
  })

  it('reorders interlaced lines', async () => {
    const shown = Array.from({ length: 13 }, (_, y) => y % 3)
    const order = [0, 8, 4, 12, 2, 6, 10, 1, 3, 5, 7, 9, 11]
    const file = drawGif(1, 13, [{ indexes: order.map((y) => shown[y] as number), interlaced: true }])
    const { frames } = await decode(file)
    expect(frames[0]).toEqual(shown.flatMap((index) => [RED, GREEN, BLUE][index] as number[]))
  })

  it('clips frames that reach beyond the canvas', async () => {
    const { frames, truncated } = await decode(
      drawGif(2, 2, [
        { indexes: [0, 0, 0, 0] },
        { at: [1, 1, 2, 2], indexes: [1, 2, 2, 2] },
        { at: [9, 9, 1, 1], indexes: [1] },
      ]),
    )
    expect(frames[1]).toEqual([...RED, ...RED, ...RED, ...GREEN])
    expect(frames[2]).toEqual(frames[1])
    expect(truncated).toBe(false)
  })

  it('knows frames, delays and plays from the header', () => {
    const frames = [{ indexes: [0], delay: 7 }, { indexes: [1] }]
    const { header, complete } = readGifHeader(drawGif(1, 1, frames, 2))
    expect(complete).toBe(true)
    expect(header).toMatchObject({ width: 1, height: 1, frameCount: 2, delaysMs: [70, 0], loopCount: 3 })
    expect(readGifHeader(drawGif(1, 1, frames, 0)).header.loopCount).toBe(0)
    expect(readGifHeader(drawGif(1, 1, frames)).header.loopCount).toBe(1)
  })

  it('shows frames and lines up to where the data breaks off', async () => {
    const file = drawGif(1, 4, [{ indexes: [0, 0, 0, 0] }, { indexes: [1, 1, 1, 1] }])
    const header = readGifHeader(file)
    const cut = file.slice()
    cut[cut.length - 4] = 0xff // codes that cannot follow a clear code
    const { frames, truncated } = await decode(cut)
    expect(header.header.frameCount).toBe(2)
    expect(truncated).toBe(true)
    expect(frames[0]).toEqual([...RED, ...RED, ...RED, ...RED])
    expect(frames[1]?.slice(0, 4)).toEqual(GREEN)
  })

  it('refuses what is no GIF, has no frame, or is over a limit', async () => {
    const file = drawGif(3, 3, [{ indexes: [0] }])
    expect(() => readGifHeader(Uint8Array.from([1, ...file.subarray(1)]))).toThrow(failure('corrupt'))
    expect(() => readGifHeader(file.subarray(0, 20))).toThrow(failure('truncated'))
    const { header } = readGifHeader(file)
    expect(() => planGifDecode(header, { maxPixels: 8 })).toThrow(failure('too-large'))
    expect(() => planGifDecode({ ...header, frameCount: 2000 })).toThrow(failure('too-large'))
  })
})

it('costs the largest of its frames when each is worked on in a scope of its own', async () => {
  const frames = Array.from({ length: 20 }, (_, i) => ({
    indexes: Array.from({ length: 10 * 8 }, (_, at) => (at + i) % 4),
    disposal: 1 + (i % 3),
  }))
  const file = drawGif(10, 8, frames)
  const plan = planGifDecode(readGifHeader(file).header)
  const kernel = createKernel(module)
  const seen: number[][] = []
  let afterFirst = 0
  for await (const { raster } of decodeGif(kernel, [file], plan)) {
    await kernel.scope(async () => {
      const blurred = kernel.exports.allocate(raster.width * raster.height * 4)
      kernel.exports.allocate(100_000)
      seen.push([...kernel.bytes(raster.pointer, 10 * 8 * 4)])
      expect(kernel.bytes(blurred, 16).every((byte) => byte === 0)).toBe(true)
    })
    if (seen.length === 4) afterFirst = kernel.peakBytes()
  }
  expect(seen).toEqual((await decode(file)).frames)
  expect(seen).toHaveLength(20)
  expect(kernel.peakBytes()).toBe(afterFirst)
})
