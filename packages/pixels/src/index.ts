export { type Adjustment, adjust, curveAt, priceAdjust } from './adjust.ts'
export { applyColourProfile, priceColourProfile } from './apply-colour-profile.ts'
export { blur, priceBlur } from './blur.ts'
export type { ByteReader, ByteSource } from './byte-reader.ts'
export { createByteReader } from './byte-reader.ts'
export { type ColourCodes, cicpProfile, type HdrProfile } from './cicp-profile.ts'
export {
  type ColourProfile,
  type MatrixProfile,
  parseColourProfile,
} from './colour-profile.ts'
export { type CompositeOperator, composite } from './composite.ts'
export { createPixelConverter, type PixelConverter } from './convert-pixels.ts'
export { type Canvas, extend, priceExtend } from './extend.ts'
export { flatten, flattenOnto, type Rgba } from './flatten.ts'
export {
  createFrameCanvas,
  type FrameCanvas,
  type FrameDisposal,
  priceFrameCanvas,
} from './frame-canvas.ts'
export {
  clearBox,
  copyBox,
  createRaster,
  type FrameBox,
  findChange,
  packBox,
  wholeBox,
} from './frame-history.ts'
export type { GifDecodeLimits, GifDecodePlan, GifFrame } from './gif-decode.ts'
export { decodeGif, planGifDecode } from './gif-decode.ts'
export {
  createGifEncoder,
  type GifEncodeOptions,
  type GifEncoder,
  largestGif,
  priceGifEncode,
} from './gif-encode.ts'
export type { GifHeader } from './gif-header.ts'
export { readGifHeader } from './gif-header.ts'
export type { DecodedJpeg } from './jpeg-decode.ts'
export { decodeJpeg } from './jpeg-decode.ts'
export { encodeJpeg, encodeJpegChunks, type JpegEncodeOptions, priceJpegEncode } from './jpeg-encode.ts'
export type { JpegSampling } from './jpeg-encode-layout.ts'
export type { JpegHeader } from './jpeg-header.ts'
export { readJpegHeader } from './jpeg-header.ts'
export type { JpegDecodeRequest, JpegPlan, JpegQuality } from './jpeg-plan.ts'
export { JPEG_QUALITY, planJpegDecode } from './jpeg-plan.ts'
export { KERNEL_STATIC_BYTES } from './jpeg-price.ts'
export type { Kernel, KernelRaster } from './kernel.ts'
export { createKernel } from './kernel.ts'
export { createKernelPool, type KernelPool, type KernelPoolOptions } from './kernel-pool.ts'
export {
  createMemoryPool,
  type MemoryPool,
  type MemoryPoolOptions,
  type RetainedMemory,
} from './memory-pool.ts'
export { parseFrom } from './parse-from.ts'
export type { PixelErrorReason } from './pixel-error.ts'
export { PixelError } from './pixel-error.ts'
export type { PngDecodeOptions, PngDecodePlan, PngResize } from './png-decode.ts'
export { decodePng, decodePngImageData, planPngDecode } from './png-decode.ts'
export type { PngEncodeOptions } from './png-encode.ts'
export { encodePng, pricePngEncode } from './png-encode.ts'
export type { PngBitDepth, PngColourType, PngHeader, PngIccProfile } from './png-header.ts'
export { readPngHeader } from './png-header.ts'
export { inflatePngProfile } from './png-profile.ts'
export type { Orientation, ResizePlan, ResizeRequest, Resizer, RowKind } from './resize.ts'
export { createResizer, planResize, priceResize } from './resize.ts'
export type { PixelWindow } from './resize-plan.ts'
export { resizeRaster } from './resize-raster.ts'
export { priceSharpen, sharpen } from './sharpen.ts'
export { priceTurn, turn } from './turn.ts'
export { type BorderLook, foundInside, type InnerBox, watchForBorder, watchThrough } from './watch-border.ts'
