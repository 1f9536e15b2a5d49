import { describe, expect, it } from 'vitest'
import { formatVerdict, isMet, isOverPrice, judge, peakBytesOf } from './judge.ts'
import type { Measured } from './measure.ts'

const likeness = { psnr: 40, ssim: 0.98 }
const measured: Measured = {
  firstMs: 50,
  ours: { best: 10, median: 12, p95: 14, usage: null },
  sharp: { best: 20, median: 20, p95: 22, usage: null },
  rounds: 9,
  likeness: { ours: likeness, sharp: likeness },
  likenessToShrunk: null,
  bytes: { ours: 105, sharp: 100 },
  memory: { pricedBytes: 10e6, peakBytes: 9e6, wasmBytes: 8e6 },
  highWaterBytes: null,
  quality: null,
  yardstickSize: null,
}

const missesOf = (...given: Parameters<typeof judge>) =>
  judge(...given)
    .filter((verdict) => !isMet(verdict))
    .map(({ what }) => what)

describe('a case', () => {
  it('meets targets that it just reaches', () => {
    expect(missesOf(measured, { time: 0.6, peakBytes: 9e6, size: 1.05 })).toEqual([])
  })

  it('misses each target by its name, the best and the median by one of their own', () => {
    const slow = { ...measured, yardstickSize: 1.04 }
    expect(missesOf(slow, { time: 0.59, peakBytes: 8.9e6, size: 1.04 })).toEqual(['median', 'memory', 'size'])
    expect(missesOf(slow, { time: 0.49, yardstickSize: 1.03 })).toEqual(['best', 'median', 'yardstick size'])
  })

  it('that holds more than its price is at fault, whoever counted', () => {
    const grown = { ...measured, memory: { ...measured.memory, wasmBytes: 10.1e6 } }
    expect(peakBytesOf(grown)).toBe(10.1e6)
    expect(isOverPrice(grown)).toBe(true)
    expect(missesOf(grown, { time: 1 })).toEqual(['price'])
  })

  it('without a price is not over it', () => {
    const unpriced = { ...measured, memory: { pricedBytes: null, peakBytes: null, wasmBytes: 8e6 } }
    expect(peakBytesOf(unpriced)).toBe(8e6)
    expect(isOverPrice(unpriced)).toBe(false)
    expect(judge(unpriced, { time: 1 }).map(({ what }) => what)).toEqual(['best', 'median'])
  })
})

it.each([
  [0.45, 0.6, 'met, 25 % under'],
  [0.6, 0.6, 'met, 0.0 % under'],
  [0.601, 0.6, 'missed by 0.2 %'],
  [0.66, 0.6, 'missed by 10 %'],
])('%d against %d is %s', (value, target, text) => {
  expect(formatVerdict({ value, target })).toBe(text)
})
