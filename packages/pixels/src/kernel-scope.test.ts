import { describe, expect, it } from 'vitest'
import { drawJpeg } from '../../../test/support/draw-jpeg.ts'
import module from '../build/pixels.wasm?module'
import { blur } from './blur.ts'
import { decodeJpeg } from './jpeg-decode.ts'
import { encodeJpeg } from './jpeg-encode.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { planJpegDecode } from './jpeg-plan.ts'
import { createKernel, type Kernel, type KernelRaster } from './kernel.ts'
import { decodePng, planPngDecode } from './png-decode.ts'
import { encodePng } from './png-encode.ts'
import { readPngHeader } from './png-header.ts'
import { createResizer, planResize } from './resize.ts'

const COLOUR = [
  [2, 2],
  [1, 1],
  [1, 1],
] as const

function draw(kernel: Kernel, width: number, height: number, isOpaque: boolean): KernelRaster {
  const pointer = kernel.exports.allocate(width * height * 4)
  const bytes = kernel.bytes(pointer, width * height * 4)
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = isOpaque && i % 4 === 3 ? 255 : (i * i * 7 + (i >> 6)) & 255
  return { kernel, pointer, width, height }
}
const bytesOf = ({ kernel, pointer, width, height }: KernelRaster) =>
  kernel.bytes(pointer, width * height * 4).slice()
const joined = (pieces: Iterable<Uint8Array>) => Uint8Array.from([...pieces].flatMap((piece) => [...piece]))

async function jpeg(kernel: Kernel, file: Uint8Array, width: number, height: number) {
  const plan = planJpegDecode(readJpegHeader(file), { outWidth: width, outHeight: height })
  const { raster, truncated } = await decodeJpeg(kernel, file, plan)
  return [truncated, ...bytesOf(raster)]
}
async function png(kernel: Kernel, file: Uint8Array, size?: { outWidth: number; outHeight: number }) {
  const plan = planPngDecode(readPngHeader(file).header, size === undefined ? {} : { resize: size })
  const { raster, ...faults } = await decodePng(kernel, [file], plan)
  return [faults, ...bytesOf(raster)]
}

const BASELINE = drawJpeg({ width: 70, height: 45, factors: COLOUR, restartInterval: 3 })
const SPLIT = drawJpeg({ width: 60, height: 50, factors: COLOUR, isSplit: true })
/** Its entropy-coded data is cut, and holds codes that no table defines. */
const DAMAGED = BASELINE.slice(0, BASELINE.length / 2).fill(0xfe, BASELINE.length / 2 - 40)
const PNG = joined(encodePng(draw(createKernel(module), 70, 41, false)))
const OPAQUE_PNG = joined(encodePng(draw(createKernel(module), 33, 20, true)))

/** All that a kernel can do, each job with an answer that can be compared. */
const JOBS: Record<string, (kernel: Kernel) => unknown> = {
  'a JPEG': (kernel) => jpeg(kernel, BASELINE, 70, 45),
  'a small JPEG': (kernel) => jpeg(kernel, BASELINE, 11, 7),
  'a JPEG of several scans': (kernel) => jpeg(kernel, SPLIT, 40, 33),
  'a damaged JPEG': (kernel) => jpeg(kernel, DAMAGED, 70, 45),
  'a PNG': (kernel) => png(kernel, PNG),
  'a small PNG': (kernel) => png(kernel, OPAQUE_PNG, { outWidth: 9, outHeight: 5 }),
  'a cut PNG': (kernel) => png(kernel, PNG.slice(0, PNG.length / 2)),
  'a blur': (kernel) => {
    const raster = draw(kernel, 40, 30, false)
    blur(raster, 5)
    return [...bytesOf(raster)]
  },
  'encoding a JPEG': (kernel) => [
    ...encodeJpeg(draw(kernel, 50, 37, true), { quality: 80, progressive: true }),
  ],
  'encoding a PNG': (kernel) => [...joined(encodePng(draw(kernel, 80, 37, false)))],
  'encoding a PNG of few colours': (kernel) => [
    ...joined(encodePng(draw(kernel, 50, 37, true), { quality: 60 })),
  ],
}

describe('a scope', () => {
  it('leaves nothing to the next: every job, after every other', async () => {
    const alone = new Map<string, unknown>()
    let most = 0
    for (const [name, run] of Object.entries(JOBS)) {
      const kernel = createKernel(module)
      alone.set(name, await run(kernel))
      most = Math.max(most, kernel.peakBytes())
    }
    const kernel = createKernel(module)
    const before = kernel.exports.heapBytes()
    for (const first of Object.keys(JOBS)) {
      for (const second of Object.keys(JOBS)) {
        for (const name of [first, second]) {
          expect(await kernel.scope(() => JOBS[name]?.(kernel)), `${second} after ${first}`).toEqual(
            alone.get(name),
          )
        }
      }
    }
    expect(kernel.exports.heapBytes()).toBe(before)
    expect(kernel.peakBytes()).toBe(most)
  })

  it('gives up its memory when it fails, and says why', async () => {
    const kernel = createKernel(module)
    const before = kernel.exports.heapBytes()
    const failing = () => {
      kernel.exports.allocate(1000)
      throw new Error('sync')
    }
    expect(() => kernel.scope(failing)).toThrow('sync')
    await expect(kernel.scope(async () => failing())).rejects.toThrow('sync')
    expect(kernel.exports.heapBytes()).toBe(before)
    expect(kernel.peakBytes()).toBeGreaterThan(1000)
  })

  it('gives zeroed memory, whatever was written there and past its end', () => {
    const kernel = createKernel(module)
    kernel.scope(() => {
      const pointer = kernel.exports.allocate(100)
      kernel.bytes(pointer, 100 + 60).fill(0xa5)
    })
    const pointer = kernel.exports.allocate(1000)
    expect(kernel.bytes(pointer, 1000).every((byte) => byte === 0)).toBe(true)
  })

  it('keeps what was taken before it', () => {
    const kernel = createKernel(module)
    const raster = draw(kernel, 20, 10, false)
    const before = bytesOf(raster)
    const inner = kernel.scope(() => {
      const outer = kernel.exports.allocate(64)
      kernel.scope(() => kernel.exports.allocate(4096))
      return kernel.exports.allocate(16) - outer
    })
    expect(inner).toBe(64)
    expect(bytesOf(raster)).toEqual(before)
  })
})

describe('a resizer that is rewound', () => {
  it.each([
    [30, 21],
    [7, 5],
    [60, 40],
    [80, 30],
  ])('gives for the second picture what a new one gives (to %i × %i)', (outWidth, outHeight) => {
    const [width, height] = [60, 40]
    const frame = (isOpaque: boolean) => {
      const kernel = createKernel(module)
      return bytesOf(draw(kernel, width, height, isOpaque))
    }
    const frames = [frame(false), frame(true), frame(false)]
    const plan = planResize({ kind: 'alpha', width, height, outWidth, outHeight })
    const start = () => {
      const kernel = createKernel(module)
      const row = kernel.exports.allocate(width * 4)
      const resizer = createResizer(kernel, plan)
      return (pixels: Uint8Array) => {
        for (let y = 0; y < height; y++) {
          kernel.bytes(row, width * 4).set(pixels.subarray(y * width * 4, (y + 1) * width * 4))
          resizer.push(row)
        }
        const shown = bytesOf(resizer.raster)
        resizer.rewind()
        return shown
      }
    }
    const again = start()
    for (const pixels of frames) expect(again(pixels)).toEqual(start()(pixels))
  })
})
