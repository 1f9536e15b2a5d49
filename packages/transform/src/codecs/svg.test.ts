import { programOfOptions, type ResolvedOptions, type SourceRef } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { bytesOf, pngChunk, uint } from '../../../core/src/header/sample-pictures.ts'
import { createGovernor, ISOLATE_BUDGET } from '../governor.ts'
import { createIsolateKernels } from '../isolate-kernels.ts'
import { decode } from '../sample-jobs.ts'
import { pixel, streamOf } from '../sample-rasters.ts'
import { transformImage } from '../transform-image.ts'

const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) })
const kernels = createIsolateKernels()
const X = 'xmlns="http://www.w3.org/2000/svg"'
const SOURCE: SourceRef = { kind: 'remote', url: 'https://a.example/a.svg', etag: null }

const transform = (svg: string, options: ResolvedOptions = {}) => {
  const file = new TextEncoder().encode(svg)
  return transformImage(
    { program: programOfOptions({ format: 'png-force', ...options }), source: SOURCE, formatClass: 'base' },
    {
      governor,
      kernels,
      open: async () => ({ body: streamOf(file), sizeBytes: file.length }),
      yield: () => scheduler.wait(0),
    },
  )
}

/** Draw, and look at it. */
async function draw(svg: string, options: ResolvedOptions = {}) {
  const result = await transform(svg, options)
  expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
  expect(result.format).toBe('png')
  return decode('png', result.bytes, result, { hasAlpha: true })
}

const RED = [255, 0, 0, 255]
const GREEN = [0, 128, 0, 255]
const BLUE = [0, 0, 255, 255]
const NONE = [0, 0, 0, 0]
/** 40x20: red, green above blue, nothing. */
const QUARTERS = `<svg ${X} width="40" height="20"><rect width="20" height="10" fill="red"/><rect x="20" width="20" height="10" fill="green"/><rect y="10" width="20" height="10" fill="blue"/></svg>`

const corners = ({ width, height, ...rest }: Parameters<typeof pixel>[0]) => {
  const raster = { width, height, ...rest }
  return [
    pixel(raster, 1, 1),
    pixel(raster, width - 2, 1),
    pixel(raster, 1, height - 2),
    pixel(raster, width - 2, height - 2),
  ]
}

describe('an SVG that is asked for as a picture', () => {
  it.each<[ResolvedOptions, number, number]>([
    [{}, 40, 20],
    [{ width: 400, fit: 'scale-up' }, 400, 200],
    [{ width: 100, height: 100, fit: 'squeeze' }, 100, 100],
    [{ width: 20 }, 20, 10],
  ])('is drawn at the size of the result: %j', async (options, width, height) => {
    const raster = await draw(QUARTERS, options)
    expect([raster.width, raster.height]).toEqual([width, height])
    expect(corners(raster)).toEqual([RED, GREEN, BLUE, NONE])
  })
  it('is drawn, not enlarged: an edge stays sharp', async () => {
    const raster = await draw(QUARTERS, { width: 800, fit: 'scale-up' })
    expect(pixel(raster, 399, 100)).toEqual(RED)
    expect(pixel(raster, 400, 100)).toEqual(GREEN)
  })
  it.each<[ResolvedOptions, number[][]]>([
    [{ rotate: 90 }, [BLUE, RED, NONE, GREEN]],
    [{ rotate: 180 }, [NONE, BLUE, GREEN, RED]],
    [{ rotate: 270 }, [GREEN, NONE, RED, BLUE]],
    [{ flip: 'h' }, [GREEN, RED, NONE, BLUE]],
    [{ flip: 'v' }, [BLUE, NONE, RED, GREEN]],
    [{ flip: 'h', rotate: 90 }, [NONE, GREEN, BLUE, RED]],
    [{ flip: 'v', rotate: 90 }, [RED, BLUE, GREEN, NONE]],
  ])('is turned by %j', async (options, colours) => {
    expect(corners(await draw(QUARTERS, options))).toEqual(colours)
  })
  it('is cut', async () => {
    const raster = await draw(QUARTERS, { width: 20, height: 20, fit: 'cover', gravity: 'right' })
    expect(corners(raster)).toEqual([GREEN, GREEN, NONE, NONE])
  })
  it('has straight alpha', async () => {
    const raster = await draw(
      `<svg ${X} width="4" height="4"><rect width="4" height="4" fill="#c86432" fill-opacity=".5"/></svg>`,
    )
    const [red, green, blue, alpha] = pixel(raster, 1, 1)
    expect(alpha).toBeGreaterThan(126)
    expect(alpha).toBeLessThan(129)
    for (const [is, wanted] of [
      [red, 200],
      [green, 100],
      [blue, 50],
    ] as const)
      expect(Math.abs(is - wanted)).toBeLessThan(3)
  })
  it('shows its text in the built-in font', async () => {
    const raster = await draw(
      `<svg ${X} width="60" height="30"><text x="2" y="24" font-family="Nowhere" font-size="24">Жα</text></svg>`,
    )
    const ink = raster.data.filter((value, i) => i % 4 === 3 && value > 128).length
    expect(ink).toBeGreaterThan(100)
  })
  it('goes through the operations that follow', async () => {
    const raster = await draw(QUARTERS, { background: '#ffff00ff', width: 60, height: 60, fit: 'pad' })
    expect(pixel(raster, 30, 2)).toEqual([255, 255, 0, 255])
  })
  it('shows nothing that was sanitised away', async () => {
    const raster = await draw(
      `<svg ${X} width="4" height="4"><foreignObject width="4" height="4"/><image href="http://a.example/a.png" width="4" height="4"/></svg>`,
    )
    expect(pixel(raster, 1, 1)).toEqual(NONE)
  })
})

/** A PNG of 8,000x8,000 px in 8 kB, as base64. */
async function bomb(): Promise<string> {
  const side = 8000
  const rows = new Blob([new Uint8Array((side / 8 + 1) * side)])
  const packed = await new Response(rows.stream().pipeThrough(new CompressionStream('deflate'))).bytes()
  const png = bytesOf(
    '\x89PNG\r\n\x1a\n',
    pngChunk('IHDR', uint(side, 4), uint(side, 4), 1, 0, 0, 0, 0),
    pngChunk('IDAT', packed),
    pngChunk('IEND'),
  )
  return btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(''))
}

describe('refused before it is drawn, or within its memory', () => {
  it.each<[string, () => string | Promise<string>, ResolvedOptions]>([
    ['a result beyond the memory', () => QUARTERS, { width: 8000, fit: 'scale-up' }],
    [
      'a picture inside that is a bomb',
      async () =>
        `<svg ${X} width="4" height="4"><image width="4" height="4" href="data:image/png;base64,${await bomb()}"/></svg>`,
      {},
    ],
    [
      'layers in layers',
      () =>
        `<svg ${X} width="1500" height="1500">${'<g opacity=".9"><rect width="1500" height="1500"/>'.repeat(60)}${'</g>'.repeat(60)}</svg>`,
      {},
    ],
    [
      'a filter on very many',
      () =>
        `<svg ${X} width="1000" height="1000"><filter id="f"><feGaussianBlur stdDeviation="9"/></filter>${'<rect width="1000" height="1000" filter="url(#f)"/>'.repeat(1000)}</svg>`,
      {},
    ],
    [
      'noise of very many octaves',
      () =>
        `<svg ${X} width="1000" height="1000"><filter id="f"><feTurbulence baseFrequency="0.1" numOctaves="1000"/></filter><rect width="1000" height="1000" filter="url(#f)"/></svg>`,
      {},
    ],
    [
      'a matrix of very many numbers',
      () =>
        `<svg ${X} width="1000" height="1000"><filter id="f"><feConvolveMatrix order="100" kernelMatrix="${'1 '.repeat(10_000)}"/></filter><rect width="1000" height="1000" filter="url(#f)"/></svg>`,
      {},
    ],
    [
      'a spread over all of it',
      () =>
        `<svg ${X} width="1000" height="1000" viewBox="0 0 10 10"><filter id="f"><feMorphology operator="dilate" radius="4"/></filter><rect width="1" height="1" filter="url(#f)"/></svg>`,
      {},
    ],
    [
      'the same by a style sheet',
      () =>
        `<svg ${X} width="1000" height="1000"><filter id="f"><feGaussianBlur stdDeviation="9"/></filter><style>rect{filter:url(#f)}</style>${'<rect width="1000" height="1000"/>'.repeat(1000)}</svg>`,
      {},
    ],
  ])('%s', async (_, svg, options) => {
    await expect(transform(await svg(), options)).rejects.toMatchObject({ kind: 'refusedDimensions' })
    expect(governor.usage().reservedBytes).toBe(0)
  })
})
