import { storedRect } from '@tintype/core'
import { expect, it } from 'vitest'
import { orientRaster } from './orient.ts'
import { drawRaster, pixel } from './sample-rasters.ts'

/** Rows of letters, one per pixel. */
const draw = (...rows: string[]) =>
  drawRaster(rows[0]?.length ?? 0, rows.length, (x, y) => [rows[y]?.charCodeAt(x) ?? 0, 0, 0, 255])
const read = (raster: ReturnType<typeof draw>) =>
  Array.from({ length: raster.height }, (_, y) =>
    String.fromCharCode(...Array.from({ length: raster.width }, (_, x) => pixel(raster, x, y)[0])),
  )

// What EXIF 2.32 says of each value, seen from the stored rows "abc", "def".
it.each([
  [1, ['abc', 'def']],
  [2, ['cba', 'fed']],
  [3, ['fed', 'cba']],
  [4, ['def', 'abc']],
  [5, ['ad', 'be', 'cf']],
  [6, ['da', 'eb', 'fc']],
  [7, ['fc', 'eb', 'da']],
  [8, ['cf', 'be', 'ad']],
] as const)('turns orientation %i upright', (orientation, expected) => {
  const stored = draw('abc', 'def')
  const upright = orientRaster(stored, orientation)
  expect(read(upright)).toEqual(expected)
  // A cut before turning is the cut after it.
  const left = { x: 0, y: 0, width: 1, height: 1 }
  const { x, y } = storedRect(orientation, upright, left)
  expect(pixel(stored, x, y)).toEqual(pixel(upright, 0, 0))
})
