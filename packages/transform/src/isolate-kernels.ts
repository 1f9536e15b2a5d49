import { createKernelPool, type KernelPool } from '@tintype/pixels'
import { kernelModule } from '@tintype/pixels/module'

/** Two or three jobs of the usual size. docs/decisions/0020-reuse-memories.md */
const RETAINED_BYTES = 16e6

/** The kernels of an isolate: one pool for all its jobs. */
export const createIsolateKernels = (): KernelPool =>
  createKernelPool(kernelModule, { maxRetainedBytes: RETAINED_BYTES })
