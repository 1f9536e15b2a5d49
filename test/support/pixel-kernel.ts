import { readFileSync } from 'node:fs'
import type { Kernel, KernelRaster } from '../../packages/pixels/src/kernel.ts'
import { createKernel } from '../../packages/pixels/src/kernel.ts'

const module = new WebAssembly.Module(
  readFileSync(new URL('../../packages/pixels/build/pixels.wasm', import.meta.url)),
)

/** A fresh kernel, as each job gets. */
export const newKernel = (): Kernel => createKernel(module)

/** A copy of a raster's RGBA bytes. */
export const rasterBytes = ({ kernel, pointer, width, height }: KernelRaster): Uint8Array =>
  kernel.bytes(pointer, width * height * 4).slice()

/** `bytes` in pieces of `size`, as a stream would deliver them. */
export function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
