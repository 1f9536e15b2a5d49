import { composite } from './composite.ts'
import { clearBox, copyBox, createRaster, type FrameBox } from './frame-history.ts'
import { guardTraps, type Kernel, type KernelRaster } from './kernel.ts'

/** What becomes of a frame when the next one comes: it stays, is cleared, or gives way to what was there before it. */
export type FrameDisposal = 'keep' | 'clear' | 'restore'

/** The canvas that the frames of an animation are drawn on; at first it is transparent black. */
export interface FrameCanvas {
  /** The next frame changes it. */
  readonly raster: KernelRaster
  /** Dispose of the frame before, and begin one in `box`, which lies inside the canvas. */
  begin(box: FrameBox, disposal: FrameDisposal): void
  /**
   * Draw rows of the frame that was begun: over what is there, or instead of it.
   * @param top row of the canvas, px
   */
  draw(rows: KernelRaster, top: number, how: 'over' | 'instead'): void
}

/** Kernel bytes that a canvas takes, and another one where frames restore what was there. */
export const priceFrameCanvas = (width: number, height: number, restores: boolean): number =>
  (restores ? 2 : 1) * (width * height * 4 + 16)

/** A canvas takes its memory now, and what it restores from when the first frame asks for it. */
export function createFrameCanvas(
  kernel: Kernel,
  size: { readonly width: number; readonly height: number },
): FrameCanvas {
  const raster = createRaster(kernel, size)
  let saved: KernelRaster | null = null
  let before: { readonly box: FrameBox; readonly disposal: FrameDisposal } | null = null
  return {
    raster,
    begin(box, disposal) {
      if (before?.disposal === 'clear') clearBox(raster, before.box)
      else if (before?.disposal === 'restore' && saved !== null) copyBox(raster, saved, before.box)
      if (disposal === 'restore') {
        saved ??= createRaster(kernel, size)
        copyBox(saved, raster, box)
      }
      before = { box, disposal }
    },
    draw(rows, top, how) {
      if (before === null) throw new Error('No frame was begun')
      const { left } = before.box
      if (how === 'over') return composite(raster, rows, { x: left, y: top }, 'over', 1)
      const stride = raster.width * 4
      const target = raster.pointer + (top * raster.width + left) * 4
      guardTraps(() =>
        kernel.exports.frameCopy(target, stride, rows.pointer, rows.width * 4, rows.width, rows.height),
      )
    },
  }
}
