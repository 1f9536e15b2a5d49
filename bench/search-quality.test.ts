import { describe, expect, it } from 'vitest'
import { searchQuality } from './search-quality.ts'

/** An encoder whose score is its quality, and whose files have 100 bytes a step. */
const plain = async (quality: number) => ({ quality, score: quality, sizeBytes: 100 * quality })

describe('searchQuality', () => {
  it.each([1, 2, 50, 98, 99])('finds quality %i where that is just enough', async (target) => {
    const found = await searchQuality(plain, target)
    expect(found?.attempt.quality).toBe(target)
    expect(found?.sizeBytes).toBe(100 * target)
  })

  it('takes the next quality up, and the size in between', async () => {
    const found = await searchQuality(plain, 61.25)
    expect(found?.attempt.quality).toBe(62)
    expect(found?.sizeBytes).toBeCloseTo(6125)
  })

  it('says when no quality is enough', async () => {
    expect(await searchQuality(plain, 99.5)).toBeNull()
  })
})
