import type { MatrixProfile } from './colour-profile.ts'
import type { ToneCurve } from './icc-curve.ts'
import { applyMatrix, D50, invert, type Matrix3, multiply, type Triple, XYZ_D50_TO_LINEAR } from './srgb.ts'

/** Code points of ITU-T H.273 that say which colours a picture's numbers mean. */
export interface ColourCodes {
  readonly primaries: number
  readonly transfer: number
}

/** Light brighter than white, which has to be brought into what sRGB holds: see `tone-map.ts`. */
export interface HdrProfile {
  readonly kind: 'hdr'
  /** Light of an encoded value (0..1): PQ relative to reference white (203 cd/m²), HLG relative to the scene's peak. */
  readonly light: ToneCurve
  /** Scene light, whose brightness decides how bright it is shown (HLG). */
  readonly isSceneLight: boolean
  /** Linear light of the picture's primaries → of BT.2020's, in which tones are mapped. */
  readonly toRec2020: Matrix3
  /** Brightest light of the content, relative to reference white; at least 1. */
  readonly headroom: number
}

const D65 = [0.3127, 0.329] as const
const C = [0.31, 0.316] as const
/** Chromaticities (x, y) of red, green, blue and white. ITU-T H.273, table 2. */
const PRIMARIES: Record<number, readonly [r: XY, g: XY, b: XY, white: XY]> = {
  1: [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65],
  4: [[0.67, 0.33], [0.21, 0.71], [0.14, 0.08], C],
  5: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], D65],
  6: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65],
  7: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65],
  8: [[0.681, 0.319], [0.243, 0.692], [0.145, 0.049], C],
  9: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], D65],
  10: [
    [1, 0],
    [0, 1],
    [0, 0],
    [1 / 3, 1 / 3],
  ],
  11: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
    [0.314, 0.351],
  ],
  12: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], D65],
  22: [[0.63, 0.34], [0.295, 0.605], [0.155, 0.077], D65],
}
type XY = readonly [x: number, y: number]

/** Reference white of pictures whose light is absolute, ITU-R BT.2408, cd/m². */
const REFERENCE_WHITE_NITS = 203
/** What pictures of high range are made for, where they don't say. */
const USUAL_PEAK_NITS = 1000

const srgbToLight: ToneCurve = (value) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4

/**
 * Curves that differ from sRGB's; all others, those of television among them, are taken for sRGB as browsers do.
 * ITU-T H.273, table 3.
 */
const TRANSFERS: Record<number, ToneCurve> = {
  4: (value) => value ** 2.2,
  5: (value) => value ** 2.8,
  7: (value) => (value < 0.0913 ? value / 4 : ((value + 0.1115) / 1.1115) ** (1 / 0.45)),
  8: (value) => value,
  17: (value) => (52.37 / 48) * value ** 2.6,
}
const TRANSFER_PQ = 16
const TRANSFER_HLG = 18

/**
 * The profile that code points stand for.
 * @param peakNits brightest light of the content, where the file tells it
 * @returns null where numbers are sRGB's, or nothing is told
 */
export function cicpProfile(
  { primaries, transfer }: ColourCodes,
  peakNits: number | null = null,
): MatrixProfile | HdrProfile | null {
  const toXyz = toXyzD50(PRIMARIES[primaries] ?? (PRIMARIES[1] as (typeof PRIMARIES)[number]))
  if (transfer === TRANSFER_PQ || transfer === TRANSFER_HLG) {
    const isSceneLight = transfer === TRANSFER_HLG
    const peak = isSceneLight ? USUAL_PEAK_NITS : (peakNits ?? USUAL_PEAK_NITS)
    return {
      kind: 'hdr',
      light: isSceneLight ? hlgToLight : pqToLight,
      isSceneLight,
      toRec2020: multiply(XYZ_D50_TO_REC2020, toXyz),
      headroom: Math.max(peak / REFERENCE_WHITE_NITS, 1),
    }
  }
  const curve = TRANSFERS[transfer]
  if (curve === undefined && (PRIMARIES[primaries] === undefined || primaries === 1)) return null
  const clipped: ToneCurve = (value) => Math.min((curve ?? srgbToLight)(value), 1)
  return {
    kind: 'matrix',
    black: 0,
    curves: [clipped, clipped, clipped],
    toLinearSrgb: multiply(XYZ_D50_TO_LINEAR, toXyz),
  }
}

/** SMPTE ST 2084. */
function pqToLight(value: number): number {
  const root = value ** (32 / 2523)
  const light = Math.max(root - 3424 / 4096, 0) / (2413 / 128 - (2392 / 128) * root)
  return (light ** (16384 / 2610) * 10_000) / REFERENCE_WHITE_NITS
}

/** ITU-R BT.2100, table 5. */
function hlgToLight(value: number): number {
  const a = 0.17883277
  const c = 0.5 - a * Math.log(4 * a)
  return value <= 0.5 ? (value * value) / 3 : (Math.exp((value - c) / a) + 1 - 4 * a) / 12
}

/** Brightness of BT.2020's primaries. */
const REC2020_LUMA: Triple = [0.2627, 0.678, 0.0593]

/** Scene light (0..1) as it is shown on a screen of 1,000 cd/m², relative to reference white. ITU-R BT.2100, table 5. */
export function sceneToDisplay(light: Triple): Triple {
  const luma = REC2020_LUMA[0] * light[0] + REC2020_LUMA[1] * light[1] + REC2020_LUMA[2] * light[2]
  const gain = (Math.max(luma, 0) ** 0.2 * USUAL_PEAK_NITS) / REFERENCE_WHITE_NITS
  return [light[0] * gain, light[1] * gain, light[2] * gain]
}

/** How cones see XYZ (Bradford), for adapting one white to another. */
const BRADFORD: Matrix3 = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
]

const xyzOf = ([x, y]: XY): Triple => (y === 0 ? [x, 0, 1 - x] : [x / y, 1, (1 - x - y) / y])

/** Linear light of primaries → XYZ relative to D50, so that equal parts of them are white. */
function toXyzD50([red, green, blue, white]: readonly [XY, XY, XY, XY]): Matrix3 {
  const [r, g, b] = [xyzOf(red), xyzOf(green), xyzOf(blue)]
  const columns: Matrix3 = [
    [r[0], g[0], b[0]],
    [r[1], g[1], b[1]],
    [r[2], g[2], b[2]],
  ]
  const shares = applyMatrix(invert(columns), xyzOf(white))
  const [from, to] = [applyMatrix(BRADFORD, xyzOf(white)), applyMatrix(BRADFORD, D50)]
  const adapt = multiply(
    invert(BRADFORD),
    multiply(diagonal([to[0] / from[0], to[1] / from[1], to[2] / from[2]]), BRADFORD),
  )
  return multiply(adapt, multiply(columns, diagonal(shares)))
}

const diagonal = ([x, y, z]: Triple): Matrix3 => [
  [x, 0, 0],
  [0, y, 0],
  [0, 0, z],
]

const REC2020_TO_XYZ_D50 = toXyzD50(PRIMARIES[9] as (typeof PRIMARIES)[number])
const XYZ_D50_TO_REC2020 = invert(REC2020_TO_XYZ_D50)
/** Linear light of BT.2020 → linear sRGB. */
export const REC2020_TO_LINEAR_SRGB = multiply(XYZ_D50_TO_LINEAR, REC2020_TO_XYZ_D50)
