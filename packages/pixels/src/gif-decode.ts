import type { KernelExports } from '../build/kernel-exports.d.ts'
import type { GifImage } from './gif-blocks.ts'
import { GifBlockReader } from './gif-blocks.ts'
import { canvasSize, type GifHeader } from './gif-header.ts'
import type { Kernel, KernelRaster } from './kernel.ts'
import { guardTraps } from './kernel.ts'
import { PixelError } from './pixel-error.ts'

/** What the kernel takes at once. */
const PIECE_BYTES = 8192
/** The kernel's static data, LZW tables, palette and input. */
const FIXED_BYTES = 128 * 1024
const PAGE_BYTES = 65_536
/** Whatever the caller allows: beyond it, sizes would not fit the kernel's pointers. */
const MEMORY_LIMIT_BYTES = 2 ** 31

export interface GifDecodeLimits {
  /** Frames to decode; later ones are not read. Default: all. */
  readonly frames?: number
  /** Most frames. Default 1024. */
  readonly maxFrames?: number
  /** Most pixels of all frames together, canvas × frames. Default 100 million. */
  readonly maxPixels?: number
  /** Most bytes a decode may be priced at. Default 96 MiB. */
  readonly maxBytes?: number
}

/** Everything that is decided before the first frame: pure arithmetic on the header. */
export interface GifDecodePlan {
  readonly width: number
  readonly height: number
  /** Frames that will be decoded, at most. */
  readonly frames: number
  /** Most bytes of kernel memory the decode takes; the frames' delays and the input pieces are excluded. */
  readonly priceBytes: number
}

/** One frame as shown: the canvas after it was drawn. */
export interface GifFrame {
  /** From 0. */
  readonly index: number
  readonly delayMs: number
  /** The canvas, which the next frame changes: read or copy it before asking for that. */
  readonly raster: KernelRaster
}

/**
 * Plan to decode the first `frames` frames.
 * @throws PixelError `too-large` over a limit
 */
export function planGifDecode(header: GifHeader, limits: GifDecodeLimits = {}): GifDecodePlan {
  const { maxFrames = 1024, maxPixels = 100_000_000, maxBytes = 96 * 1024 * 1024 } = limits
  const { width, height } = header
  const frames = Math.min(header.frameCount, limits.frames ?? header.frameCount)
  if (frames > maxFrames) throw new PixelError('too-large', 'The GIF has too many frames')
  if (width * height * frames > maxPixels) throw new PixelError('too-large', 'The GIF has too many pixels')
  // What the last frame leaves to the next one is nobody's business: it never restores, so a single one needs no copy.
  const canvases = header.restoresPrevious && frames > 1 ? 2 : 1
  const bytes = FIXED_BYTES + canvases * width * height * 4
  const priceBytes = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
  if (priceBytes > Math.min(maxBytes, MEMORY_LIMIT_BYTES))
    throw new PixelError('too-large', 'The GIF needs too much memory')
  return { width, height, frames, priceBytes }
}

/**
 * Decode frame by frame as the file arrives, up to the plan's count. What is uncovered is transparent black, and so is
 * what a frame clears when it is disposed of, as browsers have it; the file's background colour is ignored.
 * @param chunks the file from its first byte, in pieces of any size
 * @param plan   made from this file's header
 * @returns after the last frame, `truncated` when the file was cut or damaged and later frames (or lines of the last
 *   one) are missing
 * @throws PixelError `corrupt` or `truncated` when not even a line of the first frame can be shown
 */
export async function* decodeGif(
  kernel: Kernel,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  plan: GifDecodePlan,
): AsyncGenerator<GifFrame, { truncated: boolean }> {
  const decoder = new GifDecoder(kernel, plan)
  for await (const chunk of chunks) {
    let rest = chunk
    while (rest.length > 0 && !decoder.complete) {
      rest = decoder.push(rest)
      const frame = decoder.takeFrame()
      if (frame !== null) yield frame
    }
    if (decoder.complete) break
  }
  const last = decoder.takePartialFrame()
  if (last !== null) yield last
  return { truncated: decoder.truncated }
}

/** One decode: feeds the kernel from the blocks of the file. */
class GifDecoder {
  readonly #kernel: Kernel
  readonly #exports: KernelExports
  readonly #plan: GifDecodePlan
  readonly #reader: GifBlockReader
  #screen = { width: 0, height: 0 }
  #canvas = 0
  #input = 0
  #filled = 0
  #index = -1
  #delayMs = 0
  #state: 'between' | 'drawing' | 'drawn' = 'between'
  #damage: PixelError | null = null
  #height = 0
  /** Some frame's data ended before its last line. */
  #short = false
  complete = false

  constructor(kernel: Kernel, plan: GifDecodePlan) {
    this.#kernel = kernel
    this.#exports = kernel.exports
    this.#plan = plan
    this.#reader = new GifBlockReader({
      screen: (screen) => {
        this.#screen = screen
      },
      loopCount: () => {},
      image: (image) => this.#beginFrame(image),
      imageData: (piece) => this.#takeData(piece),
      imageEnd: () => this.#endFrame(),
    })
  }

  get truncated(): boolean {
    return this.#damage !== null || this.#short || this.#index + 1 < this.#plan.frames
  }

  /** Feed the file up to the end of a frame. Damage ends the decode, with the frames so far. */
  push(bytes: Uint8Array): Uint8Array {
    let rest = bytes.subarray(bytes.length)
    this.#noteDamage(() => {
      rest = this.#reader.push(bytes)
    })
    if (this.#reader.ended || this.#damage !== null) this.complete = true
    return rest
  }

  #noteDamage(work: () => void): void {
    try {
      guardTraps(work)
    } catch (error) {
      if (!(error instanceof PixelError) || error.reason === 'internal') throw error
      this.#damage = error
    }
  }

  /** The frame that `push` stopped after. */
  takeFrame(): GifFrame | null {
    if (this.#state !== 'drawn') return null
    this.#state = 'between'
    if (this.#index + 1 === this.#plan.frames) this.complete = true
    return this.#frame()
  }

  /**
   * The first frame where it is cut short, as far as it was drawn; later ones are not shown then.
   * @throws PixelError when it is the first one and nothing of it is there
   */
  takePartialFrame(): GifFrame | null {
    if (this.#state === 'drawing') {
      if (this.#damage === null) this.#noteDamage(() => this.#flush())
      this.#damage ??= new PixelError('truncated', 'The GIF ends within a frame')
      this.#state = 'between'
      // Of an animation only the frames that came whole are shown.
      if (this.#index === 0 && this.#exports.gifLines() > 0) return this.#frame()
      this.#index--
    }
    if (this.#index >= 0) return null
    throw this.#damage ?? new PixelError('truncated', 'The GIF ends before its first frame')
  }

  #frame(): GifFrame {
    const { width, height } = this.#plan
    const raster = { kernel: this.#kernel, pointer: this.#canvas, width, height }
    return { index: this.#index, delayMs: this.#delayMs, raster }
  }

  #beginFrame(image: GifImage): void {
    const { width, height } = this.#plan
    if (this.#canvas === 0) {
      const shown = canvasSize(this.#screen, image)
      if (shown.width !== width || shown.height !== height)
        throw new PixelError('corrupt', 'The size of the GIF contradicts its header')
      this.#canvas = this.#exports.gifCreate(width, height)
      this.#input = this.#exports.gifInput()
    }
    // The palette is the frame's: nothing of the frame before is drawn any more.
    const entries = this.#kernel.bytes(this.#exports.gifPalette(), 1024)
    new Uint32Array(entries.buffer, entries.byteOffset, 256).fill(0xff000000)
    for (let entry = 0; entry * 3 < image.palette.length; entry++) {
      entries.set(image.palette.subarray(entry * 3, entry * 3 + 3), entry * 4)
    }
    this.#exports.gifBeginFrame(
      image.left,
      image.top,
      image.width,
      image.height,
      image.interlaced,
      image.transparentIndex ?? 256,
      this.#index + 2 === this.#plan.frames ? 0 : image.disposal, // the index is still that of the frame before
      image.codeSize,
    )
    this.#index++
    this.#height = image.height
    this.#delayMs = image.delayMs
    this.#filled = 0
    this.#state = 'drawing'
  }

  #takeData(piece: Uint8Array): void {
    if (this.#filled + piece.length > PIECE_BYTES) this.#flush()
    this.#kernel.bytes(this.#input + this.#filled, piece.length).set(piece)
    this.#filled += piece.length
  }

  #flush(): void {
    const answer = this.#exports.gifPush(this.#filled)
    this.#filled = 0
    if (answer === 2) throw new PixelError('corrupt', 'The image data of the GIF is damaged')
  }

  #endFrame(): boolean {
    this.#flush()
    this.#short ||= this.#exports.gifLines() < this.#height
    this.#state = 'drawn'
    return true
  }
}
