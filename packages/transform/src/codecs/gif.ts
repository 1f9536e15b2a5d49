import { DEFAULT_QUALITY } from '@tintype/core'
import {
  createGifEncoder,
  decodeGif,
  largestGif,
  planGifDecode,
  priceGifEncode,
  priceResize,
} from '@tintype/pixels'
import { createCollector, MAX_ANIMATION_BYTES, priceCollect } from '../collect-pieces.ts'
import type { Decoder } from '../decoder.ts'
import type { Encoder } from '../encoder.ts'
import { framesOf, isCut, planFrameResize, viewFrames } from './frame-view.ts'
import { readFirst } from './library.ts'

/** The signature and the screen: all that a plan needs beyond what the header said when the file came. */
const START_BYTES = 13
/** What was decided about limits was decided before. */
const ANY = Number.POSITIVE_INFINITY

/** GIF through the kernel: frames are drawn on their canvas, whose rows are then resized. */
export const gifDecoder: Decoder = {
  readStart: readFirst(START_BYTES),

  plan(facts, _start, view) {
    const { width, height, animation } = facts
    const frameCount = framesOf(facts, view)
    const { plays: loopCount, restoresPrevious } = animation ?? { plays: 1, restoresPrevious: true }
    const canvas = planGifDecode(
      { width, height, frameCount, delaysMs: [], loopCount, hasAlpha: true, restoresPrevious },
      { maxFrames: ANY, maxPixels: ANY, maxBytes: ANY },
    )
    const resize = planFrameResize(facts, view)
    return {
      price: { kernelBytes: canvas.priceBytes + priceResize(resize), heapBytes: 0, bufferBytes: 0 },
      frames: frameCount,
      heldBytes: 0,
      profile: null,
      run: (kernel, file) =>
        viewFrames(kernel, decodeGif(kernel, file, canvas), resize, isCut(facts, frameCount)),
    }
  },
}

/** GIF out: at most 255 colours a frame, dithered; transparent or opaque. */
export const gifEncoder: Encoder = {
  plan({ width, height }, frames, { quality, plays }) {
    const largestBytes = Math.min(largestGif(width, height, frames), MAX_ANIMATION_BYTES)
    return {
      price: {
        kernelBytes: priceGifEncode(width, height),
        heapBytes: 0,
        bufferBytes: priceCollect(largestBytes),
      },
      begin(kernel, meter) {
        const options = { width, height, plays, quality: quality ?? DEFAULT_QUALITY }
        const encoder = createGifEncoder(kernel, options)
        const file = createCollector(largestBytes, meter)
        return {
          async add(raster, delayMs) {
            file.add(encoder.add(raster, delayMs))
          },
          async end() {
            file.add(encoder.end())
            return file.end()
          },
          close() {},
        }
      },
    }
  },
}
