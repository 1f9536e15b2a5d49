import { ApiError, type SourceFacts } from '@tintype/core'
import {
  createFrameCanvas,
  decodePngImageData,
  type Kernel,
  PixelError,
  type PngDecodeOptions,
  type PngHeader,
  planPngDecode,
  priceFrameCanvas,
  priceResize,
  readPngHeader,
} from '@tintype/pixels'
import { stillDecoder } from '../codec.ts'
import type { Decoder } from '../decoder.ts'
import { type ApngFrame, readApngFrames } from './apng-frames.ts'
import {
  type CanvasFaults,
  type CanvasFrame,
  framesOf,
  isCut,
  planFrameResize,
  viewFrames,
} from './frame-view.ts'
import { pngCodec, readProfile } from './png.ts'

const STILL = stillDecoder(pngCodec)
const ANY = Number.POSITIVE_INFINITY

/**
 * PNG, still or animated. Where one frame is wanted it is the picture that every decoder shows, which need not be one of the
 * animation; else each frame is unpacked by the kernel's PNG decoder and drawn on the canvas.
 */
export const pngDecoder: Decoder = {
  readStart: pngCodec.readStart,

  plan(facts, start, view) {
    const frames = framesOf(facts, view)
    if (frames === 1) return STILL.plan(facts, start, view)
    const { header } = readPngHeader(start)
    if (header.width !== facts.width || header.height !== facts.height) {
      throw new ApiError('decodingFailed', 'its pixels contradict its header')
    }
    const { profile, profileBytes, kernelBytes } = readProfile(header)
    const heldBytes = kernelBytes + profileBytes
    const options: PngDecodeOptions = { profile, maxPixels: ANY, maxBytes: ANY }
    const whole = planPngDecode(header, options)
    const resize = planFrameResize(facts, view)
    const { width, height } = facts
    return {
      price: {
        kernelBytes: whole.priceBytes + priceFrameCanvas(width, height, true) + priceResize(resize),
        heapBytes: heldBytes,
        bufferBytes: 0,
      },
      frames,
      heldBytes: profile === null ? 0 : profileBytes,
      profile: whole.profile === null ? profile : null,
      run(kernel, file, meter) {
        meter.hold(heldBytes)
        return viewFrames(
          kernel,
          composeFrames(kernel, file, facts, frames, header, options),
          resize,
          isCut(facts, frames),
        )
      },
    }
  },
}

async function* composeFrames(
  kernel: Kernel,
  file: AsyncIterable<Uint8Array>,
  { width, height }: SourceFacts,
  count: number,
  header: PngHeader,
  options: PngDecodeOptions,
): AsyncGenerator<CanvasFrame, CanvasFaults, undefined> {
  const canvas = createFrameCanvas(kernel, { width, height })
  let shown = 0
  let hasBadChecksum = false
  for await (const frame of readApngFrames(file)) {
    const { left, top, disposal } = frame
    if (left + frame.width > width || top + frame.height > height) break
    // What the first frame restores is the canvas before it, and that was empty.
    canvas.begin(frame, disposal === 'restore' && shown === 0 ? 'clear' : disposal)
    if (!(await kernel.scope(() => drawFrame(frame)))) break
    shown += 1
    yield { raster: canvas.raster, delayMs: frame.delayMs }
    if (shown === count) return { truncated: false, hasBadChecksum }
  }
  if (shown === 0) throw new ApiError('decodingFailed', 'its first frame is damaged')
  return { truncated: true, hasBadChecksum }

  /** Unpack a frame and draw it. @returns false when it is damaged, or not all there: then it is not drawn */
  async function drawFrame(frame: ApngFrame): Promise<boolean> {
    try {
      const plan = planPngDecode({ ...header, width: frame.width, height: frame.height }, options)
      const decoded = await decodePngImageData(kernel, frame.data(), plan)
      if (decoded.truncated) return false
      hasBadChecksum ||= decoded.hasBadChecksum
      canvas.draw(decoded.raster, frame.top, frame.isBlended ? 'over' : 'instead')
      return true
    } catch (error) {
      if (error instanceof PixelError && error.reason !== 'internal') return false
      throw error
    }
  }
}
