import type { OutputFormat, Plan, Size, SourceFacts } from '@tintype/core'
import { readJpegFrame } from './jpeg-frame.ts'
import { windowBytes } from './resample.ts'

/*
 * What a job takes at its worst, from headers alone. The heaps were measured as `memory.buffer.byteLength` after one
 * call in a fresh instance, on photographs and on noise of 0.3 to 12 megapixels in every subsampling, depth and
 * alpha: `docs/decisions/0004-memory-prices.md`. Emscripten codecs are held to these figures: their heap cannot grow
 * beyond them. JavaScript's copies are added in `priceJob`.
 */

const MB = 1e6
/** Emscripten modules begin with 16 MiB and their static data, whatever they are given to do. */
const EMPTY_HEAP_BYTES = 17.2 * MB
const RGBA_BYTES = 4

const atLeastEmpty = (bytes: number): number => Math.max(EMPTY_HEAP_BYTES, Math.ceil(bytes))

/** Heap of a decoder: facts of the picture and the file's first bytes. Its glue copies the file twice. */
type DecodePrice = (source: SourceFacts, start: Uint8Array) => number
/** Heap of an encoder, by the result's pixels. */
type EncodePrice = (pixels: number, hasAlpha: boolean, quality: number) => number

const DECODE_PRICES: Record<OutputFormat, DecodePrice> = {
  /** The picture; for progressive files also all coefficients, 2 bytes each. */
  jpeg: ({ sizeBytes, width, height }, start) => {
    const frame = readJpegFrame(start) ?? { isProgressive: true, samplesPerPixel: 4 }
    const bytesPerPixel = RGBA_BYTES + (frame.isProgressive ? 2 * frame.samplesPerPixel : 0)
    // Coefficients come in whole units of up to 32x32 px.
    const area = (width + 32) * (height + 32)
    return atLeastEmpty(1.5 * MB + 2 * sizeBytes + bytesPerPixel * area)
  },
  /** RGBA of 8 bits is unpacked in place, all else is unpacked first and widened then. */
  png: ({ sizeBytes, width, height }, start) => {
    const isPlainRgba = start[24] === 8 && start[25] === 6
    return 2 * MB + sizeBytes + (isPlainRgba ? 4.5 : 9.6) * width * height
  },
  webp: ({ sizeBytes, width, height }, start) => {
    const isPlainLossy = String.fromCharCode(...start.subarray(12, 16)) === 'VP8 '
    return atLeastEmpty(1.5 * MB + 2 * sizeBytes + (isPlainLossy ? 5 : 8.2) * width * height)
  },
  avif: ({ sizeBytes, width, height, hasAlpha }, start) => {
    const perPixel = isHighBitDepth(start) ? { opaque: 32, alpha: 62 } : { opaque: 24, alpha: 36 }
    const bytesPerPixel = hasAlpha ? perPixel.alpha : perPixel.opaque
    return Math.ceil(EMPTY_HEAP_BYTES + 2 * sizeBytes + bytesPerPixel * width * height)
  },
}

const ENCODE_PRICES: Record<OutputFormat, EncodePrice> = {
  jpeg: (pixels, _, quality) => atLeastEmpty(2 * MB + (quality >= 90 ? 62 : 20.6) * pixels),
  png: (pixels) => Math.ceil(2 * MB + 20 * pixels),
  webp: (pixels, hasAlpha, quality) =>
    atLeastEmpty(2 * MB + (quality === 100 ? 62 : hasAlpha ? 51 : 14.2) * pixels),
  avif: (pixels, _, quality) => Math.ceil(EMPTY_HEAP_BYTES + (quality === 100 ? 36 : 27.6) * pixels),
}

/** `av1C`, then version, profile and level, and a byte of flags of which the second says "more than 8 bits". */
function isHighBitDepth(start: Uint8Array): boolean {
  for (let at = 0; at + 6 < start.length; at++) {
    if (start[at] !== 0x61 || start[at + 1] !== 0x76 || start[at + 2] !== 0x31 || start[at + 3] !== 0x43)
      continue
    return ((start[at + 6] ?? 0) & 0x40) !== 0
  }
  return true
}

/** Peak memory of a job, bytes. */
export interface JobPrice {
  /** Most that the job holds at any moment. */
  readonly peakBytes: number
  readonly decoderHeapBytes: number
  readonly encoderHeapBytes: number
}

const area = ({ width, height }: Size): number => width * height

/**
 * Price a job. Pictures are given back as soon as they were read for the last time; the decoder's heap is garbage
 * after decoding, but nothing says when it is collected, so it is counted until the end.
 * @param start first bytes of the original
 */
export function priceJob(
  source: SourceFacts & { readonly format: OutputFormat },
  start: Uint8Array,
  plan: Plan,
  output: { readonly format: OutputFormat; readonly hasAlpha: boolean; readonly quality: number },
): JobPrice {
  const decoderHeapBytes = DECODE_PRICES[source.format](source, start)
  const encoderHeapBytes = ENCODE_PRICES[output.format](area(plan.canvas), output.hasAlpha, output.quality)
  const decoded = RGBA_BYTES * area(source)
  const scaled = RGBA_BYTES * area(plan.scaled)
  const canvas = RGBA_BYTES * area(plan.canvas)
  const stages = [
    source.sizeBytes + decoded, // decode
    decoded + scaled + windowBytes(plan.crop, plan.scaled), // resize
    scaled + Math.max(scaled, canvas), // turn upright, then the steps
    canvas + encoderHeapBytes + canvas, // encode: a result is never larger than its pixels
  ]
  return {
    peakBytes: Math.ceil(decoderHeapBytes + Math.max(...stages)),
    decoderHeapBytes,
    encoderHeapBytes,
  }
}
