import { readImageHeader } from '@tintype/core'
import { expect, it } from 'vitest'
import { decode, decodePriced, encode } from '../sample-jobs.ts'
import { drawRaster, pixel } from '../sample-rasters.ts'

const SIZE = { width: 16, height: 2 }

/** Numbers of so many bits, from the lowest bit on. */
function bitsOf(...fields: readonly (readonly [value: number, bits: number])[]): number[] {
  const bits = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1))
  return Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, i) => sum + (bit << i), 0),
  )
}

/** A lossless WebP whose palette has one colour, red, while every second pixel is the second colour. */
function shortPalette(hasAlpha: boolean): Uint8Array<ArrayBuffer> {
  /** A prefix code of one symbol, which then takes no bits. */
  const only = (symbol: number) =>
    [
      [1, 1],
      [0, 1],
      [1, 1],
      [symbol, 8],
    ] as const // simple, one symbol, of 8 bits
  const codes = (green: number, red: number, blue: number, alpha: number) =>
    [green, red, blue, alpha, 0].flatMap(only)
  const frame = [
    0x2f,
    ...bitsOf(
      ...([
        [15, 14],
        [1, 14],
        [hasAlpha ? 1 : 0, 1],
        [0, 3],
      ] as const), // width - 1, height - 1, alpha, version
      ...([
        [1, 1],
        [3, 2],
        [0, 8],
      ] as const), // a transform: a palette, of one colour
      ...([[0, 1], ...codes(0, 255, 0, 255)] as const), // no colour cache; the palette's codes
      ...([[0, 1], [0, 1], [0, 1], ...codes(0b10101010, 0, 0, 0)] as const), // no transform, cache, or groups
    ),
  ]
  if (frame.length % 2 === 1) frame.push(0)
  const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >> shift) & 255)
  const text = (name: string) => [...name].map((letter) => letter.charCodeAt(0))
  const body = [...text('WEBPVP8L'), ...u32(frame.length), ...frame]
  return new Uint8Array([...text('RIFF'), ...u32(body.length), ...body])
}

it.each([
  [false, [0, 0, 0, 255]],
  [true, [0, 0, 0, 0]],
])(
  'a colour beyond the palette is black, and see-through where the file has alpha: %s',
  async (hasAlpha, beyond) => {
    const file = shortPalette(hasAlpha)
    const header = readImageHeader(file)
    expect(header).toMatchObject({ ...SIZE, hasAlpha })
    const picture = await decode('webp', file, SIZE, { hasAlpha })
    expect(pixel(picture, 0, 0)).toEqual([255, 0, 0, 255])
    expect(pixel(picture, 1, 1)).toEqual(beyond)
  },
)

it('shows colours as they are stored when the header does not announce the alpha that follows', async () => {
  const drawn = drawRaster(16, 2, (x) => [200, 100, 50, x * 16])
  const announced = await encode('webp', drawn)
  expect(readImageHeader(announced)?.hasAlpha).toBe(true)
  const file = announced.slice()
  file[20] = (file[20] ?? 0) & ~0x10 // the flags of VP8X
  expect(readImageHeader(file)?.hasAlpha).toBe(false)
  const picture = await decode('webp', file, SIZE, { hasAlpha: false })
  const stored = await decode('webp', announced, SIZE, { hasAlpha: true })
  for (const x of [4, 9, 15]) expect(pixel(picture, x, 1)).toEqual([...pixel(stored, x, 1).slice(0, 3), 255])
})

it('decodes a large smooth alpha channel within its price', async () => {
  const drawn = drawRaster(2200, 1200, (x, y) => [(x * 255) / 2200, (y * 255) / 1200, 128, (x * 255) / 2200])
  const file = await encode('webp', drawn)
  const { picture, peakBytes, pricedBytes } = await decodePriced('webp', file, drawn, { hasAlpha: true })
  expect(pixel(picture, 2000, 450)[3]).toBe(232)
  expect(peakBytes).toBeLessThanOrEqual(pricedBytes)
}, 30_000)
