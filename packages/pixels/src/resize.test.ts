import { describe, expect, it } from 'vitest'
import module from '../build/pixels.wasm?module'
import { createKernel, type Kernel } from './kernel.ts'
import {
  createResizer,
  type Orientation,
  planResize,
  priceResize,
  type ResizeRequest,
  strideOf,
} from './resize.ts'

const CHANNELS = { plane: 1, opaque: 4, alpha: 4 } as const

/** Resize `pixels` in a fresh kernel and return the finished raster. */
function resize(request: ResizeRequest, pixels: ArrayLike<number>) {
  const kernel = createKernel(module)
  const source = kernel.exports.allocate(pixels.length)
  const resizer = createResizer(kernel, planResize(request))
  kernel.bytes(source, pixels.length).set(pixels)
  const rowBytes = request.width * CHANNELS[request.kind]
  let y = 0
  while (y < request.height && resizer.push(source + y * rowBytes)) y++
  const { pointer, width, height } = resizer.raster
  return {
    width,
    height,
    rowsUsed: y + 1,
    pixels: [...kernel.bytes(pointer, width * height * CHANNELS[request.kind])],
  }
}

const plane = (request: Partial<ResizeRequest>, pixels: number[]) =>
  resize({ kind: 'plane', width: 1, height: 1, outWidth: 1, outHeight: 1, ...request }, pixels)

const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

describe('the resizer', () => {
  it.each([
    [1, [1, 2, 3, 4, 5, 6]],
    [2, [3, 2, 1, 6, 5, 4]],
    [3, [6, 5, 4, 3, 2, 1]],
    [4, [4, 5, 6, 1, 2, 3]],
    [5, [1, 4, 2, 5, 3, 6]],
    [6, [4, 1, 5, 2, 6, 3]],
    [7, [6, 3, 5, 2, 4, 1]],
    [8, [3, 6, 2, 5, 1, 4]],
  ] as const)('turns a picture by EXIF orientation %i while it copies', (orientation, expected) => {
    const request = { width: 3, height: 2, outWidth: 3, outHeight: 2, orientation }
    const turned = plane(request, [1, 2, 3, 4, 5, 6])
    expect(turned.pixels).toEqual(expected)
    expect([turned.width, turned.height]).toEqual(orientation < 5 ? [3, 2] : [2, 3])
  })

  it('copies a window at 1:1 and does not wait for the rows below it', () => {
    const pixels = Array.from({ length: 20 }, (_, i) => i)
    const window = { x: 1, y: 1, width: 2, height: 2 }
    const cropped = plane({ width: 4, height: 5, outWidth: 2, outHeight: 2, window }, pixels)
    expect(cropped.pixels).toEqual([5, 6, 9, 10])
    expect(cropped.rowsUsed).toBe(3)
  })

  it.each([
    [1, 1, 300, 200],
    [300, 200, 1, 1],
    [1, 200, 300, 1],
    [7, 5, 3, 11],
    [640, 3, 31, 2],
  ])('keeps an even colour exactly even (%i × %i to %i × %i)', (width, height, outWidth, outHeight) => {
    const pixel = [10, 200, 255, 255]
    const pixels = Array.from({ length: width * height * 4 }, (_, i) => pixel[i & 3] as number)
    for (const kind of ['opaque', 'alpha'] as const) {
      const even = resize({ kind, width, height, outWidth, outHeight }, pixels)
      expect(even.pixels.every((value, i) => value === pixel[i & 3])).toBe(true)
    }
  })

  it('puts the middle of an enlarged edge in the middle', () => {
    const edge = plane({ width: 8, outWidth: 16 }, [0, 0, 0, 0, 200, 200, 200, 200]).pixels
    expect((edge[7] as number) + (edge[8] as number)).toBe(200)
    expect(edge.slice(0, 5)).toEqual([0, 0, 0, 0, 0])
  })

  it('does not let the colour of transparent pixels bleed', () => {
    const pixels = Array.from({ length: 16 }, (_, i) => (i % 2 ? [255, 0, 0, 255] : [0, 255, 0, 0])).flat()
    const half = resize({ kind: 'alpha', width: 16, height: 1, outWidth: 8, outHeight: 1 }, pixels).pixels
    for (let i = 0; i < half.length; i += 4) {
      expect(half.slice(i, i + 3)).toEqual([255, 0, 0])
      expect(Math.abs((half[i + 3] as number) - 128)).toBeLessThan(40)
    }
  })

  it.each([
    [96, 96, 64, 64],
    [96, 96, 12, 12],
    [37, 96, 5, 12],
    [37, 96, 50, 120],
    [37, 96, 37, 120],
    [37, 96, 50, 96],
  ])(
    'does not mind at which row alpha begins to matter (%i × %i to %i × %i)',
    (width, height, outWidth, outHeight) => {
      const next = random(3)
      const rows = Array.from({ length: height }, () =>
        Array.from({ length: width * 4 }, () => Math.floor(next() * 256)),
      )
      for (const first of [1, 5, 50, height - 1]) {
        // Upside down, alpha matters from the first row on.
        const picture = rows.map((row, y) => row.map((value, i) => (i % 4 === 3 && y < first ? 255 : value)))
        const size = { kind: 'alpha', width, height, outWidth, outHeight } as const
        const late = resize(size, picture.flat()).pixels
        const early = resize({ ...size, orientation: 4 }, picture.toReversed().flat()).pixels
        for (let i = 0; i < late.length; i += 4) {
          const alpha = late[i + 3] as number
          expect(Math.abs(alpha - (early[i + 3] as number))).toBeLessThanOrEqual(1)
          for (let c = 0; c < 3; c++) {
            const off = Math.abs((late[i + c] as number) - (early[i + c] as number))
            expect(off * alpha).toBeLessThanOrEqual(2 * 255)
          }
        }
      }
    },
  )

  it('keeps pixels outside the window out when nothing may bleed', () => {
    const pixels = [255, 255, 255, 255, 9, 9, 9, 9, 255, 255, 255, 255]
    const request = { width: 12, outWidth: 2, window: { x: 4, y: 0, width: 4, height: 1 } }
    expect(plane({ ...request, bleed: false }, pixels).pixels).toEqual([9, 9])
    expect(plane(request, pixels).pixels).not.toEqual([9, 9])
  })

  it.each([496, 511, 512, 513, 527, 528, 1024, 2048])(
    'keeps rows apart in the cache at %i px, and still prices them to the byte',
    (width) => {
      for (const bytes of [width, width * 4, width * 8])
        expect((strideOf(bytes) + 63) % 2048).toBeGreaterThan(126)
      for (const kind of ['plane', 'opaque', 'alpha'] as const) {
        const size = { kind, width: kind === 'plane' ? width * 4 : width, height: 60 }
        runGuarded({ ...size, outWidth: Math.round(size.width / 2.7), outHeight: 21 })
        runGuarded({ ...size, outWidth: Math.round(size.width / 7), outHeight: 9 })
        runGuarded({ ...size, outWidth: size.width, outHeight: 90 })
      }
    },
  )

  it.each([1, 2, 15, 64])('adds nothing to short rows (%i px)', (width) => {
    expect(strideOf(width)).toBe(Math.ceil(width / 16) * 16)
  })

  it('allocates what was priced, to the byte, and never reads or writes outside it', () => {
    const next = random(7)
    const upTo = (limit: number) => 1 + Math.floor(limit * next() ** 3)
    for (let i = 0; i < 150; i++) {
      const [width, height] = [upTo(900), upTo(700)]
      const x = next() * (width - 1)
      const y = next() * (height - 1)
      const window = {
        x,
        y,
        width: Math.max(0.5, (width - x) * next()),
        height: Math.max(0.5, (height - y) * next()),
      }
      const kind = (['plane', 'opaque', 'alpha'] as const)[i % 3] as ResizeRequest['kind']
      const orientation = ((i % 8) + 1) as Orientation
      const request = {
        kind,
        width,
        height,
        outWidth: upTo(300),
        outHeight: upTo(300),
        orientation,
        bleed: i % 2 === 0,
      }
      runGuarded(i % 4 ? { ...request, window } : request)
    }
  })
})

/** Resize with bytes on both sides of what the resizer owns, and check price and bytes. */
function runGuarded(request: ResizeRequest): void {
  const kernel: Kernel = createKernel(module)
  const plan = planResize(request)
  const rowBytes = request.width * CHANNELS[request.kind]
  const source = kernel.exports.allocate(rowBytes)
  const before = (kernel.exports.heapBytes() + 15) & ~15
  const resizer = createResizer(kernel, plan)
  const guard = kernel.exports.allocate(64)
  expect(guard - before).toBe(priceResize(plan))
  kernel.bytes(guard, 64).fill(0xa5)
  kernel.bytes(source, rowBytes).fill(77)
  for (let row = 0; row < resizer.endRow; row++) resizer.push(source)
  const { pointer, width, height } = resizer.raster
  const output = kernel.bytes(pointer, width * height * CHANNELS[request.kind])
  expect(kernel.bytes(guard, 64).every((byte) => byte === 0xa5)).toBe(true)
  // An even source gives an even result; a skipped or doubled row, or a foreign byte, would not.
  const channel = request.kind === 'alpha' ? 3 : 0
  const step = CHANNELS[request.kind]
  for (let i = channel; i < output.length; i += step) {
    if (output[i] !== 77) throw new Error(`byte ${i} is ${output[i]} for ${JSON.stringify(request)}`)
  }
}
