import { NO_HINTS, type OutputFormat, parseUrlOptions, programOfOptions, resolveHints } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createGovernor, ISOLATE_BUDGET } from './governor.ts'
import { createIsolateKernels } from './isolate-kernels.ts'
import { decode, encode } from './sample-jobs.ts'
import { drawRaster, factsOf, pixel, streamOf } from './sample-rasters.ts'
import { transformImage } from './transform-image.ts'

const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) })
const kernels = createIsolateKernels()

/** 80x40; red and green are the column and the row that a pixel had. */
const MAP = drawRaster(80, 40, (x, y) => [x, y, 0, 255])

/** What a list makes of the map: its size, and which column and row its left top and right bottom pixels had. */
async function look(list: string, orientation: 1 | 6 = 1) {
  const file = await encode('png', MAP)
  const { options } = resolveHints(parseUrlOptions(`${list},format=png-force`).options, NO_HINTS)
  const facts = factsOf('png', file, MAP, { orientation })
  const result = await transformImage(
    {
      program: programOfOptions(options),
      source: { kind: 'stored', blobKey: 'map', facts },
      formatClass: 'base',
    },
    {
      ...{ governor, kernels },
      open: async () => ({ body: streamOf(file), sizeBytes: file.length }),
      yield: () => scheduler.wait(0),
    },
  )
  const { width, height, format, bytes } = result
  const raster = await decode(format as OutputFormat, bytes, result)
  const at = (x: number, y: number) => pixel(raster, x, y).slice(0, 2)
  return { size: [width, height], first: at(0, 0), last: at(width - 1, height - 1) }
}

// Spec transforms §2.5. Wide boxes: nothing is scaled, so every pixel is one of the map's.
describe('trim, flip, rotate and dpr together', () => {
  it.each([
    [
      'trim sides are the source’s, whatever is turned later',
      'trim=1;2;3;4,rotate=90',
      [36, 74],
      [4, 36],
      [77, 1],
    ],
    ['flip comes after trim, and before rotate', 'trim=0;0;0;10,flip=h', [70, 40], [79, 0], [10, 39]],
    ['flip, then a quarter', 'flip=h,rotate=90', [40, 80], [79, 39], [0, 0]],
    ['a quarter back undoes one', 'flip=hv,rotate=180', [80, 40], [0, 0], [79, 39]],
    ['px of trim count at dpr', 'trim=0;0;0;10,dpr=2,w=9000', [60, 40], [20, 0], [79, 39]],
    ['but only beside a size', 'trim=0;0;0;10,dpr=2', [70, 40], [10, 0], [79, 39]],
    ['fractions of trim do not', 'trim=0;0;0;0.25,dpr=2,w=9000', [60, 40], [20, 0], [79, 39]],
    ['kept sizes count at dpr too', 'trim.left=5,trim.width=10,dpr=1.5,w=9000', [15, 40], [8, 0], [22, 39]],
  ])('%s: %s', async (_, list, size, first, last) => {
    expect(await look(list)).toEqual({ size, first, last })
  })

  it('trim sides are those of the upright source', async () => {
    // Orientation 6: shown turned a quarter clockwise, 40x80; its left edge is the stored bottom row.
    expect(await look('trim=0;0;0;4', 6)).toEqual({ size: [36, 80], first: [0, 35], last: [79, 0] })
  })

  it.each([
    ['width and height are those of the turned picture', 'rotate=90,w=20,h=20,fit=contain', [10, 20]],
    ['dpr multiplies them', 'rotate=90,w=10,h=10,fit=contain,dpr=2', [10, 20]],
    ['scale-down never goes beyond the source, whatever the dpr', 'w=50,dpr=2', [80, 40]],
    ['nor beyond what trim left', 'trim=0;20;0;0,w=50,dpr=2', [40, 40]],
    ['crop fits the turned and trimmed picture', 'trim=0;0;0;40,rotate=270,w=10,h=40,fit=crop', [10, 40]],
  ])('%s: %s', async (_, list, size) => {
    expect((await look(list)).size).toEqual(size)
  })
})
