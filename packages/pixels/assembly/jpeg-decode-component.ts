// What the decoder knows of each component (colour plane), and how its coefficients become samples at a chosen scale.

import { huffmanTable } from './jpeg-decode-huffman'
import { allocate } from './memory'
import { commitRows, createStage, reserveRows, Stage } from './resize-stage'
import { Axis } from './resize-axis'
import { align16 } from './layout'

/** Most components of a frame. */
export const MOST_COMPONENTS: i32 = 4

/** Fraction bits of dequantised coefficients, and further ones of the factors that make them. */
export const COEFFICIENT_BITS: i32 = 5
export const FACTOR_BITS: i32 = 4
/** Level shift of T.81 A.3.1 (and the half that rounds the result), as a dequantised DC. */
export const MIDDLE: i32 = (128 << COEFFICIENT_BITS) + (1 << (COEFFICIENT_BITS - 1))

const COEFFICIENTS: i32 = 64
const STEP_BYTES: usize = 8
/** At 1/4 a step is four factors, one for each coefficient of the result, of which one at most is not zero. */
export const QUARTER_STEP_BYTES: usize = 16
export const STEPS_BYTES: usize = <usize>COEFFICIENTS * QUARTER_STEP_BYTES

// Zigzag position to natural index (row × 8 + column), T.81 figure 5.
const NATURAL = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63,
])

// @ts-ignore: decorator
@unmanaged
export class Component {
  /** Sampling factors. */
  h: i32
  v: i32
  /** Samples are made at 1 / (1 << scale), so a block is `size` = 8 >> scale samples wide. */
  scale: i32
  size: i32
  dcTable: usize
  acTable: usize
  /** Last DC value, not dequantised. */
  prediction: i32
  /** 64 records by zigzag position: { i32 byte offset in the block, i32 factor }, or at 1/4 { i32 × 4 factors }. */
  steps: usize
  stage: Stage
  /** Rows of samples per MCU row, and where those of the current MCU row go. */
  bandRows: i32
  band: usize
  /** Output row before colour conversion: 16-bit samples with PLANE_BITS. */
  row: usize
  /** Blocks per row and column that a scan of this component alone has. */
  blocksX: i32
  blocksY: i32
  /** Coefficients kept by multi-scan frames: rows of `blocksWide` blocks of `blockBytes`. */
  coefficients: usize
  blockBytes: i32
  blocksWide: i32
}

let components: usize = 0

export function initComponents(): void {
  components = allocate(<usize>MOST_COMPONENTS * <usize>align16(offsetof<Component>()))
}

// @ts-ignore: decorator
@inline export function component(index: i32): Component {
  return changetype<Component>(components + <usize>index * <usize>align16(offsetof<Component>()))
}

/**
 * Describe component `index`.
 * @param columns    samples per row that the decoder writes: whole MCUs
 * @param slack      rows held beyond one output row's taps
 */
export function jpegDecodeComponent(
  index: i32, h: i32, v: i32, scale: i32, axisX: Axis, axisY: Axis, columns: i32, slack: i32, blocksX: i32, blocksY: i32,
): void {
  const it = component(index)
  it.h = h
  it.v = v
  it.scale = scale
  it.size = 8 >> scale
  it.blocksX = blocksX
  it.blocksY = blocksY
  it.bandRows = v * it.size
  it.steps = allocate(STEPS_BYTES)
  it.stage = createStage(axisX, axisY, 1, 1, columns, it.bandRows, slack)
  it.row = allocate(<usize>(align16(axisX.out) + 16) * 2)
}

/** Choose the Huffman tables of component `index` for the coming scan. */
export function jpegDecodeTables(index: i32, dc: i32, ac: i32): void {
  const it = component(index)
  it.dcTable = huffmanTable(0, dc)
  it.acTable = huffmanTable(1, ac)
}

/** Set the quantisation table of component `index`: 64 steps (u16) in zigzag order. */
export function jpegDecodeQuantiser(index: i32, table: usize): void {
  const it = component(index)
  const scale = it.scale
  const unused = unusedOffset(scale)
  for (let k = 0; k < COEFFICIENTS; k++) {
    const natural = <i32>load<u8>(NATURAL + <usize>k)
    const u = natural & 7, v = natural >> 3
    const weight = foldedWeight(u, scale) * foldedWeight(v, scale)
    const factor = <i32>Math.round(<f64>load<u16>(table + (<usize>k << 1)) * weight * UNIT)
    const foldedU = foldedFrequency(u, scale), foldedV = foldedFrequency(v, scale)
    if (scale == 2) {
      const step = it.steps + <usize>k * QUARTER_STEP_BYTES
      v128.store(step, i32x4.splat(0))
      store<i32>(step + <usize>((foldedV * 2 + foldedU) << 2), factor)
    } else {
      const step = it.steps + <usize>k * STEP_BYTES
      store<i32>(step, weight == 0 ? unused : offsetInBlock(foldedU, foldedV))
      store<i32>(step, weight == 0 ? 0 : factor, 4)
    }
  }
}

/** Factor of a plain coefficient: the transform divides by 8, the rest are fraction bits. */
const UNIT: f64 = <f64>(1 << (COEFFICIENT_BITS + FACTOR_BITS)) / 8

// Averaging neighbouring samples of a block is the same as folding its high frequencies onto its low ones: at 1/2,
// frequency u lands on u or, with the sign reversed, on 8 - u; at 1/4 the odd ones land on 1 and the even ones vanish.
// The remaining factors are those of the transform of Arai, Agui and Nakajima, which leaves them to the quantiser.

function foldedFrequency(u: i32, scale: i32): i32 {
  if (scale == 1) return u < 4 ? u : 8 - u
  return scale == 2 ? u & 1 : u
}

function foldedWeight(u: i32, scale: i32): f64 {
  if (u == 0) return 1
  const angle = (<f64>u * Math.PI) / 16
  if (scale == 0) return Math.SQRT2 * Math.cos(angle)
  if (scale == 1) {
    if (u == 4) return 0
    const folded = Math.SQRT2 * Math.cos((<f64>foldedFrequency(u, 1) * Math.PI) / 8)
    return (u < 4 ? folded : -folded) * Math.cos(angle)
  }
  if (scale == 3 || !(u & 1)) return 0
  const both = Math.cos(angle) * Math.cos(2 * angle)
  return u == 1 || u == 7 ? both : -both
}

// Blocks of 16-bit coefficients, as the transforms take them (u: horizontal, v: vertical frequency):
//   1/1   u × 16 + v × 2            128 bytes
//   1/2   u × 16 + v × 2            two blocks side by side, the second 8 bytes further, 64 bytes
//   1/4   not stored: four sums in one vector
//   1/8   DC alone
// A coefficient that the scale has no use for is written behind the block.

function offsetInBlock(u: i32, v: i32): i32 {
  return u * 16 + v * 2
}

function unusedOffset(scale: i32): i32 {
  return scale == 0 ? 128 : 64
}

/** Bytes set aside for a block at any scale, with its place for unused coefficients. */
export const BLOCK_ROOM: usize = 144

/** Make room for one row of MCUs in every component's window. */
export function reserveBands(count: i32): void {
  for (let i = 0; i < count; i++) {
    const it = component(i)
    it.band = reserveRows(it.stage, it.bandRows)
  }
}

export function commitBands(count: i32): void {
  for (let i = 0; i < count; i++) commitRows(component(i).stage, component(i).bandRows)
}

/** Paint MCU columns [from, to) of the current bands mid-grey; columns count from the first that is kept. */
export function blankBands(count: i32, from: i32, to: i32): void {
  for (let i = 0; i < count; i++) {
    const it = component(i)
    const width = it.h * it.size
    let row = it.band + <usize>(from * width)
    for (let y = 0; y < it.bandRows; y++, row += <usize>it.stage.inputStride) {
      memory.fill(row, 128, <usize>((to - from) * width))
    }
  }
}
