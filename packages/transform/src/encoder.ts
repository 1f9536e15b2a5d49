import type { PictureOutput, Size } from '@tintype/core'
import type { Kernel, KernelRaster } from '@tintype/pixels'
import type { StagePrice } from './decoder.ts'
import type { MemoryMeter } from './memory-meter.ts'
import type { Turns } from './step.ts'
import type { ToldSource } from './told.ts'

/** What an encoder is told, in our own words. */
export interface EncodeSettings {
  /** 1–100, on the JPEG scale; each encoder maps it to its own. null where nobody asked: `DEFAULT_QUALITY`. */
  readonly quality: PictureOutput['quality']
  /** How a JPEG is written where its size lets it choose; other formats ignore it. */
  readonly jpeg: PictureOutput['jpeg']
  /** `fast`: as soon as possible, larger as it may be. */
  readonly effort: PictureOutput['effort']
  /** Whether pixels may be transparent. */
  readonly hasAlpha: boolean
  /** `tight`: take as little as possible, even where not every client can show what comes of it. */
  readonly memory: 'ample' | 'tight'
  /** What the result is to tell beside its pixels, known once there are any; formats that carry no metadata ignore it. */
  readonly told: ToldSource | null
  /** Times an animation is played; 0 for ever. */
  readonly plays: number
}

/** One result in the making. */
export interface FrameSink {
  /**
   * The raster's pixels may be destroyed; what the kernel is asked for here is given up afterwards.
   * @throws PixelError; ApiError `encodingFailed`, or `refusedDimensions` for an animation that becomes too large
   */
  add(raster: KernelRaster, delayMs: number): Promise<void>
  /** @returns exactly packed bytes of their own: the kernel's memory serves another job afterwards */
  end(): Promise<Uint8Array>
  /** Give up what it holds of libraries, whether it came to its end or not. */
  close(): void
}

export interface EncodePlan {
  readonly price: StagePrice
  /**
   * @param kernel that of the frames to come: what all of them need of it is taken now
   * @param turns  for what takes long: a sign of life, and a turn for others, between two parts of it
   */
  begin(kernel: Kernel, meter: MemoryMeter, turns: Turns): FrameSink
}

/** One format out. It hides its library completely: no global, option or error of it gets out. */
export interface Encoder {
  /** @param frames how many will be added; a format of stills takes one */
  plan(size: Size, frames: number, settings: EncodeSettings): EncodePlan
}
