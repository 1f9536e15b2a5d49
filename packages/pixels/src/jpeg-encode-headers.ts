import type { JpegGrid } from './jpeg-encode-layout.ts'

/** Marker codes, ITU-T T.81 table B.1. */
const SOI = 0xd8
const EOI = 0xd9
const APP0 = 0xe0
const DQT = 0xdb
const SOF0 = 0xc0
const SOF2 = 0xc2
const DHT = 0xc4
const SOS = 0xda

/** Zigzag position to natural index (row × 8 + column), T.81 figure 5: along anti-diagonals, turning at each end. */
export const ZIGZAG: readonly number[] = Array.from({ length: 64 }, (_, index) => index).sort((a, b) => {
  const [rowA, columnA, rowB, columnB] = [a >> 3, a & 7, b >> 3, b & 7]
  const diagonal = rowA + columnA
  return diagonal - (rowB + columnB) || (diagonal % 2 === 0 ? rowB - rowA : rowA - rowB)
})

/** A scan: which components, and which zigzag positions; a position above 0 means one component alone. */
export interface JpegScan {
  readonly components: readonly number[]
  readonly first: number
  readonly last: number
}

/** A Huffman table to send: `lists` is 16 length counts, then the values. */
export interface JpegHuffmanTable {
  readonly kind: 'dc' | 'ac'
  readonly id: 0 | 1
  readonly lists: Uint8Array
}

const word = (value: number) => [value >> 8, value & 255]
const segment = (marker: number, body: ArrayLike<number>) => [
  0xff,
  marker,
  ...word(body.length + 2),
  ...Array.from(body),
]

/** SOI and a JFIF segment: version 1.1, square pixels, no thumbnail. */
export const formatJpegStart = () =>
  Uint8Array.from([0xff, SOI, ...segment(APP0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0])])

/** Quantisation table 0, of 64 steps in natural order. */
export const formatJpegQuantisation = (steps: Uint8Array) =>
  Uint8Array.from(segment(DQT, [0, ...ZIGZAG.map((natural) => steps[natural] ?? 1)]))

/** Frame header. Components are numbered 1, 2, 3 and share quantisation table 0. */
export function formatJpegFrame(
  width: number,
  height: number,
  grid: JpegGrid,
  progressive: boolean,
): Uint8Array {
  const components = grid.planes.flatMap((_, index) => {
    const sampling = index === 0 ? grid.factor : 1
    return [index + 1, (sampling << 4) | sampling, 0]
  })
  const body = [8, ...word(height), ...word(width), grid.planes.length, ...components]
  return Uint8Array.from(segment(progressive ? SOF2 : SOF0, body))
}

/** Huffman tables, then the scan's header. Chroma uses tables 1 in interleaved scans, tables 0 alone. */
export function formatJpegScan(scan: JpegScan, tables: readonly JpegHuffmanTable[]): Uint8Array {
  const alone = scan.components.length === 1
  const selectors = scan.components.flatMap((component) => [
    component + 1,
    alone || component === 0 ? 0x00 : 0x11,
  ])
  return Uint8Array.from([
    ...tables.flatMap(({ kind, id, lists }) => segment(DHT, [(kind === 'ac' ? 0x10 : 0) | id, ...lists])),
    ...segment(SOS, [scan.components.length, ...selectors, scan.first, scan.last, 0]),
  ])
}

export const JPEG_END = Uint8Array.of(0xff, EOI)
