import type { Targets } from './cases.ts'
import type { Measured } from './measure.ts'

/** Bytes a case held at most: by the engine's account, or what WASM alone took where that is more, or all there is. */
export const peakBytesOf = ({ memory }: Measured): number => Math.max(memory.peakBytes ?? 0, memory.wasmBytes)

export const ratioOf = ({ ours, sharp }: Measured): number => ours.median / sharp.median

/** More was held than was priced: a fault of the engine, not a matter of speed. */
export const isOverPrice = (measured: Measured): boolean =>
  measured.memory.pricedBytes !== null && peakBytesOf(measured) > measured.memory.pricedBytes

/** Which targets were missed, a word each. */
export function missesOf(measured: Measured, targets: Targets): string[] {
  const { bytes, yardstickSize } = measured
  const misses = []
  if (ratioOf(measured) > targets.time) misses.push('time')
  if (targets.peakBytes !== undefined && peakBytesOf(measured) > targets.peakBytes) misses.push('memory')
  if (targets.size !== undefined && bytes.ours / bytes.sharp > targets.size) misses.push('size')
  if (targets.yardstickSize !== undefined && (yardstickSize ?? 0) > targets.yardstickSize) misses.push('size')
  if (isOverPrice(measured)) misses.push('price')
  return misses
}
