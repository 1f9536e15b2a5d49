// One frame of a GIF: what changed of it, in at most 255 colours and one that draws nothing, as LZW data.
//
// Dithering adds a threshold that depends on the place alone, so that what stands still does not flicker, and the colours of
// the frame before are kept as long as they do.
import { lzwBound, lzwEncode, lzwTables } from './gif-encode-lzw'
import { allocate } from './memory'
import { forgetNearest, getColour, nearestEntry, quantise, quantisedColours, reserveQuantiser } from './png-quantise'

const MAX_COLOURS: u32 = 255
/** Pixels looked at to see whether the colours of the frame before will do. */
const SAMPLES: u32 = 1 << 14
/** How much worse than for the frame that they were chosen for, and mean squared error per channel that always passes. */
const TOLERATED_RATIO: f32 = 1.25
const TOLERATED_ERROR: f32 = 2
/** Height of the thresholds, in root mean squared errors; no more than a quarter of the range. */
const DITHER: f32 = 1.6
const MAX_DITHER: f32 = 64
/** A colour this near to one of the palette, squared and summed over channels, is not dithered. */
const NEAR: f32 = 5

/** Thresholds of ordered dithering, 0 to 63 (Bayer). */
const BAYER = memory.data<u8>([
  0, 32, 8, 40, 2, 34, 10, 42, 48, 16, 56, 24, 50, 18, 58, 26, 12, 44, 4, 36, 14, 46, 6, 38, 60, 28, 52, 20, 62, 30, 54,
  22, 3, 35, 11, 43, 1, 33, 9, 41, 51, 19, 59, 27, 49, 17, 57, 25, 15, 47, 7, 39, 13, 45, 5, 37, 63, 31, 55, 23, 61, 29,
  53, 21,
])

let work: usize = 0
let output: usize = 0
let colours: u32 = 0
let isNewPalette: bool = false
/** Mean squared error per channel of the frame that the colours were chosen for; 0: they are all of its colours. */
let ownError: f32 = 0
/** Bits of a channel in which colours may differ that share what was found for one of them. */
let shared: i32 = 0
/** Where colours are dithered anyway, two of six: looking further costs most of a frame's time. */
const SHARED_WHERE_DITHERED: i32 = 2

/** Reserve what frames of up to this many pixels take. */
export function gifEncodeCreate(pixels: usize): void {
  work = allocate(max(pixels << 2, pixels + lzwBound(pixels) + 16))
  lzwTables()
  reserveQuantiser(1)
  colours = 0
}

/** RGBA entries of the palette of the last frame. */
export function gifEncodePalette(): usize {
  return quantisedColours()
}

/** How many there are, 0 to 255; the index after them draws nothing. */
export function gifEncodeColours(): u32 {
  return colours
}

/** Whether the last frame has other colours than the one before. */
export function gifEncodeIsNewPalette(): bool {
  return isNewPalette
}

/** Where the data of the last frame begins. */
export function gifEncodeOutput(): usize {
  return output
}

/**
 * Encode a rectangle of `frame`. Its pixels that `shown` has already, and those that are transparent, draw nothing. Pixels
 * of both are opaque or transparent black.
 * @param target mean squared error per channel that is good enough
 * @returns bytes of code size and data, at `gifEncodeOutput`
 */
export function gifEncodeFrame(
  frame: usize, shown: usize, canvasWidth: u32, left: u32, top: u32, width: u32, height: u32, target: f32,
): usize {
  const stride = usize(canvasWidth) << 2
  const offset = usize(top) * stride + (usize(left) << 2)
  choosePalette(packChanged(frame + offset, shown + offset, stride, width, height), target)
  const amplitude = min(MAX_DITHER, DITHER * Mathf.sqrt(ownError))
  for (let y: u32 = 0; y < height; y++) {
    const row = offset + usize(y) * stride
    indexRow(work + usize(y) * width, frame + row, shown + row, width, left, top + y, amplitude)
  }
  let codeSize: u32 = 2
  while (((<u32>1) << codeSize) < colours + 1) codeSize++
  const pixels = usize(width) * height
  output = work + pixels
  return lzwEncode(output, work, pixels, codeSize) - output
}

/** The pixels that must be drawn, one after the other in `work`. @returns how many there are */
function packChanged(frame: usize, shown: usize, stride: usize, width: u32, height: u32): u32 {
  let to = work
  for (let y: u32 = 0; y < height; y++) {
    for (let x: usize = 0; x < width; x++) {
      const pixel = load<u32>(frame + (x << 2))
      if (pixel == 0 || pixel == load<u32>(shown + (x << 2))) continue
      store<u32>(to, pixel)
      to += 4
    }
    frame += stride
    shown += stride
  }
  return u32((to - work) >> 2)
}

function choosePalette(count: u32, target: f32): void {
  isNewPalette = false
  if (count == 0) return
  if (colours > 0) {
    const tolerated: f32 = ownError == 0 ? 0 : ownError * TOLERATED_RATIO + TOLERATED_ERROR
    if (errorOf(count) <= tolerated) return
  }
  isNewPalette = true
  colours = quantise(work, 1, count, target, MAX_COLOURS)
  shared = 0
  ownError = errorOf(count)
  if (ownError == 0) return
  shared = SHARED_WHERE_DITHERED
  forgetNearest()
}

// @ts-ignore: decorator
@inline function samples(pixel: u32): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i32x4.splat(<i32>pixel))))
}

// @ts-ignore: decorator
@inline function distance(a: v128, b: v128): f32 {
  const d = f32x4.sub(a, b)
  const s = f32x4.mul(d, d)
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2)
}

/** Of a palette that holds all colours, the exact one must be found; else neighbours share what was found for one. */
// @ts-ignore: decorator
@inline function nearest(colour: v128): u32 {
  return nearestEntry(colour, shared)
}

/** Mean squared error per channel of the packed pixels, without dithering. */
function errorOf(count: u32): f32 {
  const step = (count + SAMPLES - 1) / SAMPLES
  let sum: f64 = 0
  let seen: u32 = 0
  for (let at: u32 = 0; at < count; at += step) {
    const colour = samples(load<u32>(work + (usize(at) << 2)))
    sum += distance(colour, getColour(nearest(colour)))
    seen++
  }
  return f32(sum / (3 * f64(seen)))
}

function indexRow(to: usize, frame: usize, shown: usize, width: u32, x: u32, y: u32, amplitude: f32): void {
  const thresholds = BAYER + ((y & 7) << 3)
  const low = f32x4.splat(0)
  const high = f32x4.splat(255)
  for (let end = to + width; to < end; to++) {
    const pixel = load<u32>(frame)
    if (pixel == 0 || pixel == load<u32>(shown)) store<u8>(to, u8(colours))
    else {
      const colour = samples(pixel)
      let index = nearest(colour)
      if (amplitude > 0 && distance(colour, getColour(index)) > NEAR) {
        const threshold = ((f32(load<u8>(thresholds + (x & 7))) + 0.5) / 64 - 0.5) * amplitude
        const moved = f32x4.add(colour, f32x4.replace_lane(f32x4.splat(threshold), 3, 0))
        index = nearest(f32x4.min(high, f32x4.max(low, moved)))
      }
      store<u8>(to, u8(index))
    }
    frame += 4
    shown += 4
    x++
  }
}
