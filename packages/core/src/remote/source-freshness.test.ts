import { describe, expect, it } from 'vitest'
import { type FreshnessHeaders, judgeFreshness } from './source-freshness.ts'

const judge = (cacheControl: string | null, more: Partial<FreshnessHeaders> = {}) => {
  const answer = judgeFreshness({ cacheControl, expires: null, date: null, age: null, ...more })
  const { isStorable, freshForMs, warnings } = answer
  return [isStorable ? freshForMs / 1000 : null, answer.cacheControl, warnings.length]
}

describe('how long a result is right', () => {
  it.each<[string | null, number | null, string, number]>([
    [null, 14_400, 'public, max-age=14400', 0],
    ['', 14_400, 'public, max-age=14400', 0],
    ['public', 14_400, 'public, max-age=14400', 0],
    ['public, max-age=86400', 86_400, 'public, max-age=86400', 0],
    ['max-age=3600', 3600, 'max-age=3600', 0],
    ['max-age=3599', 3600, 'public, max-age=3600', 1],
    ['max-age=0', 3600, 'public, max-age=3600', 1],
    ['max-age=60, s-maxage=7200', 7200, 'max-age=60, s-maxage=7200', 0],
    ['MAX-AGE="86400"', 86_400, 'MAX-AGE="86400"', 0],
    ['max-age=60, must-revalidate', 60, 'max-age=60, must-revalidate', 0],
    ['max-age=0, must-revalidate', 0, 'max-age=0, must-revalidate', 0],
    ['must-revalidate', 14_400, 'must-revalidate', 0],
    ['no-cache', 0, 'no-cache', 0],
    ['no-store', null, 'no-store', 1],
    ['private, max-age=60', null, 'private, max-age=60', 1],
    ['max-age=31536000, immutable', 2_592_000, 'max-age=31536000, immutable', 0],
    ['max-age=7200, max-age=9000', 7200, 'max-age=7200, max-age=9000', 0],
    ['max-age=nonsense', 14_400, 'public, max-age=14400', 0],
    ['max-age=7200\u00e9', 14_400, 'public, max-age=14400', 0],
    [`max-age=7200, x=${'y'.repeat(600)}`, 7200, 'public, max-age=7200', 0],
  ])('%s', (header, seconds, told, warnings) => {
    expect(judge(header)).toEqual([seconds, told, warnings])
  })
  it('follows `expires` where nothing else says it', () => {
    const date = 'Fri, 27 Nov 2026 10:00:00 GMT'
    const in2h = 'Fri, 27 Nov 2026 12:00:00 GMT'
    expect(judge(null, { expires: in2h, date })).toEqual([7200, 'public, max-age=7200', 0])
    expect(judge('public', { expires: in2h, date })).toEqual([7200, 'public, max-age=7200', 0])
    expect(judge(null, { expires: '0', date })).toEqual([3600, 'public, max-age=3600', 1])
    expect(judge('max-age=9000', { expires: '0', date })).toEqual([9000, 'max-age=9000', 0])
  })
  it('counts the age that an answer has already', () => {
    expect(judge('max-age=7200', { age: '1000' })).toEqual([6200, 'max-age=7200', 0])
    expect(judge('max-age=60, must-revalidate', { age: '50' })).toEqual([
      10,
      'max-age=60, must-revalidate',
      0,
    ])
    expect(judge('max-age=60, must-revalidate', { age: '90' })).toEqual([0, 'max-age=60, must-revalidate', 0])
  })
})
