import { describe, expect, it } from 'vitest'
import { cutTile, planAvifGrid } from './avif-grid.ts'

const isOfSize = (width: number, height: number, side: number, count: number, px: 'width' | 'height') =>
  ({ width, height })[px] > (count - 1) * side && { width, height }[px] <= count * side

describe('a grid', () => {
  it.each([
    [1600, 1200, true],
    [1601, 1200, false],
    [12_000, 160, true],
    [16_384, 118, false],
  ])('of %ix%i px is needed: not %s', (width, height, isWhole) => {
    expect(planAvifGrid({ width, height }, 'ample') === null).toBe(isWhole)
  })

  it('is made sooner where memory is tight', () => {
    expect(planAvifGrid({ width: 1000, height: 1000 }, 'ample')).toBeNull()
    expect(planAvifGrid({ width: 1000, height: 1000 }, 'tight')).toMatchObject({ columns: 1, rows: 2 })
    expect(planAvifGrid({ width: 700, height: 700 }, 'tight')).toBeNull()
  })

  it('covers its picture with tiles that all show a part of it, are even, and large enough', () => {
    for (let i = 0; i < 2000; i++) {
      const width = 1 + ((i * 7919) % 16_384)
      const height = 1 + ((i * 104_729) % Math.min(16_384, Math.floor(1e8 / width)))
      const grid = planAvifGrid({ width, height }, 'tight')
      if (grid === null) continue
      const { columns, rows, tile } = grid
      const told = `${width}x${height}`
      expect(isOfSize(width, height, tile.width, columns, 'width'), told).toBe(true)
      expect(isOfSize(width, height, tile.height, rows, 'height'), told).toBe(true)
      expect([tile.width % 8, tile.height % 8], told).toEqual([0, 0])
      expect(Math.min(tile.width, tile.height), told).toBeGreaterThanOrEqual(64)
      expect(tile.width * tile.height, told).toBeLessThanOrEqual((1 << 19) * 1.03)
      expect(Math.max(columns, rows), told).toBeLessThanOrEqual(256)
    }
  })
})

it('a tile goes on with its last column and row beyond the picture', () => {
  const size = { width: 3, height: 2 }
  const grid = { columns: 2, rows: 1, tile: { width: 2, height: 3 } }
  const pixels = Uint8Array.from({ length: 3 * 2 * 4 }, (_, i) => i >> 2)
  const cut = (index: number) => {
    const target = new Uint8Array(2 * 3 * 4)
    cutTile(pixels, size, grid, index, target)
    return [...target].filter((_, i) => i % 4 === 0)
  }
  expect(cut(0)).toEqual([0, 1, 3, 4, 3, 4])
  expect(cut(1)).toEqual([2, 2, 5, 5, 5, 5])
})
