// Unfiltered PNG rows to RGBA, 8 bits. Samples of 16 bits keep their high byte, as libvips does, unless the picture has a
// profile: then they are converted with all their bits. Gamma is left alone, as libvips leaves it. Rows may be read up to 16 bytes and written up to 16 bytes beyond their end.
import { colourRgbLutRow16 } from './colour-lut'
import { colourMatrixRow16 } from './colour-matrix'
import { allocate } from './memory'

export const GREY: u32 = 0
export const RGB: u32 = 2
export const PALETTE: u32 = 3
export const GREY_ALPHA: u32 = 4
export const RGBA: u32 = 6

let depth: u32 = 0
let colourType: u32 = 0
let hasKey: bool = false
let key: u64 = 0
let palette: usize = 0

/** Conversion of 16-bit samples to sRGB: tables as in `colour-matrix.ts` or `colour-lut.ts`; 0 where there is none. */
let matrixColumns: usize = 0
let matrixEncode: usize = 0
let lutPositions: usize = 0
let lutGrid: usize = 0
let lutStrideX: usize = 0
let lutStrideY: usize = 0
let lutStrideZ: usize = 0

/** How a vector of samples becomes a vector of pixels: lanes picked, bytes forced to 255, and the two strides. */
let lanes: usize = 0
let opaque: v128 = i8x16.splat(0)
let sourceStride: usize = 0
let targetStride: usize = 0

/** Samples in a pixel. */
export function samplesOf(type: u32): u32 {
  return type == RGB ? 3 : type == GREY_ALPHA ? 2 : type == RGBA ? 4 : 1
}

/** Prepare for rows of a colour type and bit depth that IHDR allows. */
export function rowsCreate(bitDepth: u32, type: u32): void {
  depth = bitDepth
  colourType = type
  hasKey = false
  matrixColumns = 0
  lutPositions = 0
  palette = allocate(1024)
  lanes = allocate(16)
  const greys: u32 = (1 << min(depth, 8)) - 1
  for (let value: u32 = 0; value <= greys; value++) {
    const grey = (value * 255) / greys
    store<u32>(palette + (value << 2), 0xff000000 | (type == PALETTE ? 0 : grey * 0x010101))
  }
  const sampleBytes = depth >> 3
  const pixelBytes = samplesOf(type) * sampleBytes
  if (pixelBytes == 0) return
  const pixels = min<u32>(16 / pixelBytes, 4)
  const colours: u32 = type == RGB || type == RGBA ? 3 : 1
  memory.fill(lanes, 0x80, 16)
  for (let pixel: u32 = 0; pixel < pixels; pixel++) {
    const to = lanes + (pixel << 2)
    for (let channel: u32 = 0; channel < 3; channel++) {
      store<u8>(to + channel, pixel * pixelBytes + (colours == 3 ? channel * sampleBytes : 0))
    }
    if (type >= GREY_ALPHA) store<u8>(to + 3, pixel * pixelBytes + colours * sampleBytes)
  }
  opaque = type >= GREY_ALPHA ? i8x16.splat(0) : i32x4.splat(0xff000000)
  sourceStride = pixels * pixelBytes
  targetStride = pixels << 2
}

/** 256 RGBA entries for palette indexes (or grey values); those never set stay opaque black. */
export function rowsPalette(): usize {
  return palette
}

/** The sample values (0 to 65535 each) that tRNS makes transparent, for grey and RGB. */
export function rowsKey(red: u32, green: u32, blue: u32): void {
  const mask: u32 = (1 << depth) - 1
  if (colourType == GREY && depth <= 8) {
    const entry = palette + ((red & mask) << 2)
    store<u32>(entry, load<u32>(entry) & 0xffffff)
    if (depth < 8) return
  }
  hasKey = true
  key = u64(red & mask)
  if (colourType == RGB) key |= (u64(green & mask) << depth) | (u64(blue & mask) << (2 * depth))
}

/** Samples of 16 bits are to be converted by curves and a matrix; see `colourMatrixRow16`. */
export function rowsMatrix(columns: usize, encode: usize): void {
  matrixColumns = columns
  matrixEncode = encode
}

/** RGB samples of 16 bits are to be converted by a table; see `colourRgbLutRow16`. */
export function rowsLut(positions: usize, grid: usize, sx: usize, sy: usize, sz: usize): void {
  lutPositions = positions
  lutGrid = grid
  lutStrideX = sx
  lutStrideY = sy
  lutStrideZ = sz
}

/** Convert one row of `width` pixels. */
export function convertRow(to: usize, from: usize, width: usize): void {
  if (depth < 8) return expandPacked(to, from, width)
  if (colourType == PALETTE) return expandIndexes(to, from, width)
  if (depth == 16 && matrixColumns != 0) {
    colourMatrixRow16(to, from, width, samplesOf(colourType), matrixColumns, matrixEncode)
  } else if (depth == 16 && lutPositions != 0) {
    const samples = samplesOf(colourType)
    colourRgbLutRow16(to, from, width, samples, lutPositions, lutGrid, lutStrideX, lutStrideY, lutStrideZ)
  } else pickRow(to, from, width)
  if (hasKey) applyKey(to, from, width)
}

/** Whole bytes of samples to where they belong in a pixel. */
function pickRow(to: usize, from: usize, width: usize): void {
  const end = to + (width << 2)
  const pick = v128.load(lanes)
  const alpha = opaque
  const step = sourceStride
  const stride = targetStride
  let source = from
  for (let target = to; target < end; target += stride) {
    v128.store(target, v128.or(i8x16.swizzle(v128.load(source), pick), alpha))
    source += step
  }
}

function expandIndexes(to: usize, from: usize, width: usize): void {
  const colours = palette
  const end = from + width
  while (from < end) {
    store<u32>(to, load<u32>(colours + ((<usize>load<u8>(from++)) << 2)))
    to += 4
  }
}

function expandPacked(to: usize, from: usize, width: usize): void {
  const colours = palette
  const bits = depth
  const mask: u32 = (1 << bits) - 1
  const end = to + (width << 2)
  while (to < end) {
    let packed: u32 = load<u8>(from++)
    for (let shift: i32 = 8 - bits; shift >= 0 && to < end; shift -= bits) {
      store<u32>(to, load<u32>(colours + (((packed >> shift) & mask) << 2)))
      to += 4
    }
  }
}

/** Make the pixels transparent whose samples all equal the key. */
function applyKey(to: usize, from: usize, width: usize): void {
  const samples = samplesOf(colourType)
  const sampleBytes = depth >> 3
  const transparent = key
  const end = to + (width << 2)
  for (; to < end; to += 4) {
    let pixel: u64 = 0
    for (let sample: u32 = 0; sample < samples; sample++) {
      const value: u64 = sampleBytes == 1 ? load<u8>(from) : bswap<u16>(load<u16>(from))
      pixel |= value << (sample * depth)
      from += sampleBytes
    }
    if (pixel == transparent) store<u8>(to, 0, 3)
  }
}
