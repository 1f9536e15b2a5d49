import { describe, expect, it } from 'vitest'
import { type Trim, trimWindow } from './trim-window.ts'

const NONE = { px: 0 } as const
const trim = (more: Partial<Trim>): Trim => ({
  ...{ top: NONE, right: NONE, bottom: NONE, left: NONE, width: null, height: null },
  ...more,
})
const SIZE = { width: 300, height: 200 }

describe('what trim leaves', () => {
  it.each<[string, Partial<Trim>, [number, number, number, number]]>([
    ['everything of nothing', {}, [0, 0, 300, 200]],
    [
      'four sides',
      { top: { px: 10 }, right: { px: 20 }, bottom: { px: 30 }, left: { px: 40 } },
      [40, 10, 240, 160],
    ],
    ['fractions of that side', { top: { fraction: 0.25 }, left: { fraction: 0.1 } }, [30, 50, 270, 150]],
    ['fractions to the nearest px', { left: { fraction: 0.005 } }, [2, 0, 298, 200]],
    ['a width from the trimmed edge on', { left: { px: 40 }, width: { px: 100 } }, [40, 0, 100, 200]],
    ['a width before a right side', { right: { px: 250 }, width: { px: 100 } }, [0, 0, 100, 200]],
    ['no more than there is', { top: { px: 150 }, height: { px: 100 } }, [0, 150, 300, 50]],
    ['a fraction of the height', { height: { fraction: 0.5 } }, [0, 0, 300, 100]],
    ['one px', { left: { px: 299 }, top: { px: 199 } }, [299, 199, 1, 1]],
  ])('%s', (_, given, [x, y, width, height]) => {
    expect(trimWindow(SIZE, trim(given))).toEqual({ x, y, width, height })
  })

  it.each<Partial<Trim>>([
    { left: { px: 300 } },
    { left: { px: 200 }, right: { px: 100 } },
    { top: { px: 150 }, bottom: { px: 150 } },
    { top: { px: 12_000 } },
    { width: { fraction: 0.001 } },
    { left: { px: 300 }, width: { px: 10 } },
  ])('%j is an error, never the whole picture', (given) => {
    expect(() => trimWindow(SIZE, trim(given))).toThrow(
      expect.objectContaining({ kind: 'refusedDimensions' }),
    )
  })
})
