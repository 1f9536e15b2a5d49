import { describe, expect, it } from 'vitest'
import { readImageHeader } from './image-header.ts'
import { bytesOf, exif, jpegSegment, ORIENTATIONS, sampleJpeg, uint } from './sample-pictures.ts'

const exifSegment = (tiff: Uint8Array) => jpegSegment(0xe1, 'Exif\0\0', tiff)
const orientationWith = (...before: Uint8Array[]) => readImageHeader(sampleJpeg({ before }))?.orientation

it.each(ORIENTATIONS)('reads EXIF orientation %i in both byte orders', (orientation) => {
  expect(orientationWith(exifSegment(exif(orientation, 'big')))).toBe(orientation)
  expect(orientationWith(exifSegment(exif(orientation, 'little')))).toBe(orientation)
})

it.each([
  ['a value of 0', exif(0)],
  ['a value of 9', exif(9)],
  ['a value that is no short', exif(6, 'big', 4)],
  ['an unknown byte order', bytesOf('XX', exif(6).subarray(2))],
  ['no 42', bytesOf('MM', [0, 43], exif(6).subarray(4))],
  ['a directory before the header ends', bytesOf('MM', [0, 42], uint(4, 4), exif(6).subarray(8))],
  ['a directory beyond the block', bytesOf('MM', [0, 42], uint(2 ** 32 - 1, 4), exif(6).subarray(8))],
  ['a directory that is cut short', exif(6).subarray(0, 30)],
  ['nothing', new Uint8Array(0)],
])('takes EXIF with %s as upright', (_, tiff) => {
  expect(orientationWith(exifSegment(tiff))).toBe(1)
})

it('finds EXIF behind XMP, which has the same marker, and keeps the first', () => {
  const xmp = jpegSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x/>')
  expect(orientationWith(xmp, exifSegment(exif(8)), exifSegment(exif(3)))).toBe(8)
  expect(orientationWith(jpegSegment(0xe1, 'Ex'), exifSegment(exif(8)))).toBe(8)
})

it.each([
  [0xc0, 8, 3],
  [0xc1, 8, 1],
  [0xc2, 8, 4],
])('accepts frame marker %i with %i bits and %i components', (frameMarker, precision, components) => {
  expect(readImageHeader(sampleJpeg({ frameMarker, precision, components }))).toMatchObject({
    width: 20,
    height: 10,
  })
})

it.each([
  ['arithmetic coding', { frameMarker: 0xc9 }],
  ['arithmetic coding', { frameMarker: 0xca }],
  ['lossless coding', { frameMarker: 0xc3 }],
  ['hierarchical coding', { frameMarker: 0xc5 }],
  ['hierarchical coding', { frameMarker: 0xde }],
  ['12 bits a sample', { frameMarker: 0xc1, precision: 12 }],
  ['2 colour components', { components: 2 }],
  ['its height after its pixels', { height: 0 }],
  ['its size is 0x10 px', { width: 0 }],
  ['it gives its size twice', { before: [jpegSegment(0xc0, 8, [0, 9, 0, 9], 1, [1, 17, 0])] }],
  ['a segment has no length', { before: [bytesOf(0xff, 0xdb, 0, 1)] }],
  ['it starts a second time', { before: [bytesOf(0xff, 0xd8)] }],
  ['its frame header is cut short', { before: [jpegSegment(0xc0, 8, 0)] }],
  ['pixels come before their size', { before: [jpegSegment(0xda, 1, [1, 0], [0, 63, 0])] }],
  ['it holds no pixels', { before: [bytesOf(0xff, 0xd9)] }],
])('refuses %s', (reason, sample) => {
  expect(() => readImageHeader(sampleJpeg(sample))).toThrow(reason)
})

it('passes over stray and fill bytes between segments', () => {
  expect(orientationWith(bytesOf(0, 1, 2, [0xff, 0xff]), exifSegment(exif(6)))).toBe(6)
})

describe('tables', () => {
  /** A frame of two components, which use quantisation tables 0 and 1, and its first scan. */
  const file = (of: { sof?: number; dqt?: number[]; dht?: number[]; scan?: number[] }) => {
    const { sof = 0xc0, dqt = [0, 1], dht = [], scan = [0x00, 0x11] } = of
    return bytesOf(
      [0xff, 0xd8],
      ...dqt.map((id) => jpegSegment(0xdb, id, new Uint8Array(id < 16 ? 64 : 128))),
      ...dht.map((id) => jpegSegment(0xc4, id, 1, new Uint8Array(15), 7)),
      jpegSegment(sof, 8, [0, 9, 0, 9], 3, [1, 0x11, 0], [2, 0x11, 1], [3, 0x11, 1]),
      jpegSegment(0xda, 2, [1, scan[0] as number], [2, scan[1] as number], 0, sof === 0xc2 ? 0 : 63, 0),
    )
  }

  it.each([
    ['both quantisation tables, and no Huffman table', {}],
    ['quantisation tables of 16 bits', { dqt: [0x10, 0x11] }],
    ['its own Huffman tables', { dht: [2, 3, 0x12, 0x13], scan: [0x22, 0x33] }],
    ['tables for its first scan', { sof: 0xc2, dht: [0, 1] }],
  ])('a JPEG has %s', (_, of) => {
    expect(readImageHeader(file(of))).toMatchObject({ width: 9 })
  })

  it.each([
    ['quantisation tables are missing', { dqt: [0] }],
    ['quantisation tables are missing', { dqt: [] }],
    ['Huffman tables are missing', { scan: [0x00, 0x12] }],
    ['Huffman tables are missing', { scan: [0x20, 0x11] }],
    ['Huffman tables are missing', { sof: 0xc2, dht: [0] }],
    ['Huffman tables are missing', { sof: 0xc2 }],
  ])('its %s with %j', (reason, of) => {
    expect(() => readImageHeader(file(of))).toThrow(reason)
  })

  it('a scan has a component that the picture has not', () => {
    const wrong = file({})
    wrong[wrong.length - 7] = 9
    expect(() => readImageHeader(wrong)).toThrow('a component that the picture has not')
  })
})
