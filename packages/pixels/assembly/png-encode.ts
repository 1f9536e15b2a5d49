// RGBA raster to the zlib stream of a PNG: pack → filter → deflate, a row at a time. The chunks are written outside.
import { clearOutput, outputLength, outputStart } from './deflate-block'
import { deflateCreate, deflateInput, deflateRoom, deflateRun, deflateTake } from './deflate'
import { allocate } from './memory'
import { analyseColours, colourDepth, colourType, giveUpPalette, hasNearestColours, takePalette } from './png-colours'
import { chooseFilter, FILTER_NONE, filterRow } from './png-filter'
import { packRow } from './png-pack'
import { forgetDithering } from './png-quantise'
import { PALETTE, samplesOf } from './png-rows'

const MARGIN: usize = 16

/**
 * Search effort, as match candidates tried: about that of zlib's default level. Filtered photographs hold few matches, so
 * looking longer there gains 1 or 2 % for half as much time again; small pictures can afford to.
 */
const CHAIN: u32 = 24
const CHAIN_FILTERED: u32 = 8
const CHAIN_SMALL: u32 = 64
const SMALL_BYTES: u64 = 1 << 18
const NICE: u32 = 128
const LAZY: u32 = 32

/** The trial that decides about filtering looks at bands of rows, one in eight, but at no fewer than this. */
const BAND_ROWS: u32 = 8
const BAND_PERIOD: u32 = 64
const TRIAL_ROWS: u32 = 64

let source: usize = 0
let sourceWidth: u32 = 0
let sourceHeight: u32 = 0
let rowBytes: usize = 0
let unit: usize = 0
let isFiltering: bool = false

let current: usize = 0
let above: usize = 0
/** The filtered row: filter byte, then data; and how much of it was deflated already. */
let line: usize = 0
let lineDone: usize = 0
let lineRoom: usize = 0
let row: u32 = 0
let isFresh: bool = false

/** Memory from `mark` on is given up. */
export function forgetLines(mark: usize): void {
  if (current >= mark) lineRoom = 0
}

/**
 * Prepare to encode `width` × `height` RGBA pixels at `raster`: choose the colour type, and whether to filter.
 * The colour type is then known, and the palette too.
 * @param error mean squared error per channel that a palette of fewer colours aims at; negative for no such palette
 * @param most  the error beyond which none is taken
 */
export function pngEncodeCreate(raster: usize, width: u32, height: u32, error: f32, most: f32): void {
  source = raster
  sourceWidth = width
  sourceHeight = height
  analyseColours(raster, width, height, error, most)
  const widest = (usize(width) << 2) + 2 * MARGIN
  if (widest > lineRoom) {
    lineRoom = widest
    current = allocate(widest) + MARGIN
    above = allocate(widest) + MARGIN
    line = allocate(widest + 16)
  }
  describeRows()
  // Neighbouring indexes of a palette mean nothing to each other.
  if (hasNearestColours()) chooseSmaller()
  else isFiltering = colourType() != PALETTE && trial(true) < trial(false)
  start()
}

function describeRows(): void {
  const pixelBits = samplesOf(colourType()) * colourDepth()
  rowBytes = (usize(sourceWidth) * pixelBits + 7) >> 3
  unit = max(pixelBits >> 3, 1)
}

/** Dithering may take more bytes than all colours do, which then stay. */
function chooseSmaller(): void {
  const reduced = trial(false)
  forgetDithering(sourceWidth)
  giveUpPalette()
  describeRows()
  const filtered = trial(true)
  const plain = trial(false)
  isFiltering = filtered < plain
  if (min(filtered, plain) <= reduced) return
  takePalette()
  describeRows()
  isFiltering = false
}

function start(): void {
  deflateCreate(chain(), NICE, LAZY)
  row = 0
  lineDone = rowBytes + 1
  isFresh = true
}

function chain(): u32 {
  if (u64(rowBytes) * sourceHeight < SMALL_BYTES) return CHAIN_SMALL
  return isFiltering ? CHAIN_FILTERED : CHAIN
}

/** Bytes that some bands of the picture take with or without filters. */
function trial(filtering: bool): u32 {
  isFiltering = filtering
  deflateCreate(chain() >> 1, NICE, LAZY)
  const period = sourceHeight <= TRIAL_ROWS ? BAND_ROWS : BAND_PERIOD
  let size: u32 = 0
  for (let y: u32 = 0; y < sourceHeight; y += period) {
    if (y > 0) packSource(y - 1)
    const bandEnd = min(y + BAND_ROWS, sourceHeight)
    for (row = y; row < bandEnd; ) {
      nextLine()
      while (!feed()) size += run(false)
    }
  }
  while (true) {
    const more = deflateRun(true)
    size += takeOutput()
    if (!more) return size
  }
}

function run(last: bool): u32 {
  deflateRun(last)
  return takeOutput()
}

function takeOutput(): u32 {
  const size = u32(outputLength())
  clearOutput()
  return size
}

/** Pack row `y` of the source; the packed row before becomes the one above. */
function packSource(y: u32): void {
  const spare = above
  above = current
  current = spare
  packRow(current, source + usize(y) * (usize(sourceWidth) << 2), sourceWidth, colourType(), colourDepth())
}

function nextLine(): void {
  packSource(row)
  if (row == 0) memory.fill(above - MARGIN, 0, rowBytes + 2 * MARGIN)
  const filter = isFiltering ? chooseFilter(current, above, rowBytes, unit) : FILTER_NONE
  store<u8>(line, u8(filter))
  filterRow(filter, line + 1, current, above, rowBytes, unit)
  lineDone = 0
  row++
}

/** Deflate takes what it has room for of the current line. @returns whether that was all */
function feed(): bool {
  const size = min(rowBytes + 1 - lineDone, deflateRoom())
  memory.copy(deflateInput(), line + lineDone, size)
  deflateTake(u32(size))
  lineDone += size
  return lineDone > rowBytes
}

/**
 * Encode until a piece of the stream is ready.
 * @returns whether more pieces follow
 */
export function pngEncodeRun(): bool {
  if (!isFresh) clearOutput()
  isFresh = false
  while (true) {
    while (feed() && row < sourceHeight) nextLine()
    const last = lineDone > rowBytes && row == sourceHeight
    if (deflateRun(last)) return true
    if (last) return false
  }
}

/** The piece that `pngEncodeRun` made. */
export function pngEncodeOutput(): usize {
  return outputStart()
}

export function pngEncodeOutputLength(): usize {
  return outputLength()
}
