// The kernel's exports, one module per concern. Everything runs in one linear memory, one instance per job.
export { allocate, heapBytes } from './memory'
export { axisCreate } from './resize-axis'
export { resizerCreate, resizerEndRow, resizerFirstRow, resizerPush, resizerSkip } from './resize'
export {
  jpegDecodeBand, jpegDecodeBlankRest, jpegDecodeCreate, jpegDecodeDamaged, jpegDecodeKeep, jpegDecodeLoadPlace,
  jpegDecodeRender, jpegDecodeRun, jpegDecodeSavePlace, jpegDecodeScan,
} from './jpeg-decode'
export { jpegDecodeGiven, jpegDecodeInput, jpegDecodeTaken } from './jpeg-decode-bits'
export { jpegDecodeComponent, jpegDecodeQuantiser, jpegDecodeTables } from './jpeg-decode-component'
export { jpegDecodeSetHuffman } from './jpeg-decode-huffman'
export { jpegDecodeOutput } from './jpeg-decode-output'
