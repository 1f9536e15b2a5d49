import { type Orientation, type Rect, type Size, type SourceFacts, TRUNCATED } from '@tintype/core'
import type { ByteReader, ColourProfile, Kernel, KernelRaster } from '@tintype/pixels'
import type { Decoder, NeedBytes, StagePrice } from './decoder.ts'
import type { Encoder, EncodeSettings } from './encoder.ts'
import type { MemoryMeter } from './memory-meter.ts'
import type { Turns } from './step.ts'
import type { ToldSource } from './told.ts'

export type { StagePrice } from './decoder.ts'
export type { EncodeSettings } from './encoder.ts'

/** What is shown of an upright picture, and at which size, both px. */
export interface StillGeometry {
  readonly crop: Rect
  readonly scaled: Size
  /** As in {@link View}. */
  readonly within?: Rect
  readonly isWatched?: boolean
}

export interface Decoded {
  /** The view, not yet in sRGB where the plan has a profile. */
  readonly raster: KernelRaster
  /** The file ended early, or a part of it made no sense: the picture shows what could be read. */
  readonly truncated: boolean
  /** A checksum of the file is wrong, so that what is shown may be. */
  readonly hasBadChecksum?: boolean
}

/** How a still is decoded, cut, scaled and turned in one stage. */
export interface StillDecodePlan {
  readonly price: StagePrice
  /** What the plan itself holds from the moment it is made, such as a profile that was unpacked; a part of `price`. */
  readonly heldBytes: number
  /** What the raster's numbers mean; null for sRGB. */
  readonly profile: ColourProfile | null
  /** What the file tells of its picture, where it has a place for that. */
  readonly told?: ToldSource | null
  /**
   * @param file the original from its first byte on, or what `readStart` kept of it and the rest
   * @throws PixelError or ApiError `decodingFailed` for bytes that are no such picture
   */
  run(kernel: Kernel, file: AsyncIterable<Uint8Array>, meter: MemoryMeter): Promise<Decoded>
}

export interface StillEncodePlan {
  readonly price: StagePrice
  /**
   * The raster's pixels may be destroyed.
   * @returns exactly packed bytes of their own: the kernel's memory serves another job afterwards
   * @throws PixelError or ApiError `encodingFailed`
   */
  run(raster: KernelRaster, meter: MemoryMeter, turns: Turns): Promise<Uint8Array>
}

/**
 * One format of stills, in and out. A codec hides its library completely: no global, option or error of it gets out, and
 * no memory stays taken when a call is over.
 */
export interface StillCodec {
  /** As {@link Decoder.readStart}. */
  readStart(reader: ByteReader, need: NeedBytes, keepsXmp: boolean): Promise<Uint8Array>
  /**
   * @param source facts whose `orientation` is the whole turn that is wanted
   * @param start  what `readStart` gave
   * @throws PixelError, or ApiError `decodingFailed` when the picture is not the one that was stored
   */
  planDecode(
    source: SourceFacts & { readonly orientation: Orientation },
    start: Uint8Array,
    geometry: StillGeometry,
  ): StillDecodePlan
  planEncode(size: Size, settings: EncodeSettings): StillEncodePlan
}

/** What is wrong with a picture that is shown as far as it goes, in whole phrases. */
export function describeFaults({ truncated, hasBadChecksum = false }: Omit<Decoded, 'raster'>): string[] {
  return [...(truncated ? [TRUNCATED] : []), ...(hasBadChecksum ? ['source has a wrong checksum'] : [])]
}

/** A codec of stills as a decoder: one frame. */
export const stillDecoder = (codec: Pick<StillCodec, 'readStart' | 'planDecode'>): Decoder => ({
  readStart: (...call) => codec.readStart(...call),
  plan(facts, start, { orientation, size, frames: _frames, ...view }) {
    const plan = codec.planDecode({ ...facts, orientation }, start, {
      ...view,
      scaled: size,
    })
    return {
      ...plan,
      frames: 1,
      async *run(kernel, file, meter) {
        const { raster, ...faults } = await plan.run(kernel, file, meter)
        yield { raster, delayMs: 0, warnings: describeFaults(faults) }
      },
    }
  },
})

/** A codec of stills as an encoder: it takes one frame. */
export const stillEncoder = (codec: Pick<StillCodec, 'planEncode'>): Encoder => ({
  plan(size, _frames, settings) {
    const plan = codec.planEncode(size, settings)
    return {
      price: plan.price,
      begin(_kernel, meter, turns) {
        let bytes: Uint8Array | null = null
        return {
          async add(raster) {
            if (bytes !== null) throw new Error('A still has one frame')
            bytes = await plan.run(raster, meter, turns)
          },
          async end() {
            if (bytes === null) throw new Error('A still has one frame')
            return bytes
          },
          close() {},
        }
      },
    }
  },
})
