import type { Op, RenderRequest } from '../packages/core/src/index.ts'

/** What the bench Worker is asked to do with the source that it holds. */
export type BenchJob =
  | ({ readonly work: 'transform' } & Pick<RenderRequest, 'source' | 'program' | 'formatClass'>)
  | ResizeJob
  | JpegJob
  | StepsJob

/** The resizer alone: the source is RGBA, the answer too, or empty where only the time is of interest. */
export interface ResizeJob {
  readonly work: 'resize'
  readonly width: number
  readonly height: number
  readonly outWidth: number
  readonly outHeight: number
  readonly isAnswered: boolean
}

/** The JPEG encoder alone: the source is RGBA. */
export interface JpegJob {
  readonly work: 'jpeg'
  readonly width: number
  readonly height: number
  readonly quality: number
  readonly progressive: boolean
}

/** Operations alone, on pixels that are there: source and answer are RGBA, or the answer is empty. */
export interface StepsJob {
  readonly work: 'steps'
  readonly width: number
  readonly height: number
  readonly ops: readonly Exclude<Op, { readonly op: 'draw' }>[]
  readonly isAnswered: boolean
}

/** Memory of one job, bytes; null where the engine says nothing. */
export interface BenchMemory {
  /** What the job was priced at before it began. */
  readonly pricedBytes: number | null
  /** What it held at most, by the engine's own account. */
  readonly peakBytes: number | null
  /** All WASM memories that the job started, at the size they had at its end; counted by the bench Worker. */
  readonly wasmBytes: number
}

/** Header of an answer that carries a {@link BenchMemory} as JSON. */
export const MEMORY_HEADER = 'x-bench-memory'
