import type { ByteFeed, Parsing } from './byte-feed.ts'

/** JPEG markers by their second byte, T.81 table B.1. */
export const MARKER = {
  dht: 0xc4,
  jpg: 0xc8,
  dac: 0xcc,
  rst0: 0xd0,
  rst7: 0xd7,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  app1: 0xe1,
} as const

/** The next marker that means something. Stray bytes are passed over, as every decoder does; so is entropy-coded data. */
export function* nextMarker(feed: ByteFeed): Parsing<number> {
  for (;;) {
    while (!feed.seekPast(0xff)) yield
    let code = feed.nextByte()
    for (; code < 0 || code === 0xff; code = feed.nextByte()) if (code < 0) yield // any number of ff may fill
    const standsAlone = code <= 0x01 || (code >= MARKER.rst0 && code <= MARKER.rst7) // stuffing, TEM, RST0 to RST7
    if (!standsAlone) return code
  }
}

/** SOF0 to SOF15 but DHT (c4), JPG (c8) and DAC (cc); and DHP (de), which announces a hierarchy of frames. */
export const isFrameMarker = (marker: number): boolean =>
  (marker >= 0xc0 &&
    marker <= 0xcf &&
    marker !== MARKER.dht &&
    marker !== MARKER.jpg &&
    marker !== MARKER.dac) ||
  marker === 0xde

/** Tables that a JPEG has defined so far, by what scans call them. */
export interface DefinedTables {
  readonly quantisers: Set<number>
  /** `class << 4 | id`: class 0 for DC, 1 for AC. */
  readonly huffman: Set<number>
}

/** DQT: `precision << 4 | id`, 64 steps of 1 or 2 bytes, repeated. DHT: `class << 4 | id`, 16 counts, values, repeated. */
export function* readTables(
  feed: ByteFeed,
  marker: number,
  sizeBytes: number,
  defined: DefinedTables,
): Parsing<void> {
  const end = feed.position + sizeBytes
  while (feed.position < end) {
    const head = (yield* feed.take(1)).getUint8(0)
    if (marker === MARKER.dqt) {
      defined.quantisers.add(head & 15)
      yield* feed.skip(Math.min(end - feed.position, head < 16 ? 64 : 128))
    } else {
      if (end - feed.position < 16) break
      const counts = yield* feed.take(16)
      let values = 0
      for (let i = 0; i < 16; i++) values += counts.getUint8(i)
      if (end - feed.position >= values) defined.huffman.add(head)
      yield* feed.skip(Math.min(end - feed.position, values))
    }
  }
  yield* feed.skip(end - feed.position)
}
