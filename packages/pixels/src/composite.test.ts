import { describe, expect, it } from 'vitest'
import module from '../build/pixels.wasm?module'
import { type CompositeOperator, composite } from './composite.ts'
import { createKernel, type Kernel, type KernelRaster } from './kernel.ts'

type Pixel = readonly number[]

function raster(kernel: Kernel, width: number, pixels: readonly Pixel[]): KernelRaster {
  const pointer = kernel.exports.allocate(pixels.length * 4)
  kernel.bytes(pointer, pixels.length * 4).set(pixels.flat())
  return { kernel, pointer, width, height: pixels.length / width }
}
const pixelsOf = ({ kernel, pointer, width, height }: KernelRaster): Pixel[] =>
  Array.from({ length: width * height }, (_, i) => [...kernel.bytes(pointer + i * 4, 4)])

/** The definitions of Porter and Duff, with premultiplied colours from 0 to 1. */
const KEPT: Record<CompositeOperator, (a: number, b: number) => readonly [number, number]> = {
  over: (a) => [1, 1 - a],
  in: (_, b) => [b, 0],
  atop: (a, b) => [b, 1 - a],
  out: (_, b) => [1 - b, 0],
  xor: (a, b) => [1 - b, 1 - a],
  lighter: () => [1, 1],
}
function expected(above: Pixel, below: Pixel, operator: CompositeOperator, opacity: number): Pixel {
  const [a, b] = [((above[3] as number) * opacity) / 255, (below[3] as number) / 255]
  const [ka, kb] = KEPT[operator](a, b)
  const alpha = Math.min(1, a * ka + b * kb)
  if (alpha === 0) return [0, 0, 0, 0]
  const mix = (c: number) =>
    Math.min(255, ((above[c] as number) * a * ka + (below[c] as number) * b * kb) / alpha)
  return [mix(0), mix(1), mix(2), alpha * 255]
}

const ALPHAS = [0, 1, 64, 128, 254, 255]
const above = ALPHAS.flatMap((alpha) => ALPHAS.map(() => [200, 30, 255, alpha]))
const below = ALPHAS.flatMap(() => ALPHAS.map((alpha) => [10, 220, 90, alpha]))

describe.each(Object.keys(KEPT) as CompositeOperator[])('%s', (operator) => {
  it.each([1, 0.5, 0])('mixes every alpha with every other, at opacity %d', (opacity) => {
    const kernel = createKernel(module)
    const canvas = raster(kernel, 6, below)
    composite(canvas, raster(kernel, 6, above), { x: 0, y: 0 }, operator, opacity)
    pixelsOf(canvas).forEach((seen, i) => {
      const wanted = expected(above[i] as Pixel, below[i] as Pixel, operator, opacity)
      expect(Math.abs((seen[3] as number) - (wanted[3] as number))).toBeLessThanOrEqual(1)
      if ((wanted[3] as number) < 1) return
      for (const c of [0, 1, 2])
        expect(Math.abs((seen[c] as number) - (wanted[c] as number))).toBeLessThanOrEqual(1)
    })
  })
})

it.each([
  [1, 1, ['....', '.XX.', '.XX.', '....']],
  [-1, -1, ['X...', '....', '....', '....']],
  [3, 2, ['....', '....', '...X', '...X']],
  [4, 0, ['....', '....', '....', '....']],
  [0, -2, ['....', '....', '....', '....']],
] as const)('draws at %i, %i what lies on the canvas', (x, y, picture) => {
  const kernel = createKernel(module)
  const canvas = raster(kernel, 4, Array(16).fill([0, 0, 0, 255]))
  const guard = kernel.exports.allocate(64)
  composite(canvas, raster(kernel, 2, Array(4).fill([255, 255, 255, 255])), { x, y }, 'over', 1)
  const seen = pixelsOf(canvas)
    .map(([red]) => (red === 255 ? 'X' : '.'))
    .join('')
  expect(seen).toBe(picture.join(''))
  expect([...kernel.bytes(guard, 64)]).toEqual(Array(64).fill(0))
})
