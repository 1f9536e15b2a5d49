import { crc32 } from '@tintype/core/containers'
import { describe, expect, it } from 'vitest'
import { iccProfile, iccTag, rgbProfile } from '../../../test/support/icc-profile.ts'
import module from '../build/pixels.wasm?module'
import { parseColourProfile } from './colour-profile.ts'
import { createKernel } from './kernel.ts'
import { decodePng, type PngDecodeOptions, planPngDecode } from './png-decode.ts'
import { encodePng } from './png-encode.ts'
import { readPngHeader } from './png-header.ts'
import { inflatePngProfile } from './png-profile.ts'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

const uint32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

const latin1 = (text: string) => [...text].map((letter) => letter.charCodeAt(0))

function chunk(type: string, body: Iterable<number>): number[] {
  const bytes = [...latin1(type), ...body]
  return [...uint32(bytes.length - 4), ...bytes, ...uint32(crc32(Uint8Array.from(bytes)))]
}

/** Through the platform's own zlib, so that both ends of ours are checked against another. */
async function pipe(bytes: Iterable<number>, through: TransformStream<BufferSource, Uint8Array>) {
  const source = new Response(Uint8Array.from(bytes)).body as ReadableStream<Uint8Array<ArrayBuffer>>
  return new Uint8Array(await new Response(source.pipeThrough(through)).arrayBuffer())
}
const zlib = (bytes: Iterable<number>) => pipe(bytes, new CompressionStream('deflate'))

interface Drawing {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly type: number
  readonly interlace?: number
  /** Filtered rows. */
  readonly rows: Iterable<number>
  /** Chunks before the image data. */
  readonly before?: readonly number[]
}

async function drawPng({ width, height, depth, type, interlace = 0, rows, before = [] }: Drawing) {
  return assemble({ width, height, depth, type, interlace, before, data: await zlib(rows) })
}

const assemble = (of: Omit<Drawing, 'rows'> & { data: Iterable<number>; end?: readonly number[] }) =>
  Uint8Array.from([
    ...SIGNATURE,
    ...chunk('IHDR', [...uint32(of.width), ...uint32(of.height), of.depth, of.type, 0, 0, of.interlace ?? 0]),
    ...(of.before ?? []),
    ...chunk('IDAT', of.data),
    ...(of.end ?? chunk('IEND', [])),
  ])

/** A chunk whose checksum is wrong. */
const damagedChunk = (type: string, body: Iterable<number>): number[] => {
  const bytes = chunk(type, body)
  return [...bytes.slice(0, -1), (bytes.at(-1) as number) ^ 1]
}

async function decode(file: Uint8Array, options: PngDecodeOptions = {}) {
  const plan = planPngDecode(readPngHeader(file).header, options)
  const kernel = createKernel(module)
  const { raster, truncated, hasBadChecksum } = await decodePng(kernel, [file], plan)
  expect(kernel.peakBytes()).toBeLessThanOrEqual(plan.priceBytes)
  const { pointer, width, height } = raster
  return { width, height, truncated, hasBadChecksum, pixels: [...kernel.bytes(pointer, width * height * 4)] }
}

const failure = (reason: string) => expect.objectContaining({ name: 'PixelError', reason })

describe('the PNG decoder', () => {
  it('reads grey of one bit, from the high bit down', async () => {
    const { pixels } = await decode(
      await drawPng({ width: 3, height: 1, depth: 1, type: 0, rows: [0, 0b10100000] }),
    )
    expect(pixels).toEqual([255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 255, 255])
  })

  it('keeps the high byte of 16-bit samples, and compares the transparent colour with all 16 bits', async () => {
    const before = chunk('tRNS', [0x12, 0x34])
    const rows = [0, 0x12, 0x34, 0x12, 0x35]
    const { pixels } = await decode(await drawPng({ width: 2, height: 1, depth: 16, type: 0, rows, before }))
    expect(pixels).toEqual([0x12, 0x12, 0x12, 0, 0x12, 0x12, 0x12, 255])
  })

  it('shows palette indexes beyond the palette as black, as libpng does', async () => {
    const before = [...chunk('PLTE', [10, 20, 30, 40, 50, 60]), ...chunk('tRNS', [7])]
    const { pixels } = await decode(
      await drawPng({ width: 3, height: 1, depth: 2, type: 3, rows: [0, 0b00011100], before }),
    )
    expect(pixels).toEqual([10, 20, 30, 7, 40, 50, 60, 255, 0, 0, 0, 255])
  })

  it.each([
    [1, [5, 6, 7, 8, 1, 1, 1, 1], [5, 6, 7, 8, 6, 7, 8, 9]],
    [2, [1, 1, 1, 1, 1, 1, 1, 1], [11, 21, 31, 41, 51, 61, 71, 81]],
    [3, [1, 1, 1, 1, 1, 1, 1, 1], [6, 11, 16, 21, 29, 36, 44, 51]],
    [4, [1, 1, 1, 1, 250, 1, 1, 1], [11, 21, 31, 41, 44, 61, 71, 81]],
  ])('undoes filter %i', async (filter, filtered, expected) => {
    const rows = [0, 10, 20, 30, 40, 50, 60, 70, 80, filter, ...filtered]
    const { pixels } = await decode(await drawPng({ width: 2, height: 2, depth: 8, type: 6, rows }))
    expect(pixels.slice(8)).toEqual(expected)
  })

  it('puts the seven passes of an interlaced picture together', async () => {
    const at = (x: number, y: number) => [x * 30, y * 30, 0]
    const rows: number[] = []
    const plain: number[] = []
    for (const [x0, y0, dx, dy] of [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ] as const) {
      for (let y = y0; y < 5; y += dy) {
        const columns = Array.from({ length: 7 }, (_, x) => x).filter((x) => x >= x0 && (x - x0) % dx === 0)
        if (columns.length > 0) rows.push(0, ...columns.flatMap((x) => at(x, y)))
      }
    }
    for (let y = 0; y < 5; y++) for (let x = 0; x < 7; x++) plain.push(...at(x, y), 255)
    const file = await drawPng({ width: 7, height: 5, depth: 8, type: 2, interlace: 1, rows })
    expect((await decode(file)).pixels).toEqual(plain)
    const window = { x: 2, y: 1, width: 2, height: 2 }
    const cropped = await decode(file, { resize: { outWidth: 2, outHeight: 2, window } })
    expect(cropped.pixels).toEqual([...at(2, 1), 255, ...at(3, 1), 255, ...at(2, 2), 255, ...at(3, 2), 255])
  })

  it('crops and turns on the way, and stops reading after the last row of the window', async () => {
    const rows = [0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 9, 9, 9, 9]
    const file = await drawPng({ width: 3, height: 4, depth: 8, type: 0, rows })
    const window = { x: 1, y: 1, width: 2, height: 2 }
    const resize = { outWidth: 2, outHeight: 2, window, orientation: 3 } as const
    const { pixels, truncated } = await decode(file, { resize })
    expect(pixels.filter((_, index) => index % 4 === 0)).toEqual([9, 8, 6, 5])
    expect(truncated).toBe(false)
  })

  it('does not mind what follows the last row it needs', async () => {
    let state = 9
    const rows = Array.from({ length: 1000 * 301 }, (_, at) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return at % 301 === 0 ? 0 : state >>> 24
    })
    const file = await drawPng({ width: 100, height: 1000, depth: 8, type: 2, rows })
    const resize = { outWidth: 100, outHeight: 4, window: { x: 0, y: 0, width: 100, height: 4 } }
    const expected = rows.slice(1, 301).flatMap((byte, at) => (at % 3 === 2 ? [byte, 255] : [byte]))
    // All the rest of the image data is damaged, checksum included, and there in the same piece.
    const damaged = file.slice().fill(1, 100_000)
    for (const input of [file, damaged]) {
      expect((await decode(input, { resize })).pixels.slice(0, 400)).toEqual(expected)
    }
    const twice = Uint8Array.from([...file.slice(0, -12), ...chunk('IDAT', [1, 2, 3]), ...chunk('IEND', [])])
    expect((await decode(twice)).truncated).toBe(false)
  })

  it('shows the rows of a file that was cut, also when it resizes', async () => {
    let state = 1
    const noise = Array.from({ length: 64 * 300 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state >>> 24
    })
    const rows = Array.from({ length: 64 }, (_, y) => [0, ...noise.slice(y * 300, y * 300 + 300)]).flat()
    const file = await drawPng({ width: 100, height: 64, depth: 8, type: 2, rows })
    const cut = file.subarray(0, file.length / 2)
    const whole = await decode(file)
    const half = await decode(cut)
    expect(half.truncated).toBe(true)
    expect(half.pixels.slice(0, 25 * 400)).toEqual(whole.pixels.slice(0, 25 * 400))
    expect(half.pixels.slice(40 * 400).every((byte) => byte === 0)).toBe(true)
    const small = await decode(cut, { resize: { outWidth: 50, outHeight: 32 } })
    expect(small.truncated).toBe(true)
    expect([small.pixels[3], small.pixels.at(-1)]).toEqual([255, 0])
  })

  describe('with a wrong checksum', () => {
    const size = { width: 3, height: 1, depth: 8, type: 3 } as const
    const palette = chunk('PLTE', [1, 2, 3, 4, 5, 6, 7, 8, 9])
    const transparency = [200, 100]
    const opaque = [1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255]
    const data = () => zlib([0, 0, 1, 2])

    it('says nothing of a file that is sound', async () => {
      const before = [...palette, ...chunk('tRNS', transparency)]
      expect(await decode(assemble({ ...size, before, data: await data() }))).toMatchObject({
        hasBadChecksum: false,
        pixels: opaque.map((value, at) => (at === 3 ? 200 : at === 7 ? 100 : value)),
      })
    })

    it('uses image data and palette', async () => {
      const stream = await data()
      const adler = stream.with(-1, (stream.at(-1) as number) ^ 1)
      const file = assemble({ ...size, before: palette, data: stream })
      const crcAt = file.length - 12 - 1
      for (const damaged of [
        assemble({ ...size, before: palette, data: adler }),
        file.with(crcAt, (file[crcAt] as number) ^ 1),
        assemble({ ...size, before: damagedChunk('PLTE', [1, 2, 3, 4, 5, 6, 7, 8, 9]), data: stream }),
      ]) {
        expect(await decode(damaged)).toMatchObject({
          truncated: false,
          hasBadChecksum: true,
          pixels: opaque,
        })
      }
    })

    it.each(['tRNS', 'iCCP', 'gAMA', 'eXIf'])('drops %s', async (type) => {
      const before = [...palette, ...damagedChunk(type, transparency)]
      const file = assemble({ ...size, before, data: await data() })
      expect(readPngHeader(file).header).toMatchObject({ transparency: null, iccProfile: null, exif: null })
      expect(await decode(file)).toMatchObject({ hasBadChecksum: true, pixels: opaque })
    })

    it('refuses a header: everything rests on it', async () => {
      const file = assemble({ ...size, before: palette, data: await data() })
      file[32] = (file[32] as number) ^ 1
      expect(() => readPngHeader(file)).toThrow(failure('corrupt'))
    })
  })

  it('shows all of a file that ends without IEND', async () => {
    const drawing = { width: 3, height: 1, depth: 8, type: 0, data: await zlib([0, 9, 8, 7]) }
    const whole = await decode(assemble(drawing))
    for (const end of [[], [0, 0], [0, 0, 0, 0, 0x49]]) {
      expect(await decode(assemble({ ...drawing, end }))).toEqual({ ...whole, truncated: false })
    }
  })

  describe('of 16 bits with a profile', () => {
    const linear = iccTag.parametric(0, 1)
    const ramp = (count: number) =>
      Array.from({ length: count }, (_, i) => Math.round((i / (count - 1)) * 900))
    const toSrgb = (light: number) =>
      255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055)

    it.each([
      ['grey', 0, (value: number) => [value]],
      ['grey and alpha', 4, (value: number) => [value, 0x8000]],
      ['RGB', 2, (value: number) => [value, value, value]],
      ['RGBA', 6, (value: number) => [value, value, value, 0x8000]],
    ] as const)('is converted before it is cut to 8 bits (%s)', async (_, type, pixelOf) => {
      const values = ramp(200)
      const rows = [0, ...values.flatMap(pixelOf).flatMap((sample) => [sample >> 8, sample & 255])]
      const isGrey = type === 0 || type === 4
      const icc = isGrey ? iccProfile('GRAY', 'XYZ ', { kTRC: linear }) : rgbProfile('sRGB', linear)
      const file = await drawPng({ width: 200, height: 1, depth: 16, type, rows })
      const { pixels } = await decode(file, { profile: parseColourProfile(icc) })
      values.forEach((value, x) => {
        for (const level of pixels.slice(x * 4, x * 4 + 3)) {
          expect(Math.abs(level - toSrgb(value / 65535))).toBeLessThan(1)
        }
        expect(pixels[x * 4 + 3]).toBe(type < 3 ? 255 : 0x80)
      })
    })

    it('keeps its transparent colour, and its price with a table of colours', async () => {
      const icc = iccProfile('RGB ', 'XYZ ', {
        A2B0: iccTag.table(2, 3, 9, (rgb) => rgb.map((value) => value / 2)),
      })
      const profile = parseColourProfile(icc)
      const before = chunk('tRNS', [0, 1, 0, 2, 0, 3])
      const rows = [0, 0, 1, 0, 2, 0, 3, 0, 1, 0, 2, 0, 4]
      const file = await drawPng({ width: 2, height: 1, depth: 16, type: 2, rows, before })
      const { pixels } = await decode(file, { profile })
      expect([pixels[3], pixels[7]]).toEqual([0, 255])
      expect(planPngDecode(readPngHeader(file).header, { profile }).profile).toBe(profile)
    })
  })

  it.each([
    ['an unknown filter', { rows: [9, 1, 2, 3] }, 'corrupt'],
    ['too few rows', { rows: [0, 1, 2, 3], height: 2 }, 'corrupt'],
    ['no palette', { type: 3 }, 'corrupt'],
    ['an impossible depth', { depth: 4, type: 2 }, 'corrupt'],
    ['an unknown critical chunk', { before: chunk('CgBI', [0, 0, 0, 0]) }, 'unsupported'],
  ] as const)('refuses %s', async (_, change, reason) => {
    const drawing = { width: 3, height: 1, depth: 8, type: 0, rows: [0, 1, 2, 3], ...change }
    await expect(drawPng(drawing).then((file) => decode(file))).rejects.toEqual(failure(reason))
  })

  it('refuses pictures over a limit by their header', async () => {
    const file = await drawPng({ width: 10_000, height: 10_001, depth: 8, type: 6, rows: [] })
    const { header } = readPngHeader(file)
    expect(() => planPngDecode(header)).toThrow(failure('too-large'))
    expect(() => planPngDecode({ ...header, height: 10_000 })).toThrow(failure('too-large'))
    const resize = { outWidth: 1200, outHeight: 1200 }
    expect(planPngDecode({ ...header, height: 10_000 }, { resize }).priceBytes).toBeLessThan(16 << 20)
  })

  it('passes colour information on, and inflates a profile within a limit', async () => {
    const profile = Array.from({ length: 9000 }, (_, i) => i % 251)
    const before = [
      ...chunk('gAMA', uint32(45455)),
      ...chunk('sRGB', [1]),
      ...chunk('iCCP', [...latin1('Display P3'), 0, 0, ...(await zlib(profile))]),
      ...chunk('eXIf', [77, 77]),
    ]
    const file = await drawPng({ width: 1, height: 1, depth: 8, type: 2, rows: [0, 1, 2, 3], before })
    const { header, complete } = readPngHeader(file)
    expect(complete).toBe(true)
    expect(header).toMatchObject({ gamma: 0.45455, srgbIntent: 1, hasAlpha: false })
    expect([...(header.exif ?? [])]).toEqual([77, 77])
    if (header.iccProfile === null) throw new Error('no profile')
    expect(header.iccProfile.name).toBe('Display P3')
    expect([...inflatePngProfile(createKernel(module), header.iccProfile)]).toEqual(profile)
    const { iccProfile } = header
    expect(() => inflatePngProfile(createKernel(module), iccProfile, 8999)).toThrow(failure('too-large'))
    expect(readPngHeader(file.subarray(0, 60)).complete).toBe(false)
    expect(() => readPngHeader(file.subarray(0, 20))).toThrow(failure('truncated'))
  })
})

describe('the PNG encoder', () => {
  it('makes files that the platform inflates and the decoder reads back', async () => {
    const [width, height] = [300, 200]
    const pixels = Array.from({ length: width * height * 4 }, (_, i) => (i * i * 7 + (i >> 6)) & 255)
    const kernel = createKernel(module)
    const pointer = kernel.exports.allocate(pixels.length)
    kernel.bytes(pointer, pixels.length).set(pixels)
    const pieces = [...encodePng({ kernel, pointer, width, height })]
    const data = pieces.slice(1, -1).flatMap((piece) => [...piece.subarray(8, -4)])
    expect(await pipe(data, new DecompressionStream('deflate'))).toHaveLength((width * 4 + 1) * height)
    const file = Uint8Array.from(pieces.flatMap((piece) => [...piece]))
    expect((await decode(file)).pixels).toEqual(pixels)
  })
})
