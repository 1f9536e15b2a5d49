import {
  clearBox,
  copyBox,
  createRaster,
  type FrameBox,
  findChange,
  findCleared,
  joinBoxes,
  wholeBox,
} from './frame-history.ts'
import { guardTraps, type Kernel, type KernelRaster } from './kernel.ts'

/** What a GIF is made with. */
export interface GifEncodeOptions {
  /** px, 1 to 65535 */
  readonly width: number
  readonly height: number
  /** Times it is played; 0 for ever. */
  readonly plays: number
  /** 1 to 100: as few colours are used as reach it, 255 at most. As for PNG8. */
  readonly quality: number
}

/** A GIF in the making, frame by frame. */
export interface GifEncoder {
  /**
   * Add a frame of the encoder's kernel; its pixels are made opaque or transparent.
   * @param delayMs kept in hundredths of a second, rounded; at most 655,350
   * @returns bytes that follow those before: frames are written one later than they come
   */
  add(raster: KernelRaster, delayMs: number): Uint8Array[]
  /** The last frame, and the end. @throws Error without a frame */
  end(): Uint8Array[]
}

const HEADER_BYTES = 64
/** Blocks around a frame's data, and a palette of its own. */
const FRAME_BYTES = 32 + 768
/** Tables of LZW, histogram, colours. */
const FIXED_BYTES = 1600 * 1024
/** Two rasters, and pixels on their way into a palette. */
const BYTES_PER_PIXEL = 12
/** Codes of 12 bits, clear codes, and the lengths of sub-blocks. */
const MOST_BYTES_PER_PIXEL = 1.52

/** Kernel bytes that an encoder takes besides the rasters it is given. */
export const priceGifEncode = (width: number, height: number): number =>
  FIXED_BYTES + width * height * BYTES_PER_PIXEL

/** The largest file that can come of so many frames, bytes. */
export const largestGif = (width: number, height: number, frames: number): number =>
  HEADER_BYTES + frames * (FRAME_BYTES + Math.ceil(width * height * MOST_BYTES_PER_PIXEL))

/** Disposal methods: the frame stays, or its rectangle is cleared. */
const KEEP = 1
const CLEAR = 2

/**
 * Begin a GIF. Each frame has the smallest rectangle that changed, and in it what is as before draws nothing; a rectangle
 * is cleared after its frame only where something becomes transparent. The palette is that of the frame before as long as
 * it does. All kernel memory is taken here, {@link priceGifEncode} bytes.
 */
export function createGifEncoder(kernel: Kernel, options: GifEncodeOptions): GifEncoder {
  const { width, height, plays, quality } = options
  const target = ((100 - Math.min(100, Math.max(1, quality))) / 12) ** 2
  guardTraps(() => kernel.exports.gifEncodeCreate(width * height))
  /** What is on the screen before the pending frame, and that frame. */
  const shown = createRaster(kernel, options)
  const pending = createRaster(kernel, options)
  const whole = wholeBox(options)
  let pendingDelayMs = -1
  let isFirst = true
  let palette: Uint8Array | null = null
  let globalPalette: Uint8Array | null = null

  /** Write the pending frame, now that it is known what comes after it. */
  function write(next: KernelRaster | null): Uint8Array[] {
    const { exports } = kernel
    const cleared = next === null ? null : findCleared(pending, next)
    const changed = isFirst ? whole : findChange(shown, pending)
    const box = joinBoxes(changed, cleared) ?? { left: 0, top: 0, width: 1, height: 1 }
    const { left, top } = box
    const sizeBytes = guardTraps(() =>
      exports.gifEncodeFrame(pending.pointer, shown.pointer, width, left, top, box.width, box.height, target),
    )
    if (exports.gifEncodeIsNewPalette() !== 0 || palette === null) palette = readPalette(kernel)
    const colours = exports.gifEncodeColours()
    const data = kernel.bytes(exports.gifEncodeOutput(), sizeBytes).slice()
    const pieces: Uint8Array[] = []
    if (isFirst) {
      globalPalette = palette
      pieces.push(header(options, palette), ...repetition(plays))
    }
    const own = palette === globalPalette ? null : palette
    const disposal = cleared === null ? KEEP : CLEAR
    pieces.push(frameHead(box, pendingDelayMs, disposal, colours, own), data)
    if (cleared === null) copyBox(shown, pending, box)
    else {
      copyBox(shown, pending, whole) // outside of the box they are equal
      clearBox(shown, box)
    }
    isFirst = false
    return pieces
  }

  return {
    add(raster, delayMs) {
      guardTraps(() => kernel.exports.frameHarden(raster.pointer, width * height))
      const pieces = pendingDelayMs < 0 ? [] : write(raster)
      copyBox(pending, raster, whole)
      pendingDelayMs = delayMs
      return pieces
    },
    end() {
      if (pendingDelayMs < 0) throw new Error('A GIF has a frame')
      return [...write(null), Uint8Array.of(0x3b)]
    },
  }
}

/** RGB entries; as many as the next power of two above the colours, since one index draws nothing. */
function readPalette(kernel: Kernel): Uint8Array {
  const { exports } = kernel
  const colours = exports.gifEncodeColours()
  const entries = kernel.bytes(exports.gifEncodePalette(), colours * 4)
  const palette = new Uint8Array(3 * 2 ** Math.max(2, Math.ceil(Math.log2(colours + 1))))
  for (let i = 0; i < colours; i++) palette.set(entries.subarray(i * 4, i * 4 + 3), i * 3)
  return palette
}

/** A colour table's size as it is written: the power of two, less one. */
const tableBits = (palette: Uint8Array): number => Math.log2(palette.length / 3) - 1

const uint16 = (value: number): [number, number] => [value & 255, (value >> 8) & 255]

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0))

/** Signature; screen; flags, background, aspect; the common colour table. */
const header = ({ width, height }: GifEncodeOptions, palette: Uint8Array): Uint8Array =>
  Uint8Array.from([
    ...ascii('GIF89a'),
    ...uint16(width),
    ...uint16(height),
    ...[0x80 | 0x70 | tableBits(palette), 0, 0],
    ...palette,
  ])

/** The file counts repetitions after the first time; one that is played once says nothing. */
function repetition(plays: number): Uint8Array[] {
  if (plays === 1) return []
  const count = plays === 0 ? 0 : Math.min(plays - 1, 65_535)
  return [Uint8Array.from([0x21, 0xff, 11, ...ascii('NETSCAPE2.0'), 3, 1, ...uint16(count), 0])]
}

/** Graphic control (disposal, transparent index, delay), then the descriptor and the frame's own colour table. */
function frameHead(
  { left, top, width, height }: FrameBox,
  delayMs: number,
  disposal: number,
  transparentIndex: number,
  palette: Uint8Array | null,
): Uint8Array {
  const delay = Math.min(65_535, Math.round(delayMs / 10))
  const place = [left, top, width, height].flatMap(uint16)
  return Uint8Array.from([
    ...[0x21, 0xf9, 4, (disposal << 2) | 1, ...uint16(delay), transparentIndex, 0],
    ...[0x2c, ...place, palette === null ? 0 : 0x80 | tableBits(palette)],
    ...(palette ?? []),
  ])
}
