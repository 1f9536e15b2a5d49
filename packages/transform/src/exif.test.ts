import { readJpegHeader } from '@tintype/pixels'
import { describe, expect, it } from 'vitest'
import { filterExif, formatExifSegment } from './exif.ts'

const text = (value: string) => [...value].map((character) => character.charCodeAt(0))
const u16 = (value: number) => [value >> 8, value & 255]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)]
const entry = (tag: number, type: number, count: number, value: readonly number[]) => [
  ...u16(tag),
  ...u16(type),
  ...u32(count),
  ...value,
]

const SIZE = { width: 300, height: 200 }

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
    expect(filterExif(TIFF, 'none', SIZE)).toBeNull()
  })

  it('leaves the copyright alone for "copyright"', () => {
    expect(filterExif(TIFF, 'copyright', SIZE)).toEqual(
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
    expect(filterExif(without, 'copyright', SIZE)).toBeNull()
  })

  it('keeps all but orientation and thumbnail for "keep"', () => {
    const kept = filterExif(TIFF, 'keep', SIZE)
    const expected = TIFF.slice()
    expected.set(u16(1), 18)
    expected.fill(0, THUMBNAIL_AT)
    expected.fill(0, 46, 50)
    expect(kept).toEqual(expected)
  })

  describe('tells the truth about the result', () => {
    const [BYTE, SHORT, LONG, RATIONAL] = [1, 3, 4, 5]
    const inType = (type: number, value: number) =>
      type === BYTE ? [value, 0, 0, 0] : type === SHORT ? [...u16(value), 0, 0] : u32(value)
    /** A directory at 8 of orientation and size, and one at 62 of the size that cameras write. */
    const block = (type: number, value: number, offset = 62) =>
      new Uint8Array([
        ...[...text('MM'), ...u16(42), ...u32(8), ...u16(4)],
        ...entry(0x0100, type, 1, inType(type, value)),
        ...entry(0x0101, type, 1, inType(type, value)),
        ...entry(0x0112, type, 1, inType(type, 6)),
        ...entry(0x8769, LONG, 1, u32(offset)),
        ...u32(0),
        ...u16(2),
        ...entry(0xa002, type, 1, inType(type, value)),
        ...entry(0xa003, type, 1, inType(type, value)),
        ...u32(0),
      ])
    /** The fields of {@link block}: type, count and value of each. */
    const fields = (tiff: Uint8Array) => {
      const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
      return [10, 22, 34, 64, 76].map((at) => ({
        type: view.getUint16(at + 2),
        count: view.getUint32(at + 4),
        value: [...tiff.subarray(at + 8, at + 12)],
      }))
    }

    it.each([
      ['SHORT', SHORT, SHORT],
      ['LONG', LONG, LONG],
      ['a type that makes no sense', RATIONAL, LONG],
    ] as const)('in fields of type %s', (_, type, written) => {
      const kept = filterExif(block(type as number, 4000), 'keep', SIZE) as Uint8Array
      const field = (value: number) => ({ type: written, count: 1, value: inType(written as number, value) })
      expect(fields(kept)).toEqual([field(300), field(200), field(1), field(300), field(200)])
    })

    it('in fields of type BYTE, where it fits', () => {
      const kept = filterExif(block(BYTE as number, 40), 'keep', { width: 300, height: 200 }) as Uint8Array
      const byte = (value: number) => ({ type: BYTE, count: 1, value: [value, 0, 0, 0] })
      const long = { type: LONG, count: 1, value: u32(300) }
      expect(fields(kept)).toEqual([long, byte(200), byte(1), long, byte(200)])
    })

    it('or not at all, where a directory lies outside the block', () => {
      expect(filterExif(block(SHORT as number, 4000, 9000), 'keep', SIZE)).toBeNull()
    })
  })

  it('clears a thumbnail that is stored as strips of pixels', () => {
    // 8 an empty directory; 14 the next, of two strips: offsets at 44, lengths inline; 52 and 56 the strips
    const tiff = new Uint8Array([
      ...[...text('MM'), ...u16(42), ...u32(8), ...u16(0), ...u32(14)],
      ...[
        ...u16(2),
        ...entry(0x0111, 4, 2, u32(44)),
        ...entry(0x0117, 3, 2, [...u16(3), ...u16(2)]),
        ...u32(0),
      ],
      ...[...u32(52), ...u32(56), 7, 7, 7, 1, 7, 7],
    ])
    const kept = filterExif(tiff, 'keep', SIZE) as Uint8Array
    expect([...kept.subarray(52)]).toEqual([0, 0, 0, 1, 0, 0])
    expect([...kept.subarray(10, 14)]).toEqual([0, 0, 0, 0])
  })

  it('drops what cannot be read, wherever it is cut', () => {
    for (let length = 0; length < TIFF.length; length++) {
      for (const policy of ['copyright', 'keep'] as const) {
        const result = filterExif(TIFF.slice(0, length), policy, SIZE)
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
        expect(() => filterExif(noisy, policy, SIZE)).not.toThrow()
    }
  })
})

describe('formatExifSegment', () => {
  it('makes a segment that the header of a JPEG reads', () => {
    const frame = [0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0]
    const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]
    const jpeg = (...segments: number[]) => new Uint8Array([0xff, 0xd8, ...segments, ...frame, ...scan])
    expect(readJpegHeader(jpeg(...formatExifSegment(TIFF))).exif).toEqual(TIFF)
    expect(readJpegHeader(jpeg()).exif).toBeNull()
  })
})
