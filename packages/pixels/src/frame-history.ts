import { guardTraps, type Kernel, type KernelRaster } from './kernel.ts'

/** A rectangle of a raster, px. */
export interface FrameBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const RGBA_BYTES = 4

/** The box that the kernel found last. */
function foundBox({ kernel }: KernelRaster): FrameBox {
  const { exports } = kernel
  const [left = 0, top = 0, right = 0, bottom = 0] = new Uint32Array(
    exports.memory.buffer,
    exports.frameBox(),
    4,
  )
  return { left, top, width: right - left, height: bottom - top }
}

/** The smallest box of the pixels in which two rasters of one size differ; null where none does. */
export const findChange = (a: KernelRaster, b: KernelRaster): FrameBox | null =>
  guardTraps(() => a.kernel.exports.frameDiff(a.pointer, b.pointer, a.width, a.height) !== 0)
    ? foundBox(a)
    : null

/** The smallest box of the pixels that are opaque before and transparent after; null where there are none. */
export const findCleared = (before: KernelRaster, after: KernelRaster): FrameBox | null =>
  guardTraps(
    () =>
      before.kernel.exports.frameCleared(before.pointer, after.pointer, before.width, before.height) !== 0,
  )
    ? foundBox(before)
    : null

/** The smallest box that holds both. */
export function joinBoxes(a: FrameBox | null, b: FrameBox | null): FrameBox | null {
  if (a === null || b === null) return a ?? b
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)]
  const right = Math.max(a.left + a.width, b.left + b.width)
  const bottom = Math.max(a.top + a.height, b.top + b.height)
  return { left, top, width: right - left, height: bottom - top }
}

const pointerAt = ({ pointer, width }: KernelRaster, { left, top }: FrameBox): number =>
  pointer + (top * width + left) * RGBA_BYTES

/** Copy a box between rasters of one kernel and one size. */
export const copyBox = (to: KernelRaster, from: KernelRaster, box: FrameBox): void =>
  guardTraps(() =>
    to.kernel.exports.frameCopy(
      pointerAt(to, box),
      to.width * RGBA_BYTES,
      pointerAt(from, box),
      from.width * RGBA_BYTES,
      box.width,
      box.height,
    ),
  )

/** Copy a box out of a raster, packed. @param pointer room for its pixels in the same kernel */
export const packBox = (pointer: number, from: KernelRaster, box: FrameBox): void =>
  guardTraps(() =>
    from.kernel.exports.frameCopy(
      pointer,
      box.width * RGBA_BYTES,
      pointerAt(from, box),
      from.width * RGBA_BYTES,
      box.width,
      box.height,
    ),
  )

/** Make a box of a raster transparent black. */
export const clearBox = (raster: KernelRaster, box: FrameBox): void =>
  guardTraps(() =>
    raster.kernel.exports.frameCopy(
      pointerAt(raster, box),
      raster.width * RGBA_BYTES,
      0,
      0,
      box.width,
      box.height,
    ),
  )

/** The whole of a raster. */
export const wholeBox = ({
  width,
  height,
}: {
  readonly width: number
  readonly height: number
}): FrameBox => ({
  left: 0,
  top: 0,
  width,
  height,
})

/** A new raster, transparent black. */
export const createRaster = (
  kernel: Kernel,
  { width, height }: { readonly width: number; readonly height: number },
): KernelRaster => ({
  kernel,
  pointer: guardTraps(() => kernel.exports.allocate(width * height * RGBA_BYTES)),
  width,
  height,
})
