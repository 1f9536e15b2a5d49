import { DEFAULT_QUALITY, type Size } from '@tintype/core'
import type { ByteReader } from '@tintype/pixels'
import type { StillCodec, StillEncodePlan } from '../codec.ts'
import { chooseProfile, MAX_PROFILE_BYTES } from '../colour.ts'
import type { NeedBytes } from '../decoder.ts'
import { once } from '../once.ts'
import type { ToldSource } from '../told.ts'
import { planLibraryEncode, readFirst } from './library.ts'
import { BASE_HEAP_BYTES } from './library-prices.ts'
import { addToWebp, announcesTold, readWebpTold, WEBP_HEADS_BYTES } from './webp-told.ts'
import { planWholeSource } from './whole-source.ts'

const load = once(() => import('./webp-library.ts'))

/** `RIFF`, size, `WEBP`; `VP8X`, its length (10), flags, 9 bytes; `ICCP`, its length, and the profile. */
const FIRST_BYTES = 38
const SMALL_BYTES = 64 << 10
const FLAG_PROFILE = 0x20
/** By the file's first chunk; an extended file may have an alpha channel beside a lossy picture. */
const DECODER_BYTES_PER_PIXEL: Record<string, number> = { 'VP8 ': 5, VP8L: 8.4 }
const DEAREST_BYTES_PER_PIXEL = 10.5
const nameAt = (start: Uint8Array, at: number): string => String.fromCharCode(...start.subarray(at, at + 4))
const u32At = (start: Uint8Array, at: number): number =>
  new DataView(start.buffer, start.byteOffset).getUint32(at, true)

/**
 * Narrower pictures are priced as if they were so wide, px: the lossless encoder keeps statistics of every tile of 32x32 px,
 * however few of its pixels there are.
 */
const LEAST_PRICED_SIDE_PX = 32

/** Where the embedded profile ends; 0 when there is none. */
function profileEnd(start: Uint8Array): number {
  const isExtended = start.length >= FIRST_BYTES && nameAt(start, 12) === 'VP8X'
  if (!isExtended || ((start[20] ?? 0) & FLAG_PROFILE) === 0 || nameAt(start, 30) !== 'ICCP') return 0
  return FIRST_BYTES + u32At(start, 34)
}

/** The embedded profile, in what `readStart` gave. */
export function findProfile(start: Uint8Array): Uint8Array | null {
  const end = profileEnd(start)
  return end === 0 || end > start.length ? null : start.subarray(FIRST_BYTES, end)
}

/** Heap of the encoder for one picture, bytes. */
export function priceWebpEncoder(width: number, height: number, quality: number, hasAlpha: boolean): number {
  const bytesPerPixel = quality === 100 ? 62 : hasAlpha ? 51 : quality < 90 ? 16.5 : 23.5
  const pricedPx = Math.max(width, LEAST_PRICED_SIDE_PX) * Math.max(height, LEAST_PRICED_SIDE_PX)
  return Math.ceil(BASE_HEAP_BYTES.webpEncoder + bytesPerPixel * pricedPx)
}

/** Heap of the decoder for one picture, bytes, whatever kind it is of. */
export const priceWebpDecoder = (width: number, height: number, sizeBytes: number): number =>
  Math.ceil(BASE_HEAP_BYTES.webpDecoder + 2 * sizeBytes + DEAREST_BYTES_PER_PIXEL * width * height)

/**
 * WebP stills through libwebp. It reads no EXIF, so orientation is ours to apply; animations are taken
 * apart and put together in `webp-animation.ts`. Prices
 * were measured: `docs/decisions/0018-engine-prices.md`.
 */
export const webpCodec: StillCodec = {
  async readStart(reader: ByteReader, need: NeedBytes) {
    const end = profileEnd(await reader.peek(FIRST_BYTES))
    if (end > SMALL_BYTES) await need(2 * MAX_PROFILE_BYTES)
    return readFirst(end > MAX_PROFILE_BYTES ? FIRST_BYTES : Math.max(end, FIRST_BYTES))(reader)
  },

  planDecode(source, start, geometry) {
    const { sizeBytes, width, height } = source
    const bytesPerPixel = DECODER_BYTES_PER_PIXEL[nameAt(start, 12)] ?? DEAREST_BYTES_PER_PIXEL
    return planWholeSource(source, geometry, {
      heapBytes: Math.ceil(BASE_HEAP_BYTES.webpDecoder + 2 * sizeBytes + bytesPerPixel * width * height),
      workBytes: 0,
      profile: chooseProfile(findProfile(start), 'rgb'),
      readTold: announcesTold(start) ? readWebpTold : null,
      decode: async (...call) => (await load()).decodeWebp(...call),
    })
  },

  /** Quality 100 is lossless. Rule: docs/parity.md#formats-and-geometry. */
  planEncode({ width, height }: Size, { hasAlpha, told, ...settings }) {
    const quality = settings.quality ?? DEFAULT_QUALITY
    const heapBytes = priceWebpEncoder(width, height, quality, hasAlpha)
    const plan = planLibraryEncode({ width, height }, heapBytes, async (...call) =>
      (await load()).encodeWebp(quality, ...call),
    )
    return told === null ? plan : tellingPlan(plan, told)
  },
}

/** The same, and what is told is put into the file. */
const tellingPlan = ({ price, run }: StillEncodePlan, told: ToldSource): StillEncodePlan => ({
  price: { ...price, bufferBytes: 2 * price.bufferBytes + told.mostBytes + WEBP_HEADS_BYTES },
  async run(raster, meter, turns) {
    const file = await run(raster, meter, turns)
    const { exif, xmp } = told.read()
    if (exif === null && xmp === null) return file
    const whole = addToWebp(file, raster, { exif, xmp })
    meter.hold(whole.length)
    meter.release(file.length)
    return whole
  },
})
