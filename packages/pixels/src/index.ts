export type { Kernel, KernelRaster } from './kernel.ts'
export { createKernel } from './kernel.ts'
export type { PixelErrorReason } from './pixel-error.ts'
export { PixelError } from './pixel-error.ts'
