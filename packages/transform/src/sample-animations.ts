import { crc32 } from '@tintype/core/containers'
import { formatAnimationHead, formatFrameHead, imageChunks } from './codecs/webp-frames.ts'
import { encode } from './sample-jobs.ts'
import type { Raster } from './sample-rasters.ts'

/* For tests only: animations made of frames, as a plain reading of the formats has them. */

/** A frame as its file describes it. */
export interface SampleFrame {
  readonly left: number
  readonly top: number
  readonly raster: Raster
  readonly disposal: 'keep' | 'clear' | 'restore'
  readonly isBlended: boolean
  readonly delayMs: number
}

interface SampleAnimation {
  readonly width: number
  readonly height: number
  readonly plays: number
  readonly frames: readonly SampleFrame[]
}

/** Frames as shown, by the definitions alone: premultiplied, channel by channel, in floating point. */
export function composeFrames({ width, height, frames }: SampleAnimation): Raster[] {
  let canvas = new Float64Array(width * height * 4)
  return frames.map((frame) => {
    const before = canvas.slice()
    for (let y = 0; y < frame.raster.height; y++) {
      for (let x = 0; x < frame.raster.width; x++) {
        const at = ((frame.top + y) * width + frame.left + x) * 4
        const from = frame.raster.data.subarray((y * frame.raster.width + x) * 4)
        const alpha = (from[3] ?? 0) / 255
        for (let channel = 0; channel < 4; channel++) {
          const above = channel === 3 ? alpha : ((from[channel] ?? 0) / 255) * alpha
          canvas[at + channel] = above + (frame.isBlended ? (canvas[at + channel] ?? 0) * (1 - alpha) : 0)
        }
      }
    }
    const shown = { width, height, data: new Uint8ClampedArray(width * height * 4) }
    for (let at = 0; at < shown.data.length; at += 4) {
      const alpha = canvas[at + 3] ?? 0
      if (alpha === 0) continue
      for (let channel = 0; channel < 3; channel++)
        shown.data[at + channel] = ((canvas[at + channel] ?? 0) / alpha) * 255
      shown.data[at + 3] = alpha * 255
    }
    if (frame.disposal === 'restore') canvas = before
    if (frame.disposal === 'clear') {
      for (let y = 0; y < frame.raster.height; y++) {
        const row = ((frame.top + y) * width + frame.left) * 4
        canvas.fill(0, row, row + frame.raster.width * 4)
      }
    }
    return shown
  })
}

const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => [...part]))
const u16 = (value: number): number[] => [value & 255, value >> 8]
const u32 = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
]
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0))

/** Codes of eight bits and one: a clear code before every hundredth index keeps them so. */
function lzw(indexes: readonly number[]): number[] {
  const codes = indexes.flatMap((index, at) => (at % 100 === 0 ? [256, index] : [index]))
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const code of [...codes, 257]) {
    bits |= code << count
    for (count += 9; count >= 8; count -= 8) {
      bytes.push(bits & 255)
      bits >>= 8
    }
  }
  if (count > 0) bytes.push(bits)
  const blocks: number[] = []
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255)
    blocks.push(block.length, ...block)
  }
  return [8, ...blocks, 0]
}

/** Each frame has its own colours, at most 255, and an index for what is transparent; a half of them are interlaced. */
export function writeGif({ width, height, plays, frames }: SampleAnimation): Uint8Array<ArrayBuffer> {
  const repeat =
    plays === 1 ? [] : [0x21, 0xff, 11, ...ascii('NETSCAPE2.0'), 3, 1, ...u16(plays === 0 ? 0 : plays - 1), 0]
  const blocks = frames.map(({ left, top, raster, disposal, delayMs }, i) => {
    const colours = new Map<number, number>()
    const palette = new Uint8Array(768)
    const indexAt = (x: number, y: number): number => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = raster.data.subarray((y * raster.width + x) * 4)
      if (alpha === 0) return 255
      const colour = (red << 16) | (green << 8) | blue
      const index = colours.get(colour) ?? colours.size
      colours.set(colour, index)
      palette.set([red, green, blue], index * 3)
      return index
    }
    const isInterlaced = i % 2 === 1
    const all = Array.from({ length: raster.height }, (_, y) => y)
    const passes = [
      [0, 8],
      [4, 8],
      [2, 4],
      [1, 2],
    ] as const
    const rows = isInterlaced
      ? passes.flatMap(([first, step]) => all.filter((y) => y >= first && (y - first) % step === 0))
      : all
    const indexes = rows.flatMap((y) => Array.from({ length: raster.width }, (_, x) => indexAt(x, y)))
    const method = { keep: 1, clear: 2, restore: 3 }[disposal]
    return joined(
      [0x21, 0xf9, 4, (method << 2) | 1, ...u16(delayMs / 10), 255, 0],
      [0x2c, ...[left, top, raster.width, raster.height].flatMap(u16), 0x87 | (isInterlaced ? 0x40 : 0)],
      palette,
      lzw(indexes),
    )
  })
  return joined(ascii('GIF89a'), u16(width), u16(height), [0, 0, 0], repeat, ...blocks, [0x3b])
}

function pngChunk(
  type: string,
  ...body: readonly (Uint8Array | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  const whole = joined(ascii(type), ...body)
  return joined(u32(whole.length - 4), whole, u32(crc32(whole)))
}

/** Rows of RGBA that are not filtered, as a zlib stream. */
async function packRows({ width, height, data }: Raster): Promise<Uint8Array<ArrayBuffer>> {
  const rows = new Uint8Array(height * (width * 4 + 1))
  for (let y = 0; y < height; y++)
    rows.set(data.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1)
  const packed = new Response(rows).body?.pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

/** RGBA; without loss. @param still a picture that is no frame, which other decoders show */
export async function writeApng(
  { width, height, plays, frames }: SampleAnimation,
  still: Raster | null = null,
): Promise<Uint8Array<ArrayBuffer>> {
  const ihdr = [...u32(width), ...u32(height), 8, 6, 0, 0, 0]
  const parts: Uint8Array[] = []
  let sequence = 0
  if (still !== null) parts.push(pngChunk('IDAT', await packRows(still)))
  for (const [i, { left, top, raster, disposal, isBlended, delayMs }] of frames.entries()) {
    const method = { keep: 0, clear: 1, restore: 2 }[disposal]
    const place = [raster.width, raster.height, left, top].flatMap(u32)
    const delay = [delayMs >> 8, delayMs & 255, 1000 >> 8, 1000 & 255]
    parts.push(pngChunk('fcTL', u32(sequence++), place, delay, [method, isBlended ? 1 : 0]))
    const data = await packRows(raster)
    const half = data.length >> 1
    if (i === 0 && still === null)
      parts.push(pngChunk('IDAT', data.subarray(0, half)), pngChunk('IDAT', data.subarray(half)))
    else {
      for (const piece of [data.subarray(0, half), data.subarray(half)])
        parts.push(pngChunk('fdAT', u32(sequence++), piece))
    }
  }
  return joined(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    pngChunk('IHDR', ihdr),
    pngChunk('acTL', u32(frames.length), u32(plays)),
    ...parts,
    pngChunk('IEND'),
  )
}

/** Without loss. */
export async function writeWebp({
  width,
  height,
  plays,
  frames,
}: SampleAnimation): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  for (const frame of frames) {
    const { chunks } = imageChunks(await encode('webp', frame.raster, { quality: 100 }))
    const { left, top, delayMs, isBlended, disposal } = frame
    const place = { left, top, width: frame.raster.width, height: frame.raster.height }
    parts.push(
      formatFrameHead({ ...place, delayMs, isBlended, isCleared: disposal === 'clear' }, chunks.length),
      chunks,
    )
  }
  const bodyBytes = parts.reduce((sum, { length }) => sum + length, 0)
  return joined(formatAnimationHead({ width, height }, plays, true, bodyBytes), ...parts)
}
