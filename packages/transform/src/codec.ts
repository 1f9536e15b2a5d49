import type { Plan, Size, SourceFacts } from '@tintype/core'
import type { ByteReader, ColourProfile, Kernel, KernelRaster } from '@tintype/pixels'
import type { MemoryMeter } from './memory-meter.ts'

/** What one stage of a job takes at its worst, bytes. */
export interface StagePrice {
  /** Allocated in the job's kernel, which keeps it to the end. */
  readonly kernelBytes: number
  /** Heap of a library's codec. It is garbage after the stage, but nothing says when it is collected. */
  readonly heapBytes: number
  /** Buffers of JavaScript, given back when the stage is over. */
  readonly bufferBytes: number
}

export interface Decoded {
  /** `plan.crop` of the upright picture at `plan.scaled` px, not yet in sRGB where the plan has a profile. */
  readonly raster: KernelRaster
  /** The file ended early, or a part of it made no sense: the picture shows what could be read. */
  readonly truncated: boolean
  /** A checksum of the file is wrong, so that what is shown may be. */
  readonly hasBadChecksum?: boolean
}

/** How a source will be decoded, cut, scaled and turned upright in one stage: decided from its first bytes. */
export interface DecodePlan {
  readonly price: StagePrice
  /** What the plan itself holds from the moment it is made, such as a profile that was unpacked; a part of `price`. */
  readonly heldBytes: number
  /** What the raster's numbers mean; null for sRGB. */
  readonly profile: ColourProfile | null
  /**
   * @param file the original from its first byte on, or what `readStart` kept of it and the rest
   * @throws PixelError or ApiError `decodingFailed` for bytes that are no such picture
   */
  run(kernel: Kernel, file: AsyncIterable<Uint8Array>, meter: MemoryMeter): Promise<Decoded>
}

/** What an encoder is told, in our own words. */
export interface EncodeSettings {
  /** 1–100, on the JPEG scale; each codec maps it to its own. */
  readonly quality: number
  /** Whether pixels may be transparent. */
  readonly hasAlpha: boolean
  /** A TIFF block to keep in the result; formats that carry no metadata ignore it. */
  readonly exif: Uint8Array | null
}

export interface EncodePlan {
  readonly price: StagePrice
  /**
   * The raster's pixels may be destroyed.
   * @returns exactly packed bytes of their own: the kernel's memory serves another job afterwards
   * @throws PixelError or ApiError `encodingFailed`
   */
  run(raster: KernelRaster, meter: MemoryMeter): Promise<Uint8Array>
}

/**
 * One format in and out. A codec hides its library completely: no global, option or error of it gets out, and no
 * memory stays taken when a call is over.
 */
export interface Codec {
  /**
   * The first bytes of a file: all that {@link Codec.planDecode} looks at. They wait with the job for memory, so there
   * are few of them.
   * @param reader afterwards stands before the first byte that is not among them, or where it stood: `isConsumed`
   */
  readStart(reader: ByteReader): Promise<Uint8Array>
  /**
   * @param start what `readStart` gave
   * @throws PixelError, or ApiError `decodingFailed` when the picture is not the one that was stored
   */
  planDecode(source: SourceFacts, start: Uint8Array, geometry: Plan): DecodePlan
  planEncode(size: Size, settings: EncodeSettings): EncodePlan
}
