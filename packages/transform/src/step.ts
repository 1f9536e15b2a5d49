import type { Op, Size } from '@tintype/core'
import type { KernelRaster } from '@tintype/pixels'

/** What a step gets: the size of the picture, and whether a pixel of it may be transparent. */
export interface Canvas {
  readonly size: Size
  readonly hasAlpha: boolean
}

/** One operation, planned: all numbers are known, no pixel was touched. */
export interface PlannedStep extends Canvas {
  /** Kernel bytes that it allocates. */
  readonly priceBytes: number
  /** Owns its input: it may change it and return it, or return another raster of the same kernel. */
  run(raster: KernelRaster): KernelRaster | Promise<KernelRaster>
}

/** An operation that works on a raster. */
export type StepOp = Exclude<Op, { readonly op: 'draw' }>

/** Plan one kind of operation. Pure. @throws ApiError `refusedDimensions` for a result that is too large */
export type PlanStep<K extends StepOp['op']> = (
  op: Extract<StepOp, { readonly op: K }>,
  canvas: Canvas,
) => PlannedStep
