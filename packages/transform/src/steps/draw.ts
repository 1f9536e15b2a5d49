import { ApiError, type DrawOp, type Place, type Size } from '@tintype/core'
import { composite, type KernelRaster } from '@tintype/pixels'
import type { PicturePlan } from '../picture-plan.ts'
import { PAGE_BYTES } from '../price.ts'
import { runPicture } from '../run-picture.ts'
import type { ProbedSource } from '../source.ts'
import type { Canvas, PlannedStep, StepServices } from '../step.ts'

/** More would take longer to place than to draw; a picture that small is no pattern. */
const MAX_TILES = 10_000

/** Operators after which canvas that was opaque may not be. */
const MAKES_HOLES: ReadonlySet<DrawOp['composite']> = new Set(['in', 'out', 'xor'])

/**
 * Draw another picture onto the canvas. It is decoded and changed in a kernel of its own, which is given up as soon as its
 * pixels are copied, so that of several overlays only the largest counts. For an animation it is decoded once, and its pixels
 * are kept from frame to frame.
 * @param picture    the overlay's own plan
 * @param isRepeated whether it is drawn on more than one frame
 */
export function planDraw(
  op: DrawOp,
  { size, hasAlpha }: Canvas,
  picture: PicturePlan,
  source: ProbedSource,
  isRepeated: boolean,
): PlannedStep {
  const { width, height } = picture.canvas.size
  const places = tile(placeOn(size, picture.canvas.size, op.place), picture.canvas.size, size, op.repeat)
  const { price } = picture.decode
  const kernelBytes = Math.ceil(picture.kernelBytes / PAGE_BYTES) * PAGE_BYTES
  const sizeBytes = width * height * 4
  return {
    size,
    hasAlpha: hasAlpha || MAKES_HOLES.has(op.composite),
    rasterBytes: 0,
    scratchBytes: sizeBytes,
    besideBytes: kernelBytes + price.bufferBytes + picture.besideBytes,
    // What is kept is there to the end, as heaps are.
    heapBytes: price.heapBytes + picture.heapBytes + (isRepeated ? sizeBytes : 0),
    async run(canvas, services) {
      const overlay = await takeOverlay(canvas, picture, source, kernelBytes, services)
      for (const at of places) composite(canvas, overlay, at, op.composite, op.opacity)
      return canvas
    },
  }
}

/** The overlay's pixels in the canvas's kernel, where they are kept from those, else decoded. */
async function takeOverlay(
  canvas: KernelRaster,
  picture: PicturePlan,
  source: ProbedSource,
  kernelBytes: number,
  services: StepServices,
): Promise<KernelRaster> {
  const { kernel } = canvas
  const kept = services.keptOverlays?.get(picture)
  if (kept !== undefined) {
    const pointer = kernel.exports.allocate(kept.length)
    kernel.bytes(pointer, kept.length).set(kept)
    return { kernel, pointer, ...picture.canvas.size }
  }
  // An overlay's own overlays are drawn once.
  const overlay = await copyOverlay(canvas, picture, source, kernelBytes, { ...services, keptOverlays: null })
  if (services.keptOverlays) {
    const sizeBytes = overlay.width * overlay.height * 4
    services.keptOverlays.set(picture, kernel.bytes(overlay.pointer, sizeBytes).slice())
    services.meter.hold(sizeBytes)
  }
  return overlay
}

/** The overlay's pixels in the canvas's kernel. */
async function copyOverlay(
  canvas: KernelRaster,
  picture: PicturePlan,
  source: ProbedSource,
  kernelBytes: number,
  services: StepServices,
): Promise<KernelRaster> {
  const kernel = services.kernels.start(kernelBytes)
  const unwatch = services.meter.watch(kernel)
  try {
    for await (const { raster } of runPicture(picture, source, kernel, services)) {
      const { width, height } = raster
      const sizeBytes = width * height * 4
      const pointer = canvas.kernel.exports.allocate(sizeBytes)
      canvas.kernel.bytes(pointer, sizeBytes).set(kernel.bytes(raster.pointer, sizeBytes))
      return { kernel: canvas.kernel, pointer, width, height }
    }
    throw new ApiError('decodingFailed', 'an overlay holds no picture')
  } finally {
    unwatch()
    kernel.close()
  }
}

/** Where the left top corner of an overlay lies: from an edge, or in the middle of an axis that has no place. */
function placeOn(canvas: Size, overlay: Size, { x, y }: Place): { readonly x: number; readonly y: number } {
  const along = (
    whole: number,
    part: number,
    place: { readonly px: number; readonly isFar: boolean } | null,
  ) =>
    place === null
      ? Math.floor((whole - part) / 2)
      : place.isFar
        ? whole - part - Math.round(place.px)
        : Math.round(place.px)
  return {
    x: along(canvas.width, overlay.width, x && { px: x.px, isFar: x.from === 'right' }),
    y: along(canvas.height, overlay.height, y && { px: y.px, isFar: y.from === 'bottom' }),
  }
}

/** All places of an overlay that is repeated in both directions from where it lies. */
function tile(
  at: { readonly x: number; readonly y: number },
  overlay: Size,
  canvas: Size,
  repeat: DrawOp['repeat'],
): { readonly x: number; readonly y: number }[] {
  const steps = (start: number, part: number, whole: number, isRepeated: boolean): number[] => {
    if (!isRepeated) return [start]
    const first = (((start % part) + part) % part) - part
    const count = Math.min(MAX_TILES + 1, Math.ceil((whole - first) / part))
    return Array.from({ length: count }, (_, i) => first + i * part)
  }
  const columns = steps(at.x, overlay.width, canvas.width, repeat === 'both' || repeat === 'x')
  const rows = steps(at.y, overlay.height, canvas.height, repeat === 'both' || repeat === 'y')
  if (rows.length * columns.length > MAX_TILES) {
    throw new ApiError('invalidOptions', 'an overlay is too small to be repeated over so large a picture')
  }
  return rows.flatMap((y) => columns.map((x) => ({ x, y })))
}
