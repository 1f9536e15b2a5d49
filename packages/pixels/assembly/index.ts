// The kernel's exports, one module per concern. Everything runs in one linear memory, one instance per job.
export { allocate, heapBytes } from './memory'
export { jpegBegin, jpegIsGreyRow, jpegPackRow, jpegSetPlane } from './jpeg-encode'
export { setQuantiser as jpegSetQuantiser } from './jpeg-encode-block'
export { jpegBuildTable, jpegClearCounts, jpegTableLists } from './jpeg-encode-huffman'
export {
  jpegBeginScan, jpegCountBand, jpegCountLastRun, jpegCountMcus, jpegEndScan, jpegOutput, jpegOutputBytes,
  jpegOutputFetched, jpegOutputLimit, jpegWriteBand, jpegWriteMcus,
} from './jpeg-encode-scan'
export { colourCmykLutRow, colourNaiveCmykRow, colourRgbLutRow } from './colour-lut'
export { colourGreyRow, colourMatrixRow } from './colour-matrix'
export { fillRow } from './extend'
export { flattenRow } from './flatten'
