export interface JpegFrame {
  readonly isProgressive: boolean
  /** Samples of all components per pixel of the picture: 1 grey, 1.5 for 4:2:0, 3 for 4:4:4. */
  readonly samplesPerPixel: number
}

const MARKER_SOS = 0xda
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xc2

/**
 * How a JPEG is coded, as its frame header says.
 * @param start the file's first bytes
 * @returns null when the frame header is not among them, or is broken
 */
export function readJpegFrame(start: Uint8Array): JpegFrame | null {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  for (let at = 2; at + 4 <= start.length && start[at] === 0xff; ) {
    const marker = start[at + 1] as number
    if (marker === 0xff) {
      at += 1 // any number of ff may fill
      continue
    }
    if (marker === MARKER_SOS) return null
    if (isFrame(marker)) return readFrame(start.subarray(at + 4), marker)
    at += 2 + view.getUint16(at + 2)
  }
  return null
}

/** Precision (8 bits), height (16), width (16), component count (8); then id, sampling (4 bits each way), table. */
function readFrame(payload: Uint8Array, marker: number): JpegFrame | null {
  const components = payload[5] ?? 0
  if (components < 1 || components > 4 || payload.length < 6 + components * 3) return null
  const factors = Array.from({ length: components }, (_, i) => {
    const sampling = payload[7 + i * 3] as number
    return { across: sampling >> 4, down: sampling & 15 }
  })
  const across = Math.max(...factors.map((factor) => factor.across))
  const down = Math.max(...factors.map((factor) => factor.down))
  if (across < 1 || across > 4 || down < 1 || down > 4) return null
  const samples = factors.reduce((sum, factor) => sum + factor.across * factor.down, 0)
  return { isProgressive: marker === 0xc2, samplesPerPixel: samples / (across * down) }
}
