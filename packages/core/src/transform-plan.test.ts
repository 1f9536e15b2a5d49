import { describe, expect, it } from 'vitest'
import type { Gravity } from './gravity.ts'
import { createRandom } from './header/sample-pictures.ts'
import { type FitMode, type GeometryRequest, planTransform } from './transform-plan.ts'

const size = (text: string) => {
  const [width = Number.NaN, height = Number.NaN] = text.split('x').map(Number)
  return { width, height }
}
const plan = (source: string, fit: FitMode, box: string, more: Partial<GeometryRequest> = {}) =>
  planTransform(size(source), { fit, ...size(box), ...more })

describe('both sides given', () => {
  it.each([
    // The check values that the original publishes.
    ['1080x720', 'scale-down', '500x500', '500x333'],
    ['1080x720', 'scale-down', '2000x2000', '1080x720'],
    ['1080x720', 'cover', '500x500', '500x500'],
    ['1080x720', 'crop', '1296x1296', '1080x720'],
    ['1080x720', 'pad', '1080x1080', '1080x1080'],
    ['1080x720', 'squeeze', '1080x540', '1080x540'],
    ['612x613', 'aspect-crop', '1920x1120', '612x357'],
    ['125x2000', 'scale-down', '1024x1024', '64x1024'],
    // The rest of the table.
    ['1080x720', 'contain', '500x500', '500x333'],
    ['100x50', 'contain', '300x300', '300x150'],
    ['100x50', 'cover', '300x300', '300x300'],
    ['100x50', 'scale-up', '300x300', '300x150'],
    ['1080x720', 'scale-up', '500x500', '1080x720'],
    ['1080x720', 'scale-up', '2000x500', '1080x720'],
    ['1080x720', 'crop', '500x500', '500x500'],
    ['1080x720', 'crop', '500x1000', '500x720'],
    ['1080x720', 'aspect-crop', '500x500', '500x500'],
    ['1080x720', 'aspect-crop', '1080x720', '1080x720'],
    ['1080x720', 'aspect-crop', '2000x2000', '720x720'],
    ['1080x720', 'aspect-crop', '500x1000', '360x720'],
    ['100x50', 'squeeze', '1x400', '1x400'],
    ['1x12000', 'scale-down', '10x10', '1x10'],
    ['12000x1', 'contain', '7x7', '7x1'],
    ['48x32', 'contain', '999x123', '185x123'], // 184.5
    ['30x49', 'contain', '999x49', '30x49'],
  ] as const)('%s %s %s is %s', (source, fit, box, expected) => {
    expect(plan(source, fit, box).canvas).toEqual(size(expected))
  })

  it('cuts a cover of 500x500 out of 750x500', () => {
    expect(plan('1080x720', 'cover', '500x500')).toEqual({
      crop: { x: 180, y: 0, width: 720, height: 720 },
      scaled: size('500x500'),
      canvas: size('500x500'),
      offset: { x: 0, y: 0 },
      warnings: [],
    })
  })

  it('begins the window on a whole pixel of the scaled picture, as libvips does', () => {
    // 1000x667 to cover 300x300 is scaled to 450x300, and cut at 75.
    const { crop } = plan('1000x667', 'cover', '300x300')
    expect(crop.x).toBe((75 * 1000) / 450)
    expect(crop.width).toBeCloseTo((300 * 1000) / 450, 9)
    expect(crop).toMatchObject({ y: 0, height: 667 })
    expect(plan('13x4', 'cover', '4x4').crop.x).toBe(5) // 9 px are cut: 5 on the left, 4 on the right
  })

  it('centres a padded picture, with the odd pixel on the right and bottom', () => {
    expect(plan('1080x720', 'pad', '1080x1080')).toMatchObject({
      scaled: size('1080x720'),
      offset: { x: 0, y: 180 },
    })
    expect(plan('10x4', 'pad', '10x7').offset).toEqual({ x: 0, y: 1 })
    expect(plan('4x10', 'pad', '7x10').offset).toEqual({ x: 1, y: 0 })
  })

  it('leaves no fraction in a window that keeps a whole side', () => {
    expect(plan('1079x719', 'crop', '1296x1296').crop).toEqual({ x: 0, y: 0, ...size('1079x719') })
  })
})

describe('one side given', () => {
  it.each([
    ['scale-down', { width: 500 }, '500x333'],
    ['scale-down', { height: 360 }, '540x360'],
    ['scale-down', { width: 2000 }, '1080x720'],
    ['contain', { width: 2160 }, '2160x1440'],
    ['cover', { height: 1440 }, '2160x1440'],
    ['crop', { width: 540 }, '540x360'],
    ['crop', { width: 2160 }, '1080x720'],
    ['aspect-crop', { width: 540 }, '540x360'],
    ['aspect-crop', { height: 1440 }, '1080x720'],
    ['pad', { width: 2160 }, '2160x1440'],
    ['squeeze', { width: 540 }, '540x360'],
    ['scale-up', { width: 540 }, '1080x720'],
    ['scale-up', { width: 2160 }, '2160x1440'],
  ] as const)('%s with %j gives %s', (fit, side, expected) => {
    const { canvas, crop, warnings } = planTransform(size('1080x720'), { fit, ...side })
    expect(canvas).toEqual(size(expected))
    expect(crop).toEqual({ x: 0, y: 0, ...size('1080x720') })
    expect(warnings).toEqual(fit === 'cover' ? ['cover fit mode needs both width and height'] : [])
  })
})

it.each(['scale-down', 'contain', 'cover', 'crop', 'pad', 'squeeze', 'scale-up', 'aspect-crop'] as const)(
  'does nothing for %s without sizes, whatever the dpr',
  (fit) => {
    expect(planTransform(size('1080x720'), { fit, dpr: 2 })).toEqual({
      crop: { x: 0, y: 0, ...size('1080x720') },
      scaled: size('1080x720'),
      canvas: size('1080x720'),
      offset: { x: 0, y: 0 },
      warnings: [],
    })
  },
)

describe('dpr', () => {
  it('multiplies the box before the fit is chosen', () => {
    expect(plan('1080x720', 'cover', '250x250', { dpr: 2 })).toEqual(plan('1080x720', 'cover', '500x500'))
    expect(plan('1080x720', 'scale-down', '1000x1000', { dpr: 2 }).canvas).toEqual(size('1080x720'))
    expect(plan('1080x720', 'squeeze', '101x3', { dpr: 1.5 }).canvas).toEqual(size('152x5'))
    expect(plan('1080x720', 'squeeze', '1x1', { dpr: 0.1 }).canvas).toEqual(size('1x1'))
  })
})

describe('gravity', () => {
  it.each([
    ['left', 0],
    ['right', 600],
    ['top', 300],
    ['bottom', 300],
    ['center', 300],
    [undefined, 300],
    [{ x: 0.33, y: 0.5 }, 198],
    [{ x: 0, y: 1 }, 0],
    [{ x: 1, y: 0 }, 600],
    [{ x: 7, y: 0 }, 600],
    [{ x: 0.33, y: 0.5, mode: 'remainder' }, 198],
    [{ x: 0.33, y: 0.5, mode: 'box-center' }, 147],
    [{ x: 0.05, y: 0.5, mode: 'box-center' }, 0],
    [{ x: 1, y: 0.5, mode: 'box-center' }, 600],
  ] as [Gravity | undefined, number][])('%j cuts 900x900 to 300x900 from %i', (gravity, left) => {
    const { crop } = planTransform(size('900x900'), {
      fit: 'cover',
      width: 300,
      height: 900,
      ...(gravity && { gravity }),
    })
    expect(crop).toEqual({ x: left, y: 0, width: 300, height: 900 })
  })

  it('works for crop and aspect-crop, and along the height', () => {
    expect(plan('900x900', 'crop', '900x300', { gravity: 'bottom' }).crop.y).toBe(600)
    expect(plan('900x900', 'aspect-crop', '1800x600', { gravity: 'top' }).crop).toMatchObject({
      y: 0,
      height: 300,
    })
    expect(plan('900x900', 'aspect-crop', '1800x600', { gravity: { x: 0, y: 0.25 } }).crop.y).toBe(150)
  })

  it('does not move a padded picture', () => {
    expect(plan('10x4', 'pad', '10x8', { gravity: 'bottom' }).offset).toEqual({ x: 0, y: 2 })
  })
})

describe('limits of the result', () => {
  it('are 12,000 px a side and 100 megapixels', () => {
    expect(plan('10x10', 'squeeze', '12000x8333').canvas).toEqual(size('12000x8333'))
    expect(() => plan('10x10', 'squeeze', '12000x8334')).toThrow('12000x8334 px, at most 100 megapixels')
    expect(() => plan('10x10', 'pad', '12001x1')).toThrow('12001x1 px, at most 12000 px a side')
    expect(() => planTransform(size('1x2'), { fit: 'contain', width: 7000 })).toThrow('7000x14000 px')
    expect(() => plan('10x10', 'cover', '6001x10', { dpr: 2 })).toThrow(
      expect.objectContaining({ kind: 'refusedDimensions' }),
    )
  })

  it('are about the result, not about the box', () => {
    expect(plan('100x100', 'scale-down', '99999x99999').canvas).toEqual(size('100x100'))
    expect(plan('1x12000', 'cover', '1000x10').canvas).toEqual(size('1000x10'))
  })
})

it('keeps its laws for any request', () => {
  const random = createRandom(4_711)
  const upTo = (limit: number) => 1 + Math.floor(random() ** 3 * limit)
  const fits: FitMode[] = [
    'scale-down',
    'contain',
    'cover',
    'crop',
    'aspect-crop',
    'pad',
    'squeeze',
    'scale-up',
  ]
  for (let round = 0; round < 20_000; round++) {
    const source = { width: upTo(12_000), height: upTo(8_000) }
    const fit = fits[round % fits.length] ?? 'cover'
    const box = { width: upTo(3_000), height: upTo(3_000) }
    const request = { fit, ...box, gravity: { x: random(), y: random() }, dpr: 0.1 + random() * 1.9 }
    let planned: ReturnType<typeof planTransform>
    try {
      planned = planTransform(source, request)
    } catch (error) {
      expect(error).toMatchObject({ kind: 'refusedDimensions' })
      continue
    }
    const { crop, scaled, canvas, offset } = planned
    const numbers = [scaled.width, scaled.height, canvas.width, canvas.height, offset.x, offset.y]
    expect(numbers.every(Number.isInteger)).toBe(true)
    expect(crop.x >= 0 && crop.y >= 0 && crop.width > 0 && crop.height > 0).toBe(true)
    expect(crop.x + crop.width <= source.width && crop.y + crop.height <= source.height).toBe(true)
    expect(scaled.width >= 1 && offset.x >= 0 && offset.x + scaled.width <= canvas.width).toBe(true)
    expect(scaled.height >= 1 && offset.y >= 0 && offset.y + scaled.height <= canvas.height).toBe(true)
    if (fit === 'scale-down' || fit === 'crop' || fit === 'aspect-crop') {
      expect(canvas.width <= source.width && canvas.height <= source.height).toBe(true)
    }
  }
})
