import type { Orientation, Rect, Size, SourceFacts } from '@tintype/core'
import type { ByteReader, ColourProfile, Kernel, KernelRaster } from '@tintype/pixels'
import type { MemoryMeter } from './memory-meter.ts'
import type { ToldSource } from './told.ts'

/** What one stage of a job takes at its worst, bytes. */
export interface StagePrice {
  /** Allocated in the job's kernel, which keeps it to the end. */
  readonly kernelBytes: number
  /** Heap of a library's codec. It is garbage after the stage, but nothing says when it is collected. */
  readonly heapBytes: number
  /** Buffers of JavaScript, given back when the stage is over. */
  readonly bufferBytes: number
}

/** What is wanted of a source: the operations at the head of a program, as one cut, one scale and one turn. */
export interface View {
  /** How the stored rows are turned: the source's own orientation and the program's turns, as one. */
  readonly orientation: Orientation
  /** What of the turned picture is shown, px of it. Fractions fall where whole px of the scaled picture begin. */
  readonly crop: Rect
  /** What there is of the turned picture, whole px: what was trimmed off weighs in nowhere. Absent: all of it. */
  readonly within?: Rect
  /** Rows are only looked at (`watchForBorder`), and frames have no raster: for a view that neither turns nor scales. */
  readonly isWatched?: boolean
  /** Size at which `crop` is drawn, whole px, at least 1. */
  readonly size: Size
  /** How many frames of an animation are wanted. */
  readonly frames: 'all' | 'first'
}

/** One picture of a source. A still has one. */
export interface Frame {
  /** The view, not yet in sRGB where the plan has a profile. The next frame may overwrite it. */
  readonly raster: KernelRaster
  /** How long it is shown, as the file says, however short; 0 for a still. */
  readonly delayMs: number
  /** What was wrong with it and is shown as far as it goes, in whole phrases. */
  readonly warnings: readonly string[]
}

/** How a source will be decoded, cut, scaled and turned in one stage: decided from its first bytes. */
export interface DecodePlan {
  readonly price: StagePrice
  /** Frames that will come, at most. */
  readonly frames: number
  /** What the plan itself holds from the moment it is made, such as a profile that was unpacked; a part of `price`. */
  readonly heldBytes: number
  /** What the rasters' numbers mean; null for sRGB. */
  readonly profile: ColourProfile | null
  /** What the file tells of its picture; absent where the format or the file has no place for it. */
  readonly told?: ToldSource | null
  /**
   * @param file the original from its first byte on, or what `readStart` kept of it and the rest
   * @throws PixelError or ApiError `decodingFailed` for bytes that are no such picture
   */
  run(kernel: Kernel, file: AsyncIterable<Uint8Array>, meter: MemoryMeter): AsyncIterable<Frame>
}

/** Ask before a start becomes large; see {@link Start.need}. */
export type NeedBytes = (bytes: number) => Promise<void>

/** One format in. A decoder serves one kernel once. */
export interface Decoder {
  /**
   * The first bytes of a file: all that {@link Decoder.plan} looks at. They wait with the job for memory, so there are few
   * of them.
   * @param reader afterwards stands before the first byte that is not among them
   * @param need   asked before more than a small start is held
   * @param keepsXmp whether an XMP packet is among what is wanted, where it stands before the pixels
   */
  readStart(reader: ByteReader, need: NeedBytes, keepsXmp: boolean): Promise<Uint8Array>
  /**
   * @param start what `readStart` gave
   * @throws PixelError, or ApiError `decodingFailed` when the picture is not the one that its facts describe
   */
  plan(facts: SourceFacts, start: Uint8Array, view: View): DecodePlan
}
