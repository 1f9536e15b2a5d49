import { createMemoryPool, type MemoryPool } from '@tintype/pixels'

/** What every rewritten module can start with; those that need more grow it first. `scripts/build-codecs.ts` */
const INITIAL_PAGES = 4
/** What the modules declare as their maximum, 2 GiB; how far a job's heap may grow its price decides. */
const MAXIMUM_PAGES = 32_768
/** The heaps of one AVIF encoder at 1,200 px, or of several smaller ones. docs/decisions/0031-codecs-import-their-memory.md */
const RETAINED_BYTES = 32e6

/** Heaps of the codec libraries of an isolate: one pool for all libraries and jobs. */
export const libraryMemories: MemoryPool = createMemoryPool({
  initialPages: INITIAL_PAGES,
  maximumPages: MAXIMUM_PAGES,
  maxRetainedBytes: RETAINED_BYTES,
})
