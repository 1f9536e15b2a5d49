// The kernel's exports, one module per concern. Everything runs in one linear memory, one instance per job.
export { crc32 } from './checksums'
export { inflate, inflateCreate, inflateInput, inflateOutput, inflateOutputLength } from './inflate'
export { allocate, heapBytes } from './memory'
export { pngCreate, pngEnd, pngFinished, pngPush, pngRows } from './png-decode'
export { rowsKey as pngKey, rowsPalette as pngPalette } from './png-rows'
export { pngToRaster, pngToResizer } from './png-sink'
export { resizerCreate, resizerEndRow, resizerFirstRow, resizerPush, resizerSkip } from './resize'
export { axisCreate } from './resize-axis'
