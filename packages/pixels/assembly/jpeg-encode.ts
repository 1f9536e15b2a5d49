// JPEG encoder: the picture's geometry, and rows of MCUs from pixels to packed blocks.
//
// Life of an encode, driven row by row from outside so that hot functions are entered often enough to be optimised:
//   jpegBegin, jpegSetPlane × components, jpegSetQuantiser × 64
//   jpegPackRow × rows of MCUs                     pixels → packed blocks
//   for each scan: count rows → build tables → write rows
import { allocate } from './memory'
import { initBlocks, packBlocks } from './jpeg-encode-block'
import { initHuffman } from './jpeg-encode-huffman'
import { isGreyRow, samplesFull, samplesGrey, samplesHalved } from './jpeg-encode-samples'
import { blockRow, describeGrid, describePlane, initScans } from './jpeg-encode-scan'

let width = 0
let height = 0
let components = 0
let factor = 0
let lumaStride: usize = 0
let chromaStride: usize = 0
let luma: usize = 0
let chroma: usize = 0
/** Blocks across and down, for each component. */
const blocks = memory.data(24, 4)

/**
 * Reserve everything for one encode.
 * @param sampling luma samples for each chroma sample, in each direction: 1 or 2; 1 when grey
 */
export function jpegBegin(widthPx: i32, heightPx: i32, componentCount: i32, sampling: i32): void {
  width = widthPx
  height = heightPx
  components = componentCount
  factor = sampling
  lumaStride = (widthPx + 15) & ~15
  chromaStride = lumaStride / usize(sampling)
  luma = allocate(lumaStride * 8 * usize(sampling))
  if (components == 3) chroma = allocate(chromaStride * 16)
  const mcu = 8 * sampling
  describeGrid(componentCount, sampling, (widthPx + mcu - 1) / mcu)
  initBlocks()
  initHuffman()
  initScans()
}

/** Reserve one component's table of row addresses, which the caller fills: u32 each. */
export function jpegSetPlane(component: i32, across: i32, down: i32): usize {
  const rows = allocate(usize(down) << 2)
  store<i32>(blocks + (component << 3), across)
  store<i32>(blocks + (component << 3), down, 4)
  describePlane(component, across, down, rows)
  return rows
}

/** True when all of a row's pixels are grey. */
export function jpegIsGreyRow(row: usize, count: i32): bool {
  return isGreyRow(row, count)
}

/** Turn the pixels of MCU row `row` into packed blocks. Its pixels are all read before the first block is stored. */
export function jpegPackRow(raster: usize, row: i32): void {
  const lines = 8 * factor
  for (let line = 0; line < lines; line += factor) {
    const y = row * lines + line
    const from = raster + usize(min(y, height - 1)) * usize(width) * 4
    const to = luma + usize(line) * lumaStride
    if (components == 1) {
      samplesGrey(from, width, to)
    } else if (factor == 1) {
      const cb = chroma + usize(line) * chromaStride
      samplesFull(from, width, to, cb, cb + 8 * chromaStride)
    } else {
      const below = raster + usize(min(y + 1, height - 1)) * usize(width) * 4
      const cb = chroma + usize(line >> 1) * chromaStride
      samplesHalved(from, below, width, to, to + lumaStride, cb, cb + 8 * chromaStride)
    }
  }
  for (let v = 0; v < factor; v++) packPlaneRow(0, row * factor + v, luma + usize(v) * 8 * lumaStride, lumaStride)
  if (components == 3) {
    packPlaneRow(1, row, chroma, chromaStride)
    packPlaneRow(2, row, chroma + 8 * chromaStride, chromaStride)
  }
}

function packPlaneRow(component: i32, row: i32, samples: usize, stride: usize): void {
  if (row >= load<i32>(blocks + (component << 3), 4)) return
  const across = load<i32>(blocks + (component << 3))
  packBlocks(samples, stride, across, blockRow(component, row))
}
