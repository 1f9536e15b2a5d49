import { describe, expect, it } from 'vitest'
import module from '../build/pixels.wasm?module'
import { type Adjustment, adjust, priceAdjust } from './adjust.ts'
import { createKernel } from './kernel.ts'

const NEUTRAL: Adjustment = { brightness: 1, contrast: 1, gamma: 1, saturation: 1 }

/** Every level of each channel beside others, transparent pixels too; 17 wide, so that a last group is not full. */
const [WIDTH, HEIGHT] = [17, 61]
const picture = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => (i * 73 + (i >> 5) * 29) & 255)

function run(changes: Partial<Adjustment>) {
  const adjustment = { ...NEUTRAL, ...changes }
  const kernel = createKernel(module)
  const pointer = kernel.exports.allocate(picture.length)
  kernel.bytes(pointer, picture.length).set(picture)
  const before = (kernel.exports.heapBytes() + 15) & ~15
  adjust({ kernel, pointer, width: WIDTH, height: HEIGHT }, adjustment)
  expect(kernel.exports.allocate(16) - before).toBe(priceAdjust(adjustment))
  return kernel.bytes(pointer, picture.length).slice()
}

const held = (value: number) => Math.min(1, Math.max(0, value))
/** The documented formulas, in doubles, one after another. */
function expected(pixel: readonly number[], changes: Partial<Adjustment>): number[] {
  const { brightness, contrast, gamma, saturation } = { ...NEUTRAL, ...changes }
  const colour = pixel.slice(0, 3).map((level) => {
    const contrasted = held((held((level / 255) * brightness) - 0.5) * contrast + 0.5)
    return contrasted ** (1 / gamma)
  })
  const [red = 0, green = 0, blue = 0] = colour
  const grey = 0.213 * red + 0.715 * green + 0.072 * blue
  return colour.map((value) => held(grey + (value - grey) * saturation) * 255)
}

describe('adjust', () => {
  it.each<Partial<Adjustment>>([
    {},
    { brightness: 1.4 },
    { brightness: 0.3 },
    { brightness: 255 },
    { contrast: 1.7 },
    { contrast: 0.25 },
    { contrast: 255 },
    { gamma: 2.2 },
    { gamma: 0.5 },
    { saturation: 0 },
    { saturation: 0.5 },
    { saturation: 2 },
    { saturation: 255 },
    { brightness: 0.8, contrast: 1.3, gamma: 1.5, saturation: 1.8 },
  ])('is the documented formula, to the nearest level: %j', (changes) => {
    const seen = run(changes)
    let largest = 0
    for (let i = 0; i < seen.length; i += 4) {
      expected([...picture.subarray(i, i + 4)], changes).forEach((value, c) => {
        largest = Math.max(largest, Math.abs((seen[i + c] as number) - value))
      })
      expect(seen[i + 3]).toBe(picture[i + 3])
    }
    expect(largest).toBeLessThan(0.51)
  })

  it('darkens with a gamma below 1, and leaves black and white where they are', () => {
    const at = (level: number, gamma: number) => expected([level, level, level], { gamma })[0] as number
    expect([at(0, 0.5), at(255, 0.5), at(0, 2), at(255, 2)]).toEqual([0, 255, 0, 255])
    expect([at(128, 0.5) < 128, at(128, 2) > 128]).toEqual([true, true])
  })
})
