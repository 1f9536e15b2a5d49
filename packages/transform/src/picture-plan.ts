import type { DecodePlan } from './decoder.ts'
import type { Canvas, PlannedStep } from './step.ts'

/** A source and the operations on it, planned: how it is decoded, and what is then done to its pixels. */
export interface PicturePlan {
  readonly decode: DecodePlan
  readonly steps: readonly PlannedStep[]
  /** What comes out. */
  readonly canvas: Canvas
  /** Bytes of its kernel: what is decoded and what stays of each step, and the most that one step gives back. */
  readonly kernelBytes: number
  /** Most bytes that one step holds outside of it. */
  readonly besideBytes: number
  /** Heaps of libraries that steps leave behind, all together. */
  readonly heapBytes: number
  readonly warnings: readonly string[]
}
