import { type HdrProfile, REC2020_TO_LINEAR_SRGB, sceneToDisplay } from './cicp-profile.ts'
import { compensate, type MatrixProfile } from './colour-profile.ts'
import { applyMatrix, linearToSrgb, type Matrix3 } from './srgb.ts'
import { toneMapGain } from './tone-map.ts'

/** RGBA pixels in a row, straight alpha, each number from 0 to 2^bits − 1. */
export type DeepPixels = Uint16Array | Uint8Array | Uint8ClampedArray

/** Convert `count` pixels from the `from`th on into 8-bit sRGB, written from the `to`th pixel of `target` on. */
export type PixelConverter = (
  source: DeepPixels,
  from: number,
  count: number,
  target: Uint8ClampedArray,
  to: number,
) => void

const ENCODE_STEPS = 8192
/** From the square root of light, which spreads dark levels about as eyes do, to sRGB. */
const encodeTable = (): Uint8Array =>
  Uint8Array.from({ length: ENCODE_STEPS + 1 }, (_, step) =>
    Math.round(linearToSrgb((step / ENCODE_STEPS) ** 2) * 255),
  )

/**
 * Conversion to sRGB of samples that have more than 8 bits, or light beyond white, before either is cut off.
 * Tables of at most 80 kB; about 20 ns a pixel.
 * @param bits of a sample, 8 to 16
 * @param profile what they mean; null for sRGB, where only bits are cut off
 */
export function createPixelConverter(
  bits: number,
  profile: MatrixProfile | HdrProfile | null,
): PixelConverter {
  if (profile === null) return cutBits(bits)
  return profile.kind === 'hdr' ? mapTones(bits, profile) : applyMatrixProfile(bits, profile)
}

function cutBits(bits: number): PixelConverter {
  if (bits === 8) {
    return (source, from, count, target, to) =>
      target.set(source.subarray(from * 4, (from + count) * 4), to * 4)
  }
  const scale = 255 / (2 ** bits - 1)
  return (source, from, count, target, to) => {
    // A clamped array rounds what it is given.
    for (let i = 0; i < count * 4; i++) target[to * 4 + i] = (source[from * 4 + i] as number) * scale
  }
}

/** A sample's light, for each channel. */
function lightTable(bits: number, light: (value: number) => number): Float32Array {
  const most = 2 ** bits - 1
  return Float32Array.from({ length: most + 1 }, (_, sample) => light(sample / most))
}

function applyMatrixProfile(bits: number, { curves, black, toLinearSrgb }: MatrixProfile): PixelConverter {
  const [red, green, blue] = curves.map((curve) => lightTable(bits, curve)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const [[a, b, c], [d, e, f], [g, h, i]] = toLinearSrgb.map((row) =>
    row.map((factor) => factor / (1 - black)),
  ) as unknown as Matrix3
  const offset = compensate(0, black)
  const table = encodeTable()
  const encode = (light: number): number => table[rootStep(light)] as number
  const alphaScale = 255 / (2 ** bits - 1)
  return (source, from, count, target, to) => {
    for (let p = from * 4, q = to * 4, end = p + count * 4; p < end; p += 4, q += 4) {
      const r = red[source[p] as number] as number
      const s = green[source[p + 1] as number] as number
      const t = blue[source[p + 2] as number] as number
      target[q] = encode(a * r + b * s + c * t + offset)
      target[q + 1] = encode(d * r + e * s + f * t + offset)
      target[q + 2] = encode(g * r + h * s + i * t + offset)
      target[q + 3] = (source[p + 3] as number) * alphaScale
    }
  }
}

function mapTones(bits: number, { light, isSceneLight, toRec2020, headroom }: HdrProfile): PixelConverter {
  const table = encodeTable()
  const encode = (value: number): number => table[rootStep(value)] as number
  const lights = lightTable(bits, light)
  const gainOf = toneMapGain(headroom)
  const alphaScale = 255 / (2 ** bits - 1)
  const at = (sample: number | undefined): number => lights[sample as number] as number
  return (source, from, count, target, to) => {
    for (let p = from * 4, q = to * 4, end = p + count * 4; p < end; p += 4, q += 4) {
      const wide = applyMatrix(toRec2020, [at(source[p]), at(source[p + 1]), at(source[p + 2])])
      const shown = isSceneLight ? sceneToDisplay(wide) : wide
      const gain = gainOf(Math.max(shown[0], shown[1], shown[2]))
      const [r, g, b] = applyMatrix(REC2020_TO_LINEAR_SRGB, shown)
      target[q] = encode(r * gain)
      target[q + 1] = encode(g * gain)
      target[q + 2] = encode(b * gain)
      target[q + 3] = (source[p + 3] as number) * alphaScale
    }
  }
}

const rootStep = (light: number): number =>
  light > 0 ? (light < 1 ? Math.round(Math.sqrt(light) * ENCODE_STEPS) : ENCODE_STEPS) : 0
