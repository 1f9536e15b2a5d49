import { describe, expect, it } from 'vitest'
import { lumaOf, type Plane, ssim } from './ssim.ts'

const plane = (width: number, height: number, value: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float64Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
})
const ramp = plane(24, 20, (x, y) => 5 * x + 3 * y)

describe('ssim', () => {
  it('is 1 for equal pictures', () => {
    expect(ssim(ramp, ramp)).toBeCloseTo(1, 12)
  })

  it('is what the formula says of flat pictures: only their means count', () => {
    const [a, b] = [100, 120]
    const c1 = 2.55 ** 2
    const expected = (2 * a * b + c1) / (a * a + b * b + c1)
    expect(
      ssim(
        plane(16, 16, () => a),
        plane(16, 16, () => b),
      ),
    ).toBeCloseTo(expected, 9)
  })

  it('is below 0 for a picture and its negative', () => {
    const checks = plane(32, 32, (x, y) => ((x + y) % 2 === 0 ? 200 : 55))
    const negative = { ...checks, data: checks.data.map((value) => 255 - value) }
    expect(ssim(checks, negative)).toBeLessThan(-0.9)
  })

  it('is the same both ways, and falls with noise', () => {
    const noisy = (strength: number) => plane(24, 20, (x, y) => 5 * x + 3 * y + strength * ((7 * x * y) % 5))
    expect(ssim(ramp, noisy(2))).toBeCloseTo(ssim(noisy(2), ramp), 12)
    expect(ssim(ramp, noisy(2))).toBeGreaterThan(ssim(ramp, noisy(8)))
  })

  it('looks at one window when there is room for one', () => {
    // One bright pixel in the centre of an 11x11 picture, against none; weights from the definition.
    const weights = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5))
    const peak = (1 / weights.reduce((sum, weight) => sum + weight, 0)) ** 2
    const dot = plane(11, 11, (x, y) => (x === 5 && y === 5 ? 255 : 0))
    const mean = 255 * peak
    const variance = 255 ** 2 * peak - mean ** 2
    const [c1, c2] = [2.55 ** 2, 7.65 ** 2]
    const expected = (c1 / (mean ** 2 + c1)) * (c2 / (variance + c2))
    expect(
      ssim(
        dot,
        plane(11, 11, () => 0),
      ),
    ).toBeCloseTo(expected, 12)
  })

  it('refuses pictures of different sizes, and those smaller than its window', () => {
    expect(() =>
      ssim(
        ramp,
        plane(20, 24, () => 0),
      ),
    ).toThrow('differ in size')
    const small = plane(10, 40, () => 0)
    expect(() => ssim(small, small)).toThrow('too small')
  })
})

describe('lumaOf', () => {
  it('weighs colours, and shows them on black', () => {
    const data = Uint8Array.of(255, 255, 255, 255, 255, 0, 0, 255, 0, 255, 0, 255, 255, 255, 255, 51)
    const { data: luma } = lumaOf({ width: 4, height: 1, data })
    expect([...luma].map((value) => Math.round(value * 100) / 100)).toEqual([255, 76.24, 149.69, 51])
  })
})
