import { describe, expect, it } from 'vitest'
import { drawJpeg } from '../../../test/support/draw-jpeg.ts'
import { readJpegHeader } from './jpeg-header.ts'

const FILE = drawJpeg({ width: 300, height: 20, factors: [[1, 1]] })
const text = (value: string) => [...value].map((c) => c.charCodeAt(0))

/** Segments right behind the start of `FILE`. */
function withSegments(...segments: [marker: number, body: number[]][]): Uint8Array {
  const bytes = segments.flatMap(([marker, body]) => {
    const length = body.length + 2
    return [0xff, marker, length >> 8, length & 255, ...body]
  })
  return new Uint8Array([...FILE.subarray(0, 2), ...bytes, ...FILE.subarray(2)])
}

/** Exif with one tag in its first directory. */
const exif = (order: 'II' | 'MM', tag: number, type: number, value: number): [number, number[]] => {
  const [high, low] = order === 'II' ? [1, 0] : [0, 1]
  const word = (v: number) => (order === 'II' ? [v & 255, v >> 8] : [v >> 8, v & 255])
  const long = (v: number) => (high ? [...word(v), 0, 0] : [0, 0, ...word(v)])
  const head = [...text(order), ...word(42), ...long(8)]
  const body = [
    ...word(1),
    ...word(tag),
    ...word(type),
    ...long(low + high),
    ...word(value),
    0,
    0,
    ...long(0),
  ]
  return [0xe1, [...text('Exif\0\0'), ...head, ...body]]
}

describe('the JPEG header', () => {
  it('tells size, structure and where the first scan is', () => {
    const header = readJpegHeader(FILE)
    expect(header).toMatchObject({
      width: 300,
      height: 20,
      colour: 'grey',
      isProgressive: false,
      isMultiScan: false,
      orientation: 1,
      icc: null,
      exif: null,
      xmp: null,
    })
    expect([...FILE.subarray(header.bytes, header.bytes + 2)]).toEqual([0xff, 0xda])
  })

  it.each(['II', 'MM'] as const)('tells the orientation, byte order %s', (order) => {
    expect(readJpegHeader(withSegments(exif(order, 0x112, 3, 6))).orientation).toBe(6)
  })

  it.each([
    [0x112, 3, 0],
    [0x112, 3, 9],
    [0x112, 4, 6],
    [0x111, 3, 6],
  ])('takes a strange orientation (tag %i, type %i, value %i) for none', (tag, type, value) => {
    expect(readJpegHeader(withSegments(exif('II', tag, type, value))).orientation).toBe(1)
  })

  it('is not troubled by broken Exif', () => {
    const [marker, body] = exif('II', 0x112, 3, 6)
    for (let length = 0; length < body.length; length++) {
      const { orientation } = readJpegHeader(withSegments([marker, body.slice(0, length)]))
      expect([1, 6]).toContain(orientation)
    }
  })

  it('finds the parts of an ICC profile in their order, and none where one is missing', () => {
    const part = (index: number, body: string): [number, number[]] => [
      0xe2,
      [...text('ICC_PROFILE\0'), index, 2, ...text(body)],
    ]
    const file = withSegments(part(2, 'world'), part(1, 'hello '))
    expect(String.fromCharCode(...(readJpegHeader(file).icc ?? []))).toBe('hello world')
    expect(readJpegHeader(withSegments(part(2, 'world'))).icc).toBeNull()
  })

  it('says that more bytes are needed wherever it is cut', () => {
    const { bytes } = readJpegHeader(FILE)
    for (let length = 0; length < bytes; length++) {
      expect(() => readJpegHeader(FILE.subarray(0, length))).toThrowError(
        expect.objectContaining({ reason: 'truncated' }),
      )
    }
  })
})
