import type { Targets } from './cases.ts'
import type { Measured } from './measure.ts'

/** Something that was measured, beside the most that it should be. */
export interface Verdict {
  /** `best` and `median` are ratios of time, `memory` and `price` bytes, the sizes ratios of length. */
  readonly what: 'best' | 'median' | 'memory' | 'price' | 'size' | 'yardstick size'
  readonly value: number
  readonly target: number
}

/** A ratio to sharp, of times or of CPU time. */
export interface Ratios {
  readonly best: number
  readonly median: number
}

/** Bytes a case held at most: by the engine's account, or what WASM alone took where that is more, or all there is. */
export const peakBytesOf = ({ memory }: Measured): number => Math.max(memory.peakBytes ?? 0, memory.wasmBytes)

export const ratiosOf = ({ ours, sharp }: Measured): Ratios => ({
  best: ours.best / sharp.best,
  median: ours.median / sharp.median,
})

export const isMet = ({ value, target }: Pick<Verdict, 'value' | 'target'>): boolean => value <= target

/** More was held than was priced: a fault of the engine, not a matter of speed. */
export const isOverPrice = (measured: Measured): boolean =>
  measured.memory.pricedBytes !== null && peakBytesOf(measured) > measured.memory.pricedBytes

/** A case against its targets, those that it has. */
export function judge(measured: Measured, targets: Targets): Verdict[] {
  const { bytes, memory, yardstickSize } = measured
  const { best, median } = ratiosOf(measured)
  const all: (Omit<Verdict, 'target'> & { target: number | null | undefined })[] = [
    { what: 'best', value: best, target: targets.time },
    { what: 'median', value: median, target: targets.time },
    { what: 'memory', value: peakBytesOf(measured), target: targets.peakBytes },
    { what: 'price', value: peakBytesOf(measured), target: memory.pricedBytes },
    { what: 'size', value: bytes.ours / bytes.sharp, target: targets.size },
    { what: 'yardstick size', value: yardstickSize ?? 0, target: targets.yardstickSize },
  ]
  return all.filter((verdict): verdict is Verdict => typeof verdict.target === 'number')
}

/** `met, 12 % under`, or `missed by 7 %`. */
export function formatVerdict(verdict: Pick<Verdict, 'value' | 'target'>): string {
  const percent = 100 * (verdict.value / verdict.target - 1)
  // A miss that rounds to nothing is still a miss.
  const shown = Math.abs(percent) >= 1 ? Math.abs(percent).toFixed(0) : Math.abs(percent).toFixed(1)
  return isMet(verdict) ? `met, ${shown} % under` : `missed by ${shown} %`
}
