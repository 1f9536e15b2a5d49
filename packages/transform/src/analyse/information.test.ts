import { describe, expect, it } from 'vitest'
import { drawRaster, type Raster } from '../sample-rasters.ts'
import { findFocus } from './find-focus.ts'
import { findInformation } from './information.ts'

const pixelsOf = ({ width, height, data }: Raster) => ({ width, height, data: new Uint8Array(data.buffer) })
const noise = (x: number, y: number) => ((x * 1103 + y * 2749) * 7919) % 200

describe('information', () => {
  it('is nothing in a plain picture, and in an even slope but for its edge', () => {
    const plain = pixelsOf(drawRaster(20, 10, () => [90, 120, 30, 255]))
    expect(findInformation(plain).every((bits) => bits === 0)).toBe(true)
    const slope = pixelsOf(drawRaster(20, 10, (x, y) => [x * 8 + y * 4, x * 8 + y * 4, x * 8 + y * 4, 255]))
    const inside = findInformation(slope).filter((_, i) => i % 20 > 0 && i >= 20)
    expect(inside.every((bits) => bits === 0)).toBe(true)
  })

  it('is larger the rarer a difference is', () => {
    const dots = pixelsOf(
      drawRaster(64, 64, (x, y) => {
        const level = x === 40 && y === 40 ? 250 : x % 4 === 0 && y % 4 === 0 ? 120 : 60
        return [level, level, level, 255]
      }),
    )
    const bits = findInformation(dots)
    expect(bits[40 * 64 + 40] as number).toBeGreaterThan(bits[8 * 64 + 8] as number)
  })

  it('has its window where the detail is, however dull, and not where the colour is', () => {
    const scene = pixelsOf(
      drawRaster(120, 40, (x, y) => {
        if (x < 40) return [220, 30, 30, 255] // bright and plain
        if (x < 80) return [120, 120, 120, 255]
        const level = 90 + (noise(x, y) >> 2)
        return [level, level, level, 255]
      }),
    )
    const size = { width: 40, height: 40 }
    expect(findFocus(scene, size, 'entropy').x).toBeGreaterThan(0.95)
    expect(findFocus(scene, size, 'auto').x).toBeLessThan(0.5)
  })

  it('does not look at what is transparent', () => {
    const hidden = pixelsOf(
      drawRaster(120, 40, (x, y) => {
        if (x < 60) return [noise(x, y), noise(y, x), 0, 0]
        return x > 100 && y > 20 ? [noise(x, y) >> 2, 50, 50, 255] : [80, 80, 80, 255]
      }),
    )
    expect(findFocus(hidden, { width: 40, height: 40 }, 'entropy').x).toBeGreaterThan(0.7)
  })

  it('is the middle where there is none', () => {
    const plain = pixelsOf(drawRaster(60, 40, () => [90, 90, 90, 255]))
    expect(findFocus(plain, { width: 20, height: 40 }, 'entropy')).toEqual({ x: 0.5, y: 0.5 })
  })
})
