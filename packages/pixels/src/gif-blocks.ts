import { PixelError } from './pixel-error.ts'

/** The logical screen: the canvas that frames are drawn on. */
export interface GifScreen {
  readonly width: number
  readonly height: number
}

/** A frame's place on the screen, and how it is shown. */
export interface GifImage {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly interlaced: boolean
  /** RGB triples, the frame's own or the common ones; empty when the file has neither. */
  readonly palette: Uint8Array
  /** Index that draws nothing, or null. */
  readonly transparentIndex: number | null
  /** 0 and 1 keep the frame, 2 clears it, 3 restores what was there before. */
  readonly disposal: number
  readonly delayMs: number
  /** LZW minimum code size, 1 to 8. */
  readonly codeSize: number
}

/** Receives a GIF file in order. */
export interface GifBlockHandler {
  screen(screen: GifScreen): void
  /** Times the animation is to be played; 0 means for ever. */
  loopCount(count: number): void
  image(image: GifImage): void
  /** The next bytes of the image's LZW data; a view that is only valid during the call. */
  imageData(piece: Uint8Array): void
  /** @returns true to stop `push` here */
  imageEnd(): boolean
}

type Expected =
  | 'screen'
  | 'commonPalette'
  | 'block'
  | 'extension'
  | 'extensionSize'
  | 'extensionBody'
  | 'image'
  | 'ownPalette'
  | 'codeSize'
  | 'dataSize'
  | 'data'
  | 'end'

const TRAILER = 0x3b
const IMAGE = 0x2c
const EXTENSION = 0x21
const GRAPHIC_CONTROL = 0xf9
const APPLICATION = 0xff

interface Control {
  readonly transparentIndex: number | null
  readonly disposal: number
  readonly delayMs: number
}

const NO_CONTROL: Control = { transparentIndex: null, disposal: 0, delayMs: 0 }
const NO_PALETTE = new Uint8Array(0)

/**
 * Takes a GIF file apart while it arrives, in pieces of any size.
 *
 *   header, screen | palette | extension … | image | palette | code size | data … | … | trailer
 */
export class GifBlockReader {
  readonly #handler: GifBlockHandler
  #expected: Expected = 'screen'
  #pending: Uint8Array = new Uint8Array(13)
  #filled = 0
  #dataLeft = 0
  #commonPalette: Uint8Array = NO_PALETTE
  #ownPalette: Uint8Array = NO_PALETTE
  #descriptor: Uint8Array = NO_PALETTE
  #control = NO_CONTROL
  #extensionLabel = 0
  #extensionName = ''
  #stopped = false

  constructor(handler: GifBlockHandler) {
    this.#handler = handler
  }

  /** True once the trailer was read; everything after it is ignored. */
  get ended(): boolean {
    return this.#expected === 'end'
  }

  /**
   * @returns the bytes after the image at which the handler asked to stop; empty otherwise
   * @throws PixelError `corrupt` when the structure is broken
   */
  push(bytes: Uint8Array): Uint8Array {
    let rest = bytes
    this.#stopped = false
    while (rest.length > 0 && this.#expected !== 'end' && !this.#stopped) {
      rest = this.#expected === 'data' ? this.#passData(rest) : this.#collect(rest)
    }
    return this.#expected === 'end' ? rest.subarray(rest.length) : rest
  }

  #passData(bytes: Uint8Array): Uint8Array {
    const piece = bytes.subarray(0, this.#dataLeft)
    this.#handler.imageData(piece)
    this.#dataLeft -= piece.length
    if (this.#dataLeft === 0) this.#expect('dataSize', 1)
    return bytes.subarray(piece.length)
  }

  #collect(bytes: Uint8Array): Uint8Array {
    const piece = bytes.subarray(0, this.#pending.length - this.#filled)
    this.#pending.set(piece, this.#filled)
    this.#filled += piece.length
    if (this.#filled === this.#pending.length) this.#take(this.#pending)
    return bytes.subarray(piece.length)
  }

  #expect(what: Expected, length: number): void {
    this.#expected = what
    this.#pending = new Uint8Array(length)
    this.#filled = 0
  }

  #take(bytes: Uint8Array): void {
    const first = bytes[0] as number
    if (this.#expected === 'screen') this.#takeScreen(bytes)
    else if (this.#expected === 'commonPalette') {
      this.#commonPalette = bytes
      this.#expect('block', 1)
    } else if (this.#expected === 'block') this.#takeBlock(first)
    else if (this.#expected === 'extension') {
      this.#extensionLabel = first
      this.#extensionName = ''
      this.#expect('extensionSize', 1)
    } else if (this.#expected === 'extensionSize') {
      if (first === 0) this.#expect('block', 1)
      else this.#expect('extensionBody', first)
    } else if (this.#expected === 'extensionBody') {
      this.#takeExtension(bytes)
      this.#expect('extensionSize', 1)
    } else if (this.#expected === 'image') this.#takeDescriptor(bytes)
    else if (this.#expected === 'ownPalette') {
      this.#ownPalette = bytes
      this.#expect('codeSize', 1)
    } else if (this.#expected === 'codeSize') this.#beginImage(first)
    else this.#takeDataSize(first)
  }

  #takeScreen(bytes: Uint8Array): void {
    const magic = String.fromCharCode(...bytes.subarray(0, 6))
    if (magic !== 'GIF87a' && magic !== 'GIF89a') throw new PixelError('corrupt', 'The picture is not a GIF')
    this.#handler.screen({ width: readUint16(bytes, 6), height: readUint16(bytes, 8) })
    this.#expectPalette(bytes[10] as number, 'commonPalette', 'block')
  }

  #expectPalette(flags: number, palette: Expected, otherwise: Expected): void {
    if (flags & 0x80) this.#expect(palette, 3 << ((flags & 7) + 1))
    else this.#expect(otherwise, 1)
  }

  #takeBlock(kind: number): void {
    if (kind === TRAILER) this.#expected = 'end'
    else if (kind === IMAGE) this.#expect('image', 9)
    else if (kind === EXTENSION) this.#expect('extension', 1)
    else if (kind === 0)
      this.#expect('block', 1) // stray terminators are common
    else throw new PixelError('corrupt', 'The structure of the GIF is damaged')
  }

  #takeExtension(body: Uint8Array): void {
    if (this.#extensionLabel === GRAPHIC_CONTROL && body.length >= 4) {
      const flags = body[0] as number
      this.#control = {
        transparentIndex: flags & 1 ? (body[3] as number) : null,
        disposal: (flags >> 2) & 7,
        delayMs: readUint16(body, 1) * 10,
      }
    } else if (this.#extensionLabel === APPLICATION) {
      const loops = this.#extensionName === 'NETSCAPE2.0' || this.#extensionName === 'ANIMEXTS1.0'
      if (loops && body.length >= 3 && body[0] === 1) this.#handler.loopCount(playsOf(readUint16(body, 1)))
      if (this.#extensionName === '') this.#extensionName = String.fromCharCode(...body)
    }
  }

  #takeDescriptor(bytes: Uint8Array): void {
    this.#descriptor = bytes
    this.#ownPalette = NO_PALETTE
    this.#expectPalette(bytes[8] as number, 'ownPalette', 'codeSize')
  }

  #beginImage(codeSize: number): void {
    if (codeSize < 1 || codeSize > 8) throw new PixelError('corrupt', 'The image data of the GIF is damaged')
    const at = this.#descriptor
    this.#handler.image({
      left: readUint16(at, 0),
      top: readUint16(at, 2),
      width: readUint16(at, 4),
      height: readUint16(at, 6),
      interlaced: ((at[8] as number) & 0x40) !== 0,
      palette: this.#ownPalette.length > 0 ? this.#ownPalette : this.#commonPalette,
      ...this.#control,
      codeSize,
    })
    this.#control = NO_CONTROL
    this.#expect('dataSize', 1)
  }

  #takeDataSize(size: number): void {
    this.#dataLeft = size
    if (size > 0) this.#expected = 'data'
    else {
      this.#expect('block', 1)
      this.#stopped = this.#handler.imageEnd()
    }
  }
}

/** The file counts repetitions after the first time. */
function playsOf(repetitions: number): number {
  return repetitions === 0 ? 0 : repetitions + 1
}

/** Little-endian, as everywhere in GIF. */
function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
}
