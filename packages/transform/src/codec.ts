import type { Plan, SourceFacts } from '@tintype/core'
import type { Raster } from './raster.ts'

/** What an encoder is told, in our own words. */
export interface EncodeSettings {
  /** 1–100, on the JPEG scale; each codec maps it to its own. */
  readonly quality: number
  /** A TIFF block to keep in the result; formats that carry no metadata ignore it. */
  readonly exif: Uint8Array | null
}

/** What a job may take while it decodes or encodes. */
export interface MemoryLimit {
  /** Bytes the codec's own heap may grow to; beyond it the codec fails, it never takes more. */
  readonly heapBytes: number
}

/**
 * One format in and out. A codec hides its library completely: no global, option or error of it gets out, and no
 * memory stays taken when a call is over.
 */
export interface Codec {
  /**
   * Decode, cut, scale and turn upright as one stage: the whole source need never exist as pixels.
   * @param body the original's bytes from the first one on; read to its end, or cancelled
   * @returns `plan.crop` of the upright picture at `plan.scaled` px
   * @throws ApiError `decodingFailed` for bytes that are no such picture
   */
  decodeAndResize(
    body: ReadableStream<Uint8Array>,
    source: SourceFacts,
    plan: Plan,
    limit: MemoryLimit,
  ): Promise<Raster>
  /** @throws ApiError `encodingFailed` */
  encode(raster: Raster, settings: EncodeSettings, limit: MemoryLimit): Promise<Uint8Array>
}
