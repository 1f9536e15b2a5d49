/** What an AV1 sequence header says of its frames (AV1 specification, 5.5). */
export interface Av1Sequence {
  /** Largest frame, px; of a still picture, the frame. */
  readonly width: number
  readonly height: number
  readonly bitDepth: 8 | 10 | 12
  /** Meaning of the colours, as ITU-T H.273 numbers it; null where it is not told. */
  readonly cicp: Cicp | null
}

/** Coding-independent code points, ITU-T H.273: how numbers become colours. 2 is "not told". */
export interface Cicp {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
}

const SEQUENCE_HEADER = 1
const TEMPORAL_DELIMITER = 2

/** Bits of a byte array from the highest on. Reading beyond the end gives ones for ever, so callers look at `isOver`. */
class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isOver(): boolean {
    return this.#at > this.#bytes.length * 8
  }

  /** An unsigned number of up to 32 bits. */
  uint(bits: number): number {
    let value = 0
    for (let i = 0; i < bits; i++, this.#at++) {
      const byte = this.#bytes[this.#at >> 3] ?? 0xff
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1)
    }
    return value
  }

  flag(): boolean {
    return this.uint(1) === 1
  }
}

/**
 * The sequence header at the beginning of AV1 data, before which only a temporal delimiter may stand.
 * @param start first bytes of the data; a header takes at most some hundred, most take 12
 * @returns null where there is none, or it does not end within `start`
 */
export function readAv1Sequence(start: Uint8Array): Av1Sequence | null {
  for (let at = 0; at < start.length; ) {
    const head = start[at] as number
    const type = (head >> 3) & 15
    if ((head & 0x80) !== 0 || (type !== SEQUENCE_HEADER && type !== TEMPORAL_DELIMITER)) return null
    at += head & 4 ? 2 : 1
    let length = start.length - at
    if ((head & 2) !== 0) {
      length = 0
      for (let shift = 0; shift < 28; shift += 7) {
        const byte = start[at++] ?? 0
        length += (byte & 0x7f) << shift
        if (byte < 0x80) break
      }
    }
    if (type === SEQUENCE_HEADER) return parseSequence(new BitReader(start.subarray(at, at + length)))
    at += length
  }
  return null
}

function parseSequence(bits: BitReader): Av1Sequence | null {
  const profile = bits.uint(3)
  bits.flag() // still picture
  const isReduced = bits.flag()
  if (isReduced) bits.uint(5)
  else skipOperatingPoints(bits)

  const [widthBits, heightBits] = [bits.uint(4) + 1, bits.uint(4) + 1]
  const [width, height] = [bits.uint(widthBits) + 1, bits.uint(heightBits) + 1]
  if (!isReduced && bits.flag()) bits.uint(4 + 3) // frame ids
  bits.uint(3) // superblock size, filter intra, intra edge filter
  if (!isReduced) skipInterTools(bits)
  bits.uint(3) // superres, cdef, restoration

  const isHigh = bits.flag()
  const bitDepth = profile === 2 && isHigh && bits.flag() ? 12 : isHigh ? 10 : 8
  if (profile !== 1) bits.flag() // monochrome
  const cicp = bits.flag() ? { primaries: bits.uint(8), transfer: bits.uint(8), matrix: bits.uint(8) } : null
  return bits.isOver || profile > 2 ? null : { width, height, bitDepth, cicp }
}

function skipOperatingPoints(bits: BitReader): void {
  let delayBits = 0
  if (bits.flag()) {
    bits.uint(32)
    bits.uint(32)
    if (bits.flag()) skipVariableLength(bits)
    if (bits.flag()) {
      delayBits = bits.uint(5) + 1
      bits.uint(32)
      bits.uint(10)
    }
  }
  const hasDisplayDelay = bits.flag()
  for (let points = bits.uint(5) + 1; points > 0; points--) {
    bits.uint(12)
    if (bits.uint(5) > 7) bits.flag() // tier
    if (delayBits > 0 && bits.flag()) {
      bits.uint(delayBits)
      bits.uint(delayBits)
      bits.flag()
    }
    if (hasDisplayDelay && bits.flag()) bits.uint(4)
  }
}

function skipVariableLength(bits: BitReader): void {
  let zeros = 0
  while (zeros < 32 && !bits.flag()) zeros++
  if (zeros < 32) bits.uint(zeros)
}

function skipInterTools(bits: BitReader): void {
  bits.uint(4) // inter-intra, masked compound, warped motion, dual filter
  const hasOrderHint = bits.flag()
  if (hasOrderHint) bits.uint(2)
  const choosesScreenContent = bits.flag()
  const screenContent = choosesScreenContent ? 2 : bits.uint(1)
  if (screenContent > 0 && !bits.flag()) bits.flag() // integer motion vectors
  if (hasOrderHint) bits.uint(3)
}
