import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import { FORMATS, type Format } from '../formats.ts'
import { createHeaderReader, type ImageHeader, readImageHeader } from './image-header.ts'
import {
  anmf,
  bytesOf,
  createRandom,
  exif,
  pngChunk,
  STILLS,
  sampleAvif,
  sampleGif,
  sampleJpeg,
  samplePng,
  uint,
  vp8Frame,
  vp8x,
  webpChunk,
  webpFile,
} from './sample-pictures.ts'

const ALL = new Set(Object.keys(FORMATS) as Format[])
const FORMAT_NAMES = Object.keys(STILLS) as (keyof typeof STILLS)[]

const SAMPLES: Record<string, Uint8Array> = {
  ...Object.fromEntries(FORMAT_NAMES.map((name) => [name, STILLS[name]()])),
  'jpeg with exif': sampleJpeg({ before: [bytesOf([0xff, 0xe1], uint(2 + 6 + 40, 2), 'Exif\0\0', exif(6))] }),
  'png with exif and palette': samplePng({
    colourType: 3,
    before: [pngChunk('eXIf', exif(8, 'little')), pngChunk('PLTE', [1, 2, 3]), pngChunk('tRNS', 0)],
  }),
  'webp with exif': webpFile(vp8x(20, 10, 0x08), vp8Frame(20, 10), webpChunk('EXIF', exif(5))),
  'animated webp': webpFile(
    vp8x(20, 10, 0x12),
    webpChunk('ANIM', [0, 0, 0, 0, 3, 0]),
    anmf({ at: [0, 0, 20, 10] }),
    anmf({ at: [2, 4, 5, 6] }),
  ),
  'animated png': samplePng({ before: [pngChunk('acTL', uint(3, 4), uint(0, 4))] }),
  'avif with meta last': sampleAvif({ isMetaLast: true, operations: [['irot', 1]], hasAlpha: true }),
  'animated gif': sampleGif({ frames: 3, isTransparent: true }),
}

/** The header, or the refusal's text, of a file cut into chunks. */
function read(chunks: readonly Uint8Array[], accepted: ReadonlySet<Format> = ALL): ImageHeader | string {
  try {
    const reader = createHeaderReader(accepted)
    let known: ImageHeader | null = null
    for (const chunk of chunks) {
      reader.push(chunk)
      if (known !== null) expect(reader.header).toBe(known)
      known = reader.header
    }
    const header = reader.finish()
    if (known !== null) expect(header).toBe(known)
    return header
  } catch (error) {
    if (error instanceof ApiError) return `${error.kind}: ${error.message}`
    throw error
  }
}

describe('a header reader', () => {
  it.each(FORMAT_NAMES)('reads a still %s', (format) => {
    expect(read([STILLS[format]({ width: 301, height: 201 })])).toEqual({
      format,
      width: 301,
      height: 201,
      orientation: 1,
      hasAlpha: false,
      animated: false,
    })
  })

  it.each(Object.entries(SAMPLES))('gives one answer for every way to cut a file in two: %s', (_, file) => {
    const whole = read([file])
    expect(whole).toBeTypeOf('object')
    for (let at = 0; at <= file.length; at++)
      expect(read([file.subarray(0, at), file.subarray(at)])).toEqual(whole)
    expect(read(Array.from(file, (byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it.each(Object.entries(SAMPLES))('refuses every shorter beginning of a file: %s', (_, file) => {
    for (let length = 0; length < file.length; length++) {
      expect(read([file.subarray(0, length)])).toMatch(
        /^unsupportedImage: .*(the file ends before the image does|not an image we can read|the file is empty)$/,
      )
    }
    expect(read([file.subarray(0, file.length - 1)])).toMatch(/the file ends before the image does$/)
  })

  it.each(Object.entries(SAMPLES))('does not mind bytes after the end: %s', (_, file) => {
    expect(read([file, bytesOf('trailing', [0xff, 0xd8, 0xff])])).toEqual(read([file]))
    expect(read([bytesOf(file, 'trailing')])).toEqual(read([file]))
  })

  it('refuses a format that is not accepted, by its name', () => {
    const accepted = new Set<Format>(['jpeg', 'png'])
    expect(read([STILLS.gif()], accepted)).toBe(
      'unsupportedImage: Unsupported image format: GIF images are not accepted',
    )
    expect(read([STILLS.heic()], accepted)).toMatch(/HEIC images are not accepted$/)
    expect(read([bytesOf('<svg xmlns="a">')], accepted)).toMatch(/SVG images are not accepted$/)
  })

  it('refuses again, with the same error, once it has refused', () => {
    const reader = createHeaderReader(ALL)
    expect(() => reader.push(bytesOf('BM nothing'))).toThrow('BMP files are not accepted')
    expect(() => reader.push(STILLS.png())).toThrow('BMP files are not accepted')
    expect(() => reader.finish()).toThrow('BMP files are not accepted')
    expect(reader.header).toBeNull()
  })

  it('refuses an empty file', () => {
    expect(read([])).toMatch(/the file is empty$/)
    expect(read([new Uint8Array(0)])).toMatch(/the file is empty$/)
  })
})

describe('a file whose end is not marked', () => {
  const finish = (file: Uint8Array) => {
    const reader = createHeaderReader(ALL)
    reader.push(file)
    return reader.finishUnlessCut()
  }
  /** Lengths at which the samples may be whole: two scans with tables between; two chunks of pixels, and IEND. */
  const jpeg = STILLS.jpeg()
  const secondScan = jpeg.indexOf(0x78, 100) + 1
  const png = STILLS.png()
  const secondChunk = png.length - 12 - (12 + 2)
  const MAY_END = {
    jpeg: [
      [jpeg.indexOf(0x12, 100), secondScan + 1],
      [secondScan + 24, secondScan + 24 + 1],
      [secondScan + 24 + 10, jpeg.length - 1],
    ],
    png: [
      [secondChunk, secondChunk + 7],
      [png.length - 12, png.length - 1],
    ],
  } as const

  it.each(['jpeg', 'png'] as const)('is told from one that is cut within something: %s', (format) => {
    const file = STILLS[format]()
    const header = read([file])
    expect(finish(file)).toEqual({ header, missesEnd: false })
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length)
      const mayEnd = MAY_END[format].some(([from, to]) => length >= from && length <= to)
      if (mayEnd) expect(finish(cut)).toEqual({ header, missesEnd: true })
      else expect(() => finish(cut)).toThrow()
    }
  })

  it('may hold other bytes there', () => {
    expect(finish(bytesOf(jpeg.subarray(0, -2), new Uint8Array(2))).missesEnd).toBe(true)
  })

  it.each(['webp', 'avif'] as const)('is never one of %s, which say their length', (format) => {
    const file = STILLS[format]()
    expect(() => finish(file.subarray(0, -1))).toThrow('the file ends before the image does')
  })
})

describe('an animation', () => {
  const sized = (side: number, frames: number) => ({
    gif: sampleGif({ width: side, height: side, frames }),
    png: samplePng({ width: side, height: side, before: [pngChunk('acTL', uint(frames, 4), uint(0, 4))] }),
    webp: webpFile(
      vp8x(side, side, 0x02),
      webpChunk('ANIM', new Uint8Array(6)),
      ...Array.from({ length: frames }, () => anmf({ at: [0, 0, side, side] })),
    ),
  })

  it.each(['gif', 'png', 'webp'] as const)('may have 100 megapixels, all frames together: %s', (format) => {
    expect(read([sized(1000, 100)[format]])).toMatchObject({ animated: true, animation: { frames: 100 } })
    expect(read([sized(1000, 101)[format]])).toMatch(
      /^uploadTooLarge: .*101 frames or more of 1000x1000 px, at most 100 megapixels together$/,
    )
    expect(read([sized(1, 9000)[format]])).toMatchObject({ animation: { frames: 9000 } })
  })

  it.each(['gif', 'webp'] as const)('that is cut has the frames that came whole: %s', (format) => {
    const file = sized(20, 9)[format]
    const counts = new Set<number | undefined>()
    for (let length = 0; length <= file.length; length++) {
      const reader = createHeaderReader(ALL)
      reader.push(file.subarray(0, length))
      let header: ImageHeader | null = null
      try {
        header = reader.finishCut()
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError)
      }
      if (header !== null) counts.add(header.animation?.frames ?? 1)
    }
    expect([...counts]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe('size limits', () => {
  const side = 'uploadTooLarge: Image is too large'
  it.each(FORMAT_NAMES)('are judged on the header alone: %s', (format) => {
    const sized = (width: number, height: number) => read([STILLS[format]({ width, height })])
    expect(sized(12_000, 8_333)).toMatchObject({ width: 12_000, height: 8_333 })
    expect(sized(10_000, 10_000)).toMatchObject({ width: 10_000 })
    expect(sized(1, 12_000)).toMatchObject({ height: 12_000 })
    expect(sized(12_000, 8_334)).toBe(`${side}: 12000x8334 px, at most 100 megapixels`)
    expect(sized(10_001, 10_000)).toBe(`${side}: 10001x10000 px, at most 100 megapixels`)
    expect(sized(12_001, 1)).toBe(`${side}: 12001x1 px, at most 12000 px a side`)
    expect(sized(1, 12_001)).toBe(`${side}: 1x12001 px, at most 12000 px a side`)
    expect(sized(0, 1)).toMatch(/^unsupportedImage: .*its size is 0x1 px$/)
  })

  it.each(FORMAT_NAMES)('are judged before the rest of the file comes: %s', (format) => {
    const reader = createHeaderReader(ALL)
    const file = STILLS[format]({ width: 12_001, height: 5 })
    const push = () => {
      for (let at = 0; at < file.length - 3; at++) reader.push(file.subarray(at, at + 1))
    }
    expect(push).toThrow('at most 12000 px a side')
  })

  it('are not fooled by what does not fit in 31 bits', () => {
    expect(read([samplePng({ width: 2 ** 32 - 1, height: 2 ** 32 - 1 })])).toMatch(/^uploadTooLarge/)
    expect(read([sampleAvif({ width: 2 ** 32 - 1, height: 2 ** 32 - 1 })])).toMatch(/^uploadTooLarge/)
  })
})

describe('hostile bytes', () => {
  const random = createRandom(20_261_122)
  const byte = () => Math.floor(random() * 256)

  it('never raise anything but an ApiError when they are noise', () => {
    for (let round = 0; round < 3_000; round++) {
      read([Uint8Array.from({ length: Math.floor(random() * 80) }, byte)])
    }
  })

  it('never raise anything but an ApiError when they are a picture with changed bytes', () => {
    const files = Object.values(SAMPLES)
    for (let round = 0; round < 6_000; round++) {
      const file = (files[round % files.length] ?? new Uint8Array()).slice()
      for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes--) {
        file[Math.floor(random() * file.length)] = random() < 0.3 ? 0xff : byte()
      }
      const cut = Math.floor(random() * file.length)
      expect(read([file.subarray(0, cut), file.subarray(cut)])).toEqual(read([file]))
    }
  })
})

describe('readImageHeader', () => {
  it('is null while the prefix does not decide', () => {
    const file = STILLS.png()
    expect(readImageHeader(file.subarray(0, 30))).toBeNull()
    expect(readImageHeader(new Uint8Array(0))).toBeNull()
  })

  it('needs no more than what stands before the pixels', () => {
    expect(readImageHeader(STILLS.png().subarray(0, 8 + 25 + 8))).toMatchObject({ format: 'png', width: 20 })
    expect(readImageHeader(STILLS.heic())).toMatchObject({ format: 'heic', width: 20 })
  })

  it('throws when no further bytes could save the picture', () => {
    expect(() => readImageHeader(bytesOf('plain text'))).toThrow(ApiError)
  })
})
