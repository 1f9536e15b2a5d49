import { TRUNCATED, toOrientation } from '@tintype/core'
import { createResizer, decodeGif, planGifDecode, planResize, priceResize } from '@tintype/pixels'
import type { Decoder } from '../decoder.ts'
import { storedSize, storedView } from '../stored-geometry.ts'
import { readFirst } from './library.ts'

/** The signature and the screen: all that a plan needs beyond what the header said when the file came. */
const START_BYTES = 13

/**
 * GIF through the kernel: a frame is drawn on its canvas, whose rows are then resized.
 * Frames after the first are not asked for yet: animations are refused before they get here.
 */
export const gifDecoder: Decoder = {
  readStart: readFirst(START_BYTES),

  plan(facts, _start, view) {
    const { width, height } = facts
    const source = { ...facts, orientation: view.orientation }
    const geometry = { ...view, scaled: view.size }
    const frame = planGifDecode(
      { width, height, frameCount: 1, delaysMs: [0], loopCount: 1, hasAlpha: true, restoresPrevious: true },
      { frames: 1, maxBytes: Number.POSITIVE_INFINITY },
    )
    const resize = planResize({
      kind: 'alpha',
      width,
      height,
      ...storedSize(source, geometry),
      ...storedView(source, geometry),
      orientation: toOrientation(view.orientation),
    })
    return {
      price: { kernelBytes: frame.priceBytes + priceResize(resize), heapBytes: 0, bufferBytes: 0 },
      heldBytes: 0,
      profile: null,
      exif: null,
      async *run(kernel, file) {
        const frames = decodeGif(kernel, file, frame)
        const first = await frames.next()
        if (first.done) return
        const { raster, delayMs } = first.value
        const resizer = createResizer(kernel, resize)
        resizer.skip(resizer.firstRow)
        for (let y = resizer.firstRow; y < resizer.endRow; y++) resizer.push(raster.pointer + y * width * 4)
        const last = await frames.next()
        const isTruncated = last.done === true && last.value.truncated
        yield { raster: resizer.raster, delayMs, warnings: isTruncated ? [TRUNCATED] : [] }
      },
    }
  },
}
