import type { Op, Size } from '@tintype/core'
import type { KernelPool, KernelRaster } from '@tintype/pixels'
import type { MemoryMeter } from './memory-meter.ts'
import type { Vision } from './vision.ts'

/** What a step gets: the size of the picture, and whether a pixel of it may be transparent. */
export interface Canvas {
  readonly size: Size
  readonly hasAlpha: boolean
}

/** What a running job does between its stages: show that it lives, and let others have a turn. */
export interface Turns {
  /** @throws ApiError `overloaded` once the job must not go on. Never by the clock */
  check(): void
  yield(): Promise<unknown>
}

/** What a step may need beside its raster. */
export interface StepServices {
  readonly kernels: KernelPool
  /** null, or absent: nobody sees anything, and no step that needs it was planned. */
  readonly vision?: Vision | null
  readonly meter: MemoryMeter
  readonly turns: Turns
  /** Pixels of overlays, by their plans, kept from frame to frame; null, or absent: nothing is drawn twice. */
  readonly keptOverlays?: Map<object, Uint8Array> | null
}

/** One operation, planned: all numbers are known, no pixel was touched. */
export interface PlannedStep extends Canvas {
  /** Kernel bytes that stay taken: a new raster. */
  readonly rasterBytes: number
  /** Kernel bytes that are given up when the step is over. Only a step that returns the raster it got may have them. */
  readonly scratchBytes: number
  /** Bytes outside the job's kernel, until the step is over. */
  readonly besideBytes: number
  /** Heaps of libraries: garbage after the step, but nothing says when it is collected. */
  readonly heapBytes: number
  /** Owns its input: it may change it and return it, or return another raster of the same kernel. */
  run(raster: KernelRaster, services: StepServices): KernelRaster | Promise<KernelRaster>
}

/** An operation that works on one raster. */
export type StepOp = Exclude<Op, { readonly op: 'draw' }>

/** Plan one kind of operation. Pure. @throws ApiError `refusedDimensions` for a result that is too large */
export type PlanStep<K extends StepOp['op']> = (
  op: Extract<StepOp, { readonly op: K }>,
  canvas: Canvas,
) => PlannedStep

/** A step that changes its raster where it is. */
export const inPlace = (
  canvas: Canvas,
  run: (raster: KernelRaster) => void,
  scratchBytes = 0,
): PlannedStep => ({
  ...canvas,
  rasterBytes: 0,
  scratchBytes,
  besideBytes: 0,
  heapBytes: 0,
  run(raster) {
    run(raster)
    return raster
  },
})

/** A step that makes another raster. */
export const toRaster = (
  canvas: Canvas,
  rasterBytes: number,
  run: (raster: KernelRaster) => KernelRaster,
): PlannedStep => ({ ...canvas, rasterBytes, scratchBytes: 0, besideBytes: 0, heapBytes: 0, run })
