// GIF frames drawn onto one canvas, with the disposal of the frame before. The blocks around the data are read outside.

import {
  LZW_CORRUPT,
  LZW_END,
  LZW_NEEDS_INPUT,
  lzwCreate,
  lzwDecode,
  lzwInput,
  lzwOutput,
  lzwOutputLength,
} from './gif-lzw'
import { allocate } from './memory'

/** Answers of `gifPush`. */
const GIF_MORE: i32 = 0
const GIF_DONE: i32 = 1
const GIF_CORRUPT: i32 = 2

const INPUT_BYTES: usize = 8192

/** How a frame leaves the canvas when the next one comes. */
const DISPOSE_TO_BACKGROUND: u32 = 2
const DISPOSE_TO_PREVIOUS: u32 = 3

let canvas: usize = 0
let canvasWidth: u32 = 0
let canvasHeight: u32 = 0
let saved: usize = 0
let palette: usize = 0
let input: usize = 0

let left: u32 = 0
let top: u32 = 0
let frameWidth: u32 = 0
let frameHeight: u32 = 0
let interlaced: bool = false
let transparent: u32 = 256
let disposal: u32 = 0
let column: u32 = 0
let line: u32 = 0
let linesDone: u32 = 0
let pass: u32 = 0

const PASS_FIRST = memory.data<u8>([0, 4, 2, 1])
const PASS_STEP = memory.data<u8>([8, 8, 4, 2])

/** Reserve a transparent canvas. @returns its first byte */
export function gifCreate(width: u32, height: u32): usize {
  canvasWidth = width
  canvasHeight = height
  canvas = allocate(usize(width) * height * 4)
  palette = allocate(1024)
  input = allocate(INPUT_BYTES)
  saved = 0
  disposal = 0
  linesDone = 0
  return canvas
}

/** 256 RGBA entries of the frame to come; entries of no palette must be opaque black. */
export function gifPalette(): usize {
  return palette
}

/** Where `gifPush` expects its input, at most 8192 bytes at a time. */
export function gifInput(): usize {
  return input
}

/**
 * Dispose of the frame before and begin another.
 * @param x,y,width,height the frame's place; what lies outside the canvas is not drawn
 * @param transparentIndex 256 for none
 * @param disposalMethod   what becomes of this frame when the next one begins
 * @param codeSize         LZW minimum code size, 1 to 8
 */
export function gifBeginFrame(
  x: u32,
  y: u32,
  width: u32,
  height: u32,
  interlacedLines: bool,
  transparentIndex: u32,
  disposalMethod: u32,
  codeSize: u32,
): void {
  dispose()
  left = x
  top = y
  frameWidth = width
  frameHeight = height
  interlaced = interlacedLines
  transparent = transparentIndex
  disposal = disposalMethod
  column = 0
  line = 0
  linesDone = 0
  pass = 0
  if (disposal == DISPOSE_TO_PREVIOUS) {
    if (saved == 0) saved = allocate(usize(canvasWidth) * canvasHeight * 4)
    copyFrameArea(saved, canvas)
  }
  lzwCreate(codeSize)
}

function dispose(): void {
  if (disposal == DISPOSE_TO_PREVIOUS) copyFrameArea(canvas, saved)
  else if (disposal == DISPOSE_TO_BACKGROUND) copyFrameArea(canvas, 0)
}

/** Copy the frame's visible area from one canvas to another; clear it when there is none to copy from. */
function copyFrameArea(to: usize, from: usize): void {
  if (left >= canvasWidth) return
  const bytes = usize(min(frameWidth, canvasWidth - left)) << 2
  const end = min(top + frameHeight, canvasHeight)
  for (let y = top; y < end; y++) {
    const offset = (usize(y) * canvasWidth + left) << 2
    if (from == 0) memory.fill(to + offset, 0, bytes)
    else memory.copy(to + offset, from + offset, bytes)
  }
}

/** Lines of the current frame that were drawn whole. */
export function gifLines(): u32 {
  return linesDone
}

/**
 * Draw the next `length` bytes of LZW data.
 * @returns 0 more is needed, 1 the frame is complete or its data ended, 2 the data is damaged
 */
export function gifPush(length: usize): i32 {
  lzwInput(input, length)
  while (linesDone < frameHeight) {
    const answer = lzwDecode()
    drawIndexes(lzwOutput(), lzwOutputLength())
    if (answer == LZW_CORRUPT) return linesDone == frameHeight ? GIF_DONE : GIF_CORRUPT
    if (answer == LZW_END) return GIF_DONE
    if (answer == LZW_NEEDS_INPUT) return linesDone == frameHeight ? GIF_DONE : GIF_MORE
  }
  return GIF_DONE
}

function drawIndexes(from: usize, length: usize): void {
  while (length > 0 && linesDone < frameHeight) {
    const size = min(u32(length), frameWidth - column)
    drawRun(from, size)
    from += size
    length -= size
    column += size
    if (column == frameWidth) endLine()
  }
}

function drawRun(from: usize, size: u32): void {
  const x = left + column
  const y = top + line
  if (y >= canvasHeight || x >= canvasWidth) return
  const colours = palette
  const hidden = transparent
  let to = canvas + ((usize(y) * canvasWidth + x) << 2)
  const end = from + min(size, canvasWidth - x)
  for (; from < end; from++) {
    const index: u32 = load<u8>(from)
    if (index != hidden) store<u32>(to, load<u32>(colours + (index << 2)))
    to += 4
  }
}

function endLine(): void {
  column = 0
  linesDone++
  if (!interlaced) {
    line++
    return
  }
  line += load<u8>(PASS_STEP + pass)
  while (line >= frameHeight && pass < 3) line = load<u8>(PASS_FIRST + ++pass)
}
