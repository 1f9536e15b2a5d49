import { readIccCurve, type ToneCurve } from './icc-curve.ts'
import { type IccLut, readIccLut } from './icc-lut.ts'
import { applyMatrix, linearToSrgb, type Matrix3, type Triple, XYZ_D50_TO_LINEAR } from './srgb.ts'

/** Three curves and a matrix: light of each channel, and the linear sRGB of each primary as the matrix' columns. */
export interface MatrixProfile {
  readonly kind: 'matrix'
  readonly curves: readonly [ToneCurve, ToneCurve, ToneCurve]
  readonly toLinearSrgb: Matrix3
}

/** A single curve: light of a grey level. */
export interface GreyProfile {
  readonly kind: 'grey'
  readonly curve: ToneCurve
}

/** A table of colours, from three (RGB) or four (CMYK) channels. */
export interface LutProfile {
  readonly kind: 'rgb-lut' | 'cmyk-lut'
  readonly lut: IccLut
}

/**
 * How a picture's numbers mean colours. `srgb`: as they are; `cmyk-naive`: inks without a profile, each taken as a
 * perfect filter: red = (1 − C) × (1 − K), and so on.
 */
export type ColourProfile =
  | { readonly kind: 'srgb' }
  | { readonly kind: 'cmyk-naive' }
  | MatrixProfile
  | GreyProfile
  | LutProfile

/** Larger profiles are not worth their memory; those of printing presses have 0.5 to 3 MB. */
const LARGEST_PROFILE_BYTES = 4 << 20
const HEADER_BYTES = 128
const MOST_TAGS = 100

const signature = (text: string) => [...text].reduce((value, letter) => value * 256 + letter.charCodeAt(0), 0)
/** Input, display, output and colour space profiles turn device colours into the connection space; others do not. */
const CLASSES = ['scnr', 'mntr', 'prtr', 'spac'].map(signature)

/**
 * Read an ICC profile, version 2 or 4.
 * @returns null for one that is damaged, too large, or of a kind that we do not convert: treat the picture as sRGB
 */
export function parseColourProfile(bytes: Uint8Array): ColourProfile | null {
  if (bytes.length < HEADER_BYTES + 4 || bytes.length > LARGEST_PROFILE_BYTES) return null
  try {
    return parse(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    // Views refuse every read outside a tag.
    if (error instanceof RangeError) return null
    throw error
  }
}

function parse(file: DataView): ColourProfile | null {
  if (file.getUint32(36) !== signature('acsp') || !CLASSES.includes(file.getUint32(12))) return null
  const space = file.getUint32(20) === signature('Lab ') ? 'Lab' : 'XYZ'
  if (space === 'XYZ' && file.getUint32(20) !== signature('XYZ ')) return null
  const tags = readTags(file)
  const table = tags.get(signature('A2B0'))
  switch (file.getUint32(16)) {
    case signature('GRAY'):
      return parseGrey(tags)
    case signature('CMYK'): {
      const lut = table && readIccLut(table, 4, space)
      return lut ? { kind: 'cmyk-lut', lut } : null
    }
    case signature('RGB '): {
      const lut = table && readIccLut(table, 3, space)
      return lut ? { kind: 'rgb-lut', lut } : space === 'XYZ' ? parseMatrix(tags) : null
    }
    default:
      return null
  }
}

/** Views on each tag's bytes, by signature. */
function readTags(file: DataView): Map<number, DataView> {
  const tags = new Map<number, DataView>()
  const count = Math.min(file.getUint32(HEADER_BYTES), MOST_TAGS)
  for (let index = 0; index < count; index++) {
    const entry = HEADER_BYTES + 4 + 12 * index
    const [offset, length] = [file.getUint32(entry + 4), file.getUint32(entry + 8)]
    if (offset + length > file.byteLength) continue
    tags.set(file.getUint32(entry), new DataView(file.buffer, file.byteOffset + offset, length))
  }
  return tags
}

function curveOf(tags: Map<number, DataView>, name: string): ToneCurve | null {
  const tag = tags.get(signature(name))
  return tag ? (readIccCurve(tag, 0)?.curve ?? null) : null
}

/** X, Y, Z of an `XYZ ` tag, s15Fixed16. */
function xyzOf(tags: Map<number, DataView>, name: string): Triple | null {
  const tag = tags.get(signature(name))
  if (!tag || tag.getUint32(0) !== signature('XYZ ')) return null
  return [tag.getInt32(8) / 65536, tag.getInt32(12) / 65536, tag.getInt32(16) / 65536]
}

function parseMatrix(tags: Map<number, DataView>): ColourProfile | null {
  const [red, green, blue] = [curveOf(tags, 'rTRC'), curveOf(tags, 'gTRC'), curveOf(tags, 'bTRC')]
  const columns = [xyzOf(tags, 'rXYZ'), xyzOf(tags, 'gXYZ'), xyzOf(tags, 'bXYZ')]
  const [r, g, b] = columns.map((xyz) => xyz && applyMatrix(XYZ_D50_TO_LINEAR, xyz))
  if (!red || !green || !blue || !r || !g || !b) return null
  const profile: MatrixProfile = {
    kind: 'matrix',
    curves: [red, green, blue],
    toLinearSrgb: [
      [r[0], g[0], b[0]],
      [r[1], g[1], b[1]],
      [r[2], g[2], b[2]],
    ],
  }
  return isNearlySrgb(profile) ? { kind: 'srgb' } : profile
}

function parseGrey(tags: Map<number, DataView>): ColourProfile | null {
  const curve = curveOf(tags, 'kTRC')
  if (!curve) return null
  const levels = Array.from({ length: 256 }, (_, level) => level / 255)
  const close = levels.every((level) => isSameLevel(linearToSrgb(curve(level)), level))
  return close ? { kind: 'srgb' } : { kind: 'grey', curve }
}

/** Whether two encoded values look the same: within 1.25 of 255 levels, which is rounding in all but name. */
const isSameLevel = (a: number, b: number) => Math.abs(a - b) * 255 < 1.25

/** Whether converting changes nothing that counts, tried on a grid of colours. */
function isNearlySrgb({ curves, toLinearSrgb }: MatrixProfile): boolean {
  const levels = Array.from({ length: 18 }, (_, index) => index / 17)
  const [red, green, blue] = curves.map((curve) => levels.map((level) => curve(level)))
  return levels.every((r, i) =>
    levels.every((g, j) =>
      levels.every((b, k) => {
        const converted = applyMatrix(toLinearSrgb, [red?.[i] ?? 0, green?.[j] ?? 0, blue?.[k] ?? 0])
        return [r, g, b].every((level, channel) => isSameLevel(linearToSrgb(converted[channel] ?? 0), level))
      }),
    ),
  )
}
