import { describe, expect, it } from 'vitest'
import module from '../build/pixels.wasm?module'
import { extend, priceExtend } from './extend.ts'
import { flatten, flattenOnto } from './flatten.ts'
import { createKernel, type KernelRaster } from './kernel.ts'
import { PixelError } from './pixel-error.ts'

function raster(pixels: number[], width: number): KernelRaster {
  const kernel = createKernel(module)
  const pointer = kernel.exports.allocate(pixels.length)
  kernel.bytes(pointer, pixels.length).set(pixels)
  return { kernel, pointer, width, height: pixels.length / 4 / width }
}

const pixelsOf = ({ kernel, pointer, width, height }: KernelRaster) => [
  ...kernel.bytes(pointer, width * height * 4),
]

describe('flatten', () => {
  it('mixes every alpha with the background, to the nearest level', () => {
    for (const width of [1, 3, 4, 7, 256]) {
      const pixels = Array.from({ length: 256 }, (_, alpha) => [alpha, 255 - alpha, 77, alpha]).flat()
      const picture = raster(pixels.slice(0, width * 4), width)
      flatten(picture, 10, 200, 255)
      const expected = Array.from({ length: width }, (_, alpha) => {
        const mix = (level: number, paper: number) =>
          Math.round((level * alpha + paper * (255 - alpha)) / 255)
        return [mix(alpha, 10), mix(255 - alpha, 200), mix(77, 255), 255]
      }).flat()
      expect(pixelsOf(picture)).toEqual(expected)
    }
  })

  it('leaves opaque pixels as they are', () => {
    const pixels = Array.from({ length: 36 }, (_, index) => (index % 4 === 3 ? 255 : index * 7))
    const picture = raster(pixels, 3)
    flatten(picture, 1, 2, 3)
    expect(pixelsOf(picture)).toEqual(pixels)
  })
})

describe('flattenOnto', () => {
  it.each([0, 1, 60, 128, 254, 255])(
    'mixes colours by what each adds to alpha (background alpha %i)',
    (a) => {
      const background = { r: 10, g: 200, b: 255, a }
      const pixels = Array.from({ length: 256 }, (_, alpha) => [alpha, 255 - alpha, 77, alpha]).flat()
      const picture = raster(pixels, 256)
      flattenOnto(picture, background)
      const seen = pixelsOf(picture)
      for (let alpha = 0; alpha < 256; alpha++) {
        const below = ((255 - alpha) * a) / 255
        const both = alpha + below
        const mix = (level: number, under: number) =>
          both === 0 ? level : (level * alpha + under * below) / both
        const expected = [mix(alpha, 10), mix(255 - alpha, 200), mix(77, 255), both]
        expected.forEach((value, c) => {
          expect(Math.abs((seen[alpha * 4 + c] as number) - value)).toBeLessThanOrEqual(0.51)
        })
      }
    },
  )
})

describe('extend', () => {
  const background = { r: 1, g: 2, b: 3, a: 4 }
  const picture = () => raster([10, 11, 12, 13, 20, 21, 22, 23], 2)

  it.each([
    { width: 2, height: 1, left: 0, top: 0 },
    { width: 9, height: 3, left: 4, top: 1 },
    { width: 5, height: 2, left: 3, top: 1 },
    { width: 2, height: 4, left: 0, top: 0 },
  ])('lays the picture at $left, $top of $width x $height', (canvas) => {
    const small = picture()
    small.kernel.exports.allocate(0)
    const before = small.kernel.exports.heapBytes()
    const large = extend(small, canvas, background)
    expect(small.kernel.exports.heapBytes() - before).toBeLessThanOrEqual(priceExtend(canvas))
    const expected = Array.from({ length: canvas.width * canvas.height }, (_, index) => {
      const [x, y] = [(index % canvas.width) - canvas.left, Math.floor(index / canvas.width) - canvas.top]
      if (y !== 0 || x < 0 || x > 1) return [1, 2, 3, 4]
      return x === 0 ? [10, 11, 12, 13] : [20, 21, 22, 23]
    }).flat()
    expect(pixelsOf(large)).toEqual(expected)
  })

  it.each([
    { width: 2, height: 1, left: 1, top: 0 },
    { width: 2, height: 1, left: -1, top: 0 },
    { width: 2, height: 1, left: 0, top: 1 },
  ])('refuses a picture that hangs over', (canvas) => {
    expect(() => extend(picture(), canvas, background)).toThrow(PixelError)
  })
})
