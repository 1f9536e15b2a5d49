import { type Size, type SourceFacts, toOrientation } from '@tintype/core'
import { createResizer, type Kernel, type KernelRaster, planResize, type ResizePlan } from '@tintype/pixels'
import { describeFaults } from '../codec.ts'
import type { Frame, View } from '../decoder.ts'
import { storedSize, storedView } from '../stored-geometry.ts'

/** A frame as shown: the canvas, which the next one changes. */
export interface CanvasFrame {
  readonly raster: KernelRaster
  readonly delayMs: number
}

/** What was wrong with the frames, known after the last one. */
export interface CanvasFaults {
  /** Frames are missing, or a part of the first one is. */
  readonly truncated: boolean
  readonly hasBadChecksum?: boolean
}

/** How many frames of a source a view wants, at most. */
export const framesOf = ({ animation }: SourceFacts, { frames }: View): number =>
  frames === 'all' ? (animation?.frames ?? 1) : 1

/** Whether a source has fewer frames than it was made with, and the last of them is wanted. */
export const isCut = ({ animation }: SourceFacts, frames: number): boolean =>
  animation?.isCut === true && frames === animation.frames

/** The resizer through which the canvas becomes the view. */
export function planFrameResize(facts: SourceFacts & Size, view: View): ResizePlan {
  const { width, height } = facts
  const source = { ...facts, orientation: view.orientation }
  const geometry = { ...view, scaled: view.size }
  return planResize({
    kind: 'alpha',
    width,
    height,
    ...storedSize(source, geometry),
    ...storedView(source, geometry),
    orientation: toOrientation(view.orientation),
  })
}

/**
 * Show each frame of a canvas through the view. One frame is composed ahead, since only then it is known whether another
 * one comes; what the frames take of the kernel is taken before the view of the first one is given.
 * @param isCut whether frames are missing in any case
 */
export async function* viewFrames(
  kernel: Kernel,
  frames: AsyncGenerator<CanvasFrame, CanvasFaults>,
  plan: ResizePlan,
  isCut = false,
): AsyncGenerator<Frame, void, undefined> {
  let resizer: ReturnType<typeof createResizer> | null = null
  try {
    let next = await frames.next()
    while (!next.done) {
      const { raster, delayMs } = next.value
      if (resizer === null) resizer = createResizer(kernel, plan)
      else resizer.rewind()
      resizer.skip(resizer.firstRow)
      for (let y = resizer.firstRow; y < resizer.endRow; y++)
        resizer.push(raster.pointer + y * raster.width * 4)
      next = await frames.next()
      const faults = next.done
        ? describeFaults({ ...next.value, truncated: isCut || next.value.truncated })
        : []
      yield { raster: resizer.raster, delayMs, warnings: faults }
    }
  } finally {
    await frames.return({ truncated: false })
  }
}
