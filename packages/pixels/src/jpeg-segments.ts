import { PixelError } from './pixel-error.ts'

const corrupt = (what: string) => new PixelError('corrupt', `The JPEG ${what}`)

export const u16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number)

const COEFFICIENTS = 64
const CODE_LENGTHS = 16

/** One table of a DQT segment: 64 steps in zigzag order. */
export interface QuantiserTable {
  readonly id: number
  readonly steps: Uint16Array
}

/**
 * Body of a DQT segment: `precision << 4 | id`, then 64 steps of 1 or 2 bytes, repeated.
 * @throws PixelError `corrupt`
 */
export function parseQuantisers(body: Uint8Array): QuantiserTable[] {
  const tables: QuantiserTable[] = []
  let at = 0
  while (at < body.length) {
    const head = body[at++] as number
    const stepBytes = head >> 4 ? 2 : 1
    if (head >> 4 > 1 || (head & 15) > 3) throw corrupt('has a quantisation table of an unknown kind')
    if (at + COEFFICIENTS * stepBytes > body.length) throw corrupt('has a quantisation table cut short')
    const steps = new Uint16Array(COEFFICIENTS)
    for (let k = 0; k < COEFFICIENTS; k++, at += stepBytes) {
      steps[k] = stepBytes === 1 ? (body[at] as number) : u16(body, at)
    }
    tables.push({ id: head & 15, steps })
  }
  return tables
}

/** One table of a DHT segment: `list` is 16 counts, then as many values as they add up to. */
export interface HuffmanList {
  readonly tableClass: 0 | 1
  readonly id: number
  readonly list: Uint8Array
}

/** Largest category of a DC difference, T.81 F.1.2.1 (with room for what encoders of more bits write). */
const LARGEST_DC = 15

/**
 * Body of a DHT segment: `class << 4 | id`, 16 counts, values, repeated.
 * @throws PixelError `corrupt`
 */
export function parseHuffmanLists(body: Uint8Array): HuffmanList[] {
  const lists: HuffmanList[] = []
  let at = 0
  while (at + 1 + CODE_LENGTHS <= body.length) {
    const head = body[at++] as number
    const tableClass = head >> 4
    if (tableClass > 1 || (head & 15) > 3) throw corrupt('has a Huffman table of an unknown kind')
    let values = 0
    for (let i = 0; i < CODE_LENGTHS; i++) values += body[at + i] as number
    const list = body.slice(at, at + CODE_LENGTHS + values)
    if (values > 256 || list.length < CODE_LENGTHS + values) throw corrupt('has a Huffman table cut short')
    if (tableClass === 0 && list.subarray(CODE_LENGTHS).some((value) => value > LARGEST_DC)) {
      throw corrupt('has a Huffman table with impossible values')
    }
    lists.push({ tableClass: tableClass as 0 | 1, id: head & 15, list })
    at += CODE_LENGTHS + values
  }
  return lists
}

/** A scan's header, T.81 B.2.3. */
export interface ScanHeader {
  readonly components: readonly { readonly index: number; readonly dc: number; readonly ac: number }[]
  /** First and last coefficient, in zigzag order. */
  readonly start: number
  readonly end: number
  /** Bits the coefficients had before this scan are above `high`; this scan brings them down to bit `low`. */
  readonly high: number
  readonly low: number
}

/**
 * Body of an SOS segment: `u8 n`, n × { id, `dc << 4 | ac` }, start, end, `high << 4 | low`.
 * @param ids component ids of the frame, in order
 * @throws PixelError `corrupt`
 */
export function parseScan(body: Uint8Array, ids: readonly number[], isProgressive: boolean): ScanHeader {
  const count = body[0] ?? 0
  if (count < 1 || count > ids.length || body.length < 4 + count * 2)
    throw corrupt('has a broken scan header')
  const components = Array.from({ length: count }, (_, i) => {
    const index = ids.indexOf(body[1 + i * 2] as number)
    const tables = body[2 + i * 2] as number
    if (index < 0 || tables >> 4 > 3 || (tables & 15) > 3) throw corrupt('has a broken scan header')
    return { index, dc: tables >> 4, ac: tables & 15 }
  })
  if (new Set(components.map(({ index }) => index)).size < count) throw corrupt('has a broken scan header')
  if (!isProgressive) return { components, start: 0, end: COEFFICIENTS - 1, high: 0, low: 0 }

  const [start, end, bits] = body.subarray(1 + count * 2) as unknown as [number, number, number]
  const scan = { components, start, end, high: bits >> 4, low: bits & 15 }
  const isDc = start === 0 && end === 0
  const isAc = start > 0 && start <= end && end < COEFFICIENTS && count === 1
  const bitsAreValid = scan.low <= 13 && (scan.high === 0 || scan.high === scan.low + 1)
  if (!(isDc || isAc) || !bitsAreValid) throw corrupt('has a scan of impossible coefficients')
  return scan
}
