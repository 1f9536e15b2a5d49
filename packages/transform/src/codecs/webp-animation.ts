import { ApiError, DEFAULT_QUALITY, type Size, type SourceFacts } from '@tintype/core'
import {
  copyBox,
  createFrameCanvas,
  createRaster,
  type FrameBox,
  findChange,
  type Kernel,
  packBox,
  priceFrameCanvas,
  priceResize,
  wholeBox,
} from '@tintype/pixels'
import { stillDecoder, stillEncoder } from '../codec.ts'
import { createCollector, MAX_ANIMATION_BYTES, priceCollect } from '../collect-pieces.ts'
import { chooseProfile } from '../colour.ts'
import type { Decoder } from '../decoder.ts'
import type { EncodePlan, Encoder, EncodeSettings, FrameSink } from '../encoder.ts'
import type { MemoryMeter } from '../memory-meter.ts'
import { once } from '../once.ts'
import {
  type CanvasFaults,
  type CanvasFrame,
  framesOf,
  isCut,
  planFrameResize,
  viewFrames,
} from './frame-view.ts'
import { findProfile, priceWebpDecoder, priceWebpEncoder, webpCodec } from './webp.ts'
import {
  formatAnimationHead,
  formatFrameHead,
  imageChunks,
  readWebpFrames,
  WEBP_FILE_HEAD_BYTES,
  WEBP_FRAME_HEAD_BYTES,
  type WebpFrame,
  wrapWebpFrame,
} from './webp-frames.ts'

const load = once(() => import('./webp-library.ts'))
const RGBA_BYTES = 4
const STILL = stillDecoder(webpCodec)
const STILL_ENCODER = stillEncoder(webpCodec)

/** WebP, still or animated: frames are decoded by libwebp, one at a time, and drawn on their canvas in the kernel. */
export const webpDecoder: Decoder = {
  readStart: webpCodec.readStart,

  plan(facts, start, view) {
    if (facts.animation === undefined) return STILL.plan(facts, start, view)
    const { width, height, sizeBytes } = facts
    const frameBytes = facts.animation.largestFrameBytes ?? sizeBytes
    const frames = framesOf(facts, view)
    const resize = planFrameResize(facts, view)
    const heapBytes = priceWebpDecoder(width, height, frameBytes)
    return {
      price: {
        kernelBytes: priceFrameCanvas(width, height, false) + width * RGBA_BYTES + priceResize(resize),
        heapBytes,
        // A frame, and that frame as a file of its own; then its pixels.
        bufferBytes: 2 * frameBytes + 64 + width * height * RGBA_BYTES,
      },
      frames,
      heldBytes: 0,
      profile: chooseProfile(findProfile(start), 'rgb'),
      run: (kernel, file, meter) =>
        viewFrames(
          kernel,
          composeFrames(kernel, file, facts, frames, heapBytes, meter),
          resize,
          isCut(facts, frames),
        ),
    }
  },
}

async function* composeFrames(
  kernel: Kernel,
  file: AsyncIterable<Uint8Array>,
  facts: SourceFacts,
  count: number,
  heapBytes: number,
  meter: MemoryMeter,
): AsyncGenerator<CanvasFrame, CanvasFaults, undefined> {
  const library = await load()
  const canvas = createFrameCanvas(kernel, facts)
  const row = kernel.exports.allocate(facts.width * RGBA_BYTES)
  const decoder = await library.openWebpDecoder(heapBytes, meter)
  let shown = 0
  try {
    for await (const frame of readWebpFrames(file, facts.animation?.largestFrameBytes ?? facts.sizeBytes)) {
      const pixels = await decodeFrame(frame)
      if (pixels === null) break
      canvas.begin(frame, frame.isCleared ? 'clear' : 'keep')
      drawFrame(frame, pixels)
      shown += 1
      yield { raster: canvas.raster, delayMs: frame.delayMs }
      if (shown === count) return { truncated: false }
    }
  } finally {
    decoder.close()
  }
  if (shown === 0) throw new ApiError('decodingFailed', 'its first frame is damaged')
  return { truncated: true }

  /** Null for a frame that is damaged, or reaches over the canvas. */
  async function decodeFrame(frame: WebpFrame): Promise<Uint8ClampedArray | null> {
    if (frame.left + frame.width > facts.width || frame.top + frame.height > facts.height) return null
    const wrapped = wrapWebpFrame(frame)
    const heldBytes = frame.chunks.buffer.byteLength + wrapped.length
    meter.hold(heldBytes)
    try {
      const { width, height, data } = await decoder.run((module) => library.decodeWebpWith(module, wrapped))
      return width === frame.width && height === frame.height ? data : null
    } catch {
      return null
    } finally {
      meter.release(heldBytes)
    }
  }

  function drawFrame({ width, height, top, isBlended }: WebpFrame, pixels: Uint8ClampedArray): void {
    meter.hold(pixels.length)
    const rowBytes = width * RGBA_BYTES
    const rows = { kernel, pointer: row, width, height: 1 }
    const target = kernel.bytes(row, rowBytes) // drawing takes no memory, so the view stays
    for (let y = 0; y < height; y++) {
      target.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes))
      canvas.draw(rows, top + y, isBlended ? 'over' : 'instead')
    }
    meter.release(pixels.length)
    ;(pixels.buffer as ArrayBuffer).transfer(0)
  }
}

/** WebP out: a still, or an animation of which each frame has the smallest rectangle that changed. */
export const webpEncoder: Encoder = {
  plan: (size, frames, settings) =>
    frames === 1 ? STILL_ENCODER.plan(size, 1, settings) : planAnimation(size, frames, settings),
}

/** A frame is never larger than its pixels, but for its head. */
const largestFrame = ({ width, height }: Size): number =>
  WEBP_FRAME_HEAD_BYTES + 1024 + width * height * RGBA_BYTES

function planAnimation(size: Size, frames: number, settings: EncodeSettings): EncodePlan {
  const { width, height } = size
  const quality = settings.quality ?? DEFAULT_QUALITY
  const heapBytes = priceWebpEncoder(width, height, quality, settings.hasAlpha)
  const largestBytes = Math.min(MAX_ANIMATION_BYTES, WEBP_FILE_HEAD_BYTES + frames * largestFrame(size))
  return {
    price: {
      // The frame before, and the rectangle that is encoded.
      kernelBytes: 2 * (width * height * RGBA_BYTES + 16),
      heapBytes,
      bufferBytes: priceCollect(largestBytes) + 2 * largestFrame(size),
    },
    begin: (kernel, meter) =>
      beginAnimation(kernel, meter, size, { ...settings, quality }, heapBytes, largestBytes),
  }
}

/** Offsets are even, so a box begins at even px. */
function evenBox({ left, top, width, height }: FrameBox): FrameBox {
  const [x, y] = [left & ~1, top & ~1]
  return { left: x, top: y, width: width + left - x, height: height + top - y }
}

/** What is encoded where nothing changed: a frame must have a rectangle, and one pixel without loss is not seen. */
const NOTHING: FrameBox = { left: 0, top: 0, width: 1, height: 1 }

function beginAnimation(
  kernel: Kernel,
  meter: MemoryMeter,
  size: Size,
  { quality, plays }: EncodeSettings & { readonly quality: number },
  heapBytes: number,
  largestBytes: number,
): FrameSink {
  const before = createRaster(kernel, size)
  const packed = createRaster(kernel, size)
  const frames = createCollector(largestBytes, meter)
  let hasAlpha = false
  let bodyBytes = 0
  let isFirst = true
  let opening: ReturnType<Awaited<ReturnType<typeof load>>['openWebpEncoder']> | null = null
  const fail = (cause: unknown): never => {
    throw cause instanceof ApiError ? cause : new ApiError('encodingFailed', undefined, { cause })
  }

  return {
    async add(raster, delayMs) {
      const library = await load()
      opening ??= library.openWebpEncoder(heapBytes, meter)
      const encoder = await opening.catch(fail)
      const changed = isFirst ? wholeBox(size) : findChange(before, raster)
      const box = changed === null ? NOTHING : evenBox(changed)
      packBox(packed.pointer, raster, box)
      const pixels = kernel.bytes(packed.pointer, box.width * box.height * RGBA_BYTES)
      try {
        const file = await encoder.run((module) =>
          library.encodeWebpWith(module, changed === null ? 100 : quality, pixels, box),
        )
        const image = imageChunks(file)
        const head = formatFrameHead(
          { ...box, delayMs, isBlended: false, isCleared: false },
          image.chunks.length,
        )
        frames.add([head, image.chunks])
        bodyBytes += head.length + image.chunks.length
        hasAlpha ||= image.hasAlpha
      } catch (error) {
        fail(error)
      }
      copyBox(before, raster, changed ?? NOTHING)
      isFirst = false
    },
    async end() {
      const head = formatAnimationHead(size, plays, hasAlpha, bodyBytes)
      return frames.end(head)
    },
    close() {
      opening?.then(
        (encoder) => encoder.close(),
        () => {},
      )
      opening = null
    },
  }
}
