import { describe, expect, it } from 'vitest'
import { filterExif, findJpegExif, formatExifSegment } from './exif.ts'

const text = (value: string) => [...value].map((character) => character.charCodeAt(0))
const u16 = (value: number) => [value >> 8, value & 255]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)]
const entry = (tag: number, type: number, count: number, value: readonly number[]) => [
  ...u16(tag),
  ...u16(type),
  ...u32(count),
  ...value,
]

// 8 directory of three: orientation 6, copyright at 50, GPS at 62; 46 next directory at 62
const COPYRIGHT = text('Me & you 26\0')
const THUMBNAIL_AT = 62 + 2 + 24 + 4
const TIFF = new Uint8Array([
  ...[...text('MM'), ...u16(42), ...u32(8)],
  ...[
    ...u16(3),
    ...entry(0x0112, 3, 1, [...u16(6), 0, 0]),
    ...entry(0x8298, 2, COPYRIGHT.length, u32(50)),
    ...entry(0x8825, 4, 1, u32(62)),
    ...u32(62),
  ],
  ...COPYRIGHT,
  ...[...u16(2), ...entry(0x0201, 4, 1, u32(THUMBNAIL_AT)), ...entry(0x0202, 4, 1, u32(5)), ...u32(0)],
  ...[9, 9, 9, 9, 9],
])

describe('filterExif', () => {
  it('drops all for "none"', () => {
    expect(filterExif(TIFF, 'none')).toBeNull()
  })

  it('leaves the copyright alone for "copyright"', () => {
    expect(filterExif(TIFF, 'copyright')).toEqual(
      new Uint8Array([
        ...[...text('MM'), ...u16(42), ...u32(8)],
        ...[...u16(1), ...entry(0x8298, 2, COPYRIGHT.length, u32(26)), ...u32(0)],
        ...COPYRIGHT,
      ]),
    )
  })

  it('leaves nothing for "copyright" when there is none', () => {
    const without = TIFF.slice()
    without[22] = 0x12 // another tag
    expect(filterExif(without, 'copyright')).toBeNull()
  })

  it('keeps all but orientation and thumbnail for "keep"', () => {
    const kept = filterExif(TIFF, 'keep')
    const expected = TIFF.slice()
    expected.set(u16(1), 18)
    expected.fill(0, THUMBNAIL_AT)
    expected.fill(0, 46, 50)
    expect(kept).toEqual(expected)
  })

  it('drops what cannot be read, wherever it is cut', () => {
    for (let length = 0; length < TIFF.length; length++) {
      for (const policy of ['copyright', 'keep'] as const) {
        const result = filterExif(TIFF.slice(0, length), policy)
        expect(result === null || result.length <= TIFF.length).toBe(true)
      }
    }
  })

  it('survives any bytes', () => {
    let state = 7
    for (let round = 0; round < 2000; round++) {
      const noisy = TIFF.slice()
      for (let i = 0; i < 4; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        noisy[(state >>> 8) % noisy.length] = state >>> 24
      }
      for (const policy of ['copyright', 'keep'] as const)
        expect(() => filterExif(noisy, policy)).not.toThrow()
    }
  })
})

describe('findJpegExif', () => {
  const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 2])
  const withExif = new Uint8Array([...jpeg.subarray(0, 8), ...formatExifSegment(TIFF), ...jpeg.subarray(8)])

  it('finds a segment that formatExifSegment made', () => {
    expect(findJpegExif(withExif)).toEqual(TIFF)
  })

  it('finds nothing in a JPEG without it, nor beyond the bytes it has', () => {
    expect(findJpegExif(jpeg)).toBeNull()
    expect(findJpegExif(withExif.subarray(0, 40))).toBeNull()
  })
})
