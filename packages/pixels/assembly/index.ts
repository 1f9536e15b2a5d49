// The kernel's exports, one module per concern. Everything runs in one linear memory, one instance per job.
export { adjustLevels, adjustPixels } from './adjust'
export { heapMark, heapReset } from './arena'
export { crc32 } from './checksums'
export {
  gifEncodeColours, gifEncodeCreate, gifEncodeFrame, gifEncodeIsNewPalette, gifEncodeOutput, gifEncodePalette,
} from './gif-encode'
export { frameBox, frameCleared, frameCopy, frameDiff, frameHarden } from './frame-diff'
export { gifBeginFrame, gifCreate, gifInput, gifLines, gifPalette, gifPush } from './gif-decode'
export {
  inflate, inflateChecksumFailed, inflateCreate, inflateInput, inflateOutput, inflateOutputLength,
} from './inflate'
export { allocate, heapBytes, heapPeakBytes } from './memory'
export { colourDepth as pngEncodeDepth, colourType as pngEncodeType } from './png-colours'
export { paletteColours as pngEncodePalette, paletteSize as pngEncodePaletteSize } from './png-colours'
export { paletteTransparent as pngEncodeTransparent } from './png-colours'
export { pngCreate, pngEnd, pngFinished, pngPush, pngRows } from './png-decode'
export { pngEncodeCreate, pngEncodeOutput, pngEncodeOutputLength, pngEncodeRun } from './png-encode'
export { rowsKey as pngKey, rowsLut as pngLut, rowsMatrix as pngMatrix, rowsPalette as pngPalette } from './png-rows'
export { pngToRaster, pngToResizer } from './png-sink'
export {
  resizerCreate, resizerEndRow, resizerFirstRow, resizerPush, resizerRewind, resizerSkip,
} from './resize'
export {
  jpegDecodeBand, jpegDecodeBlankRest, jpegDecodeCreate, jpegDecodeDamaged, jpegDecodeKeep, jpegDecodeLoadPlace,
  jpegDecodeRender, jpegDecodeRun, jpegDecodeSavePlace, jpegDecodeScan,
} from './jpeg-decode'
export { jpegDecodeGiven, jpegDecodeInput, jpegDecodeTaken } from './jpeg-decode-bits'
export { jpegDecodeComponent, jpegDecodeQuantiser, jpegDecodeTables } from './jpeg-decode-component'
export { jpegDecodeSetHuffman } from './jpeg-decode-huffman'
export { jpegDecodeOutput } from './jpeg-decode-output'
export { axisCreate } from './resize-axis'
export { jpegBegin, jpegIsGreyRow, jpegPackRow, jpegSetPlane } from './jpeg-encode'
export { setQuantiser as jpegSetQuantiser } from './jpeg-encode-block'
export { jpegBuildTable, jpegClearCounts, jpegTableLists } from './jpeg-encode-huffman'
export {
  jpegBeginScan, jpegCountBand, jpegCountLastRun, jpegCountMcus, jpegEndScan, jpegOutput, jpegOutputBytes,
  jpegOutputFetched, jpegOutputLimit, jpegWriteBand, jpegWriteMcus,
} from './jpeg-encode-scan'
export { blurDoubleLevel, blurDoubleRaster, blurHalveLevel, blurHalveRaster, blurLevel } from './blur-pyramid'
export { colourRow } from './colour-row'
export { fillRow } from './extend'
export { flattenRow, underlayRow } from './flatten'
export { compositeRow } from './composite'
export { watchBegin, watchFound, watchProfile } from './watch'
export { isOpaque, sharpenRaster, sharpenScratch } from './sharpen'
export {
  AXIS_RECORD, AXIS_SPARE_POSITIONS, AXIS_TAPS_HEADER, JPEG_BITS_BYTES, JPEG_BLOCKS_BYTES, JPEG_COEFFICIENTS_BYTES,
  JPEG_COMPONENTS_BYTES, JPEG_HUFFMAN_BYTES, JPEG_INPUT_BYTES, JPEG_STEPS_BYTES, PLACEMENT_RECORD, RESIZER_RECORD,
  STAGE_RECORD, STAGE_ROW_SPARE,
} from './layout-sizes'
