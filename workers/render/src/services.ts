import type { BlobStore } from '@tintype/core'
import { r2BlobStore } from '@tintype/storage'
import { createGovernor, ISOLATE_BUDGET, type TransformServices } from '@tintype/transform'
import { type DerivedStore, r2DerivedStore } from './derived-store.ts'

/** Bindings of `wrangler.toml`. */
export interface Env {
  readonly BUCKET: R2Bucket
}

export interface Services {
  readonly originals: BlobStore
  readonly derived: DerivedStore
  readonly transform: TransformServices
  now(): number
}

/** One governor for all requests of this isolate: they share its memory. */
const governor = createGovernor(ISOLATE_BUDGET, { now: () => Date.now(), wait: (ms) => scheduler.wait(ms) })

/** @throws Error saying which binding is missing, and how to add it */
export function createServices(env: Partial<Env>): Services {
  if (env.BUCKET === undefined) {
    throw new Error(
      'The R2 binding BUCKET is missing: add [[r2_buckets]] with binding = "BUCKET" to wrangler.toml',
    )
  }
  return {
    originals: r2BlobStore(env.BUCKET),
    derived: r2DerivedStore(env.BUCKET),
    transform: { governor, yield: () => scheduler.wait(0) },
    now: () => Date.now(),
  }
}
