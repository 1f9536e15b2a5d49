import { describe, expect, it } from 'vitest'
import { encodeJpeg, priceJpegEncode } from './jpeg-encode.ts'
import { PixelError } from './pixel-error.ts'
import { drawRaster } from './sample-kernel-raster.ts'

/** Markers of a JPEG in order, with the bodies of their segments; entropy-coded bytes are skipped. */
function segments(jpeg: Uint8Array): { marker: number; body: Uint8Array }[] {
  const found: { marker: number; body: Uint8Array }[] = []
  for (let at = 0; at < jpeg.length; at++) {
    const marker = jpeg[at + 1] ?? 0
    if (jpeg[at] !== 0xff || marker === 0 || marker === 0xff) continue
    const alone = marker === 0xd8 || marker === 0xd9
    const length = alone ? 0 : ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0)
    found.push({ marker, body: jpeg.subarray(at + 4, at + 2 + length) })
    at += 1 + length
  }
  return found
}

const colourful = (x: number, y: number) => [(x * 37) & 255, (y * 53) & 255, (x * y) & 255, 255]

describe('encodeJpeg', () => {
  it('writes one scan, or coarse to fine', () => {
    const scans = (progressive: boolean) =>
      segments(encodeJpeg(drawRaster(40, 30, colourful), { quality: 80, progressive })).filter(
        ({ marker }) => marker === 0xda,
      )
    expect(scans(false).map(({ body }) => [...body.slice(-3)])).toEqual([[0, 63, 0]])
    expect(scans(true).map(({ body }) => [...body.slice(-3, -1)])).toEqual([
      [0, 0],
      [1, 8],
      [1, 63],
      [1, 63],
      [9, 63],
    ])
  })

  it('writes size, components and sampling into the frame header', () => {
    const frame = (jpeg: Uint8Array) => segments(jpeg).find(({ marker }) => marker === 0xc0)?.body
    expect(frame(encodeJpeg(drawRaster(300, 5, colourful), { quality: 80 }))).toEqual(
      Uint8Array.of(8, 0, 5, 1, 44, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0),
    )
    expect(
      frame(
        encodeJpeg(
          drawRaster(9, 5, (x) => [x, x, x, 7]),
          { quality: 80 },
        ),
      ),
    ).toEqual(Uint8Array.of(8, 0, 5, 0, 9, 1, 1, 0x11, 0))
  })

  it('makes Huffman tables without the code of all ones', () => {
    const jpeg = encodeJpeg(drawRaster(64, 64, colourful), { quality: 95, progressive: true })
    const tables = segments(jpeg).filter(({ marker }) => marker === 0xc4)
    expect(tables).toHaveLength(6)
    for (const { body } of tables) {
      const counts = body.subarray(1, 17)
      expect(body).toHaveLength(17 + counts.reduce((sum, count) => sum + count, 0))
      // The codes leave room for at least one more of 16 bits.
      const used = counts.reduce((sum, count, index) => sum + count * 2 ** (15 - index), 0)
      expect(used).toBeLessThan(2 ** 16)
    }
  })

  it('ends entropy-coded data with EOI even when every bit counts', () => {
    for (let side = 1; side < 20; side++) {
      const jpeg = encodeJpeg(drawRaster(side, side, colourful), { quality: 100 })
      // One pixel is grey here: two Huffman tables, not four.
      const tables = side === 1 ? [0xc4, 0xc4] : [0xc4, 0xc4, 0xc4, 0xc4]
      const expected = [0xd8, 0xe0, 0xdb, 0xc0, ...tables, 0xda, 0xd9]
      expect(segments(jpeg).map(({ marker }) => marker)).toEqual(expected)
    }
  })

  it('takes no more memory than its price', () => {
    for (const options of [{}, { sampling: '4:4:4' }, { keepRaster: true }] as const) {
      const picture = drawRaster(333, 77, colourful)
      picture.kernel.exports.allocate(0)
      const before = picture.kernel.exports.heapBytes()
      encodeJpeg(picture, { quality: 90, ...options })
      const taken = picture.kernel.exports.heapBytes() - before
      expect(taken).toBeLessThanOrEqual(priceJpegEncode(333, 77, options))
    }
  })

  it('refuses a side that a JPEG cannot have, before touching a pixel', () => {
    const picture = { ...drawRaster(1, 1, colourful), width: 65_501 }
    expect(() => encodeJpeg(picture, { quality: 80 })).toThrow(PixelError)
  })

  it.each([
    ['another marker', [0xff, 0xda, 0, 2]],
    ['a wrong length', [0xff, 0xe1, 0, 9, 1]],
    ['nothing', []],
  ])('refuses metadata with %s', (_, bytes) => {
    const metadata = [Uint8Array.from(bytes)]
    expect(() => encodeJpeg(drawRaster(1, 1, colourful), { quality: 80, metadata })).toThrow('malformed')
  })
})
