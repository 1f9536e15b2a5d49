import { readIccCurve, type ToneCurve } from './icc-curve.ts'
import { type IccLut, readIccLut } from './icc-lut.ts'
import { applyMatrix, linearToSrgb, type Matrix3, type Triple, XYZ_D50_TO_LINEAR } from './srgb.ts'

/** Conversions map the darkest colour of a device to black (black point compensation), as lcms does for sharp. */
interface Blackness {
  /** Light of the darkest colour, relative to white. */
  readonly black: number
}

/** Three curves and a matrix: light of each channel, and the linear sRGB of each primary as the matrix' columns. */
export interface MatrixProfile extends Blackness {
  readonly kind: 'matrix'
  readonly curves: readonly [ToneCurve, ToneCurve, ToneCurve]
  readonly toLinearSrgb: Matrix3
}

/** A single curve: light of a grey level. */
export interface GreyProfile extends Blackness {
  readonly kind: 'grey'
  readonly curve: ToneCurve
}

/** A table of colours, from three (RGB) or four (CMYK) channels. */
export interface LutProfile extends Blackness {
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

/** Light of the darkest colour in the perceptual tables of version 4, ICC.1:2022 6.3.3. */
const PERCEPTUAL_BLACK = 0.0034731
/** A darkest colour above L* 50 is taken for L* 50. */
const LIGHTEST_BLACK = 0.184187

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
      return lut ? { kind: 'cmyk-lut', lut, black: blackOf(file, lut, pointsOf(lut) - 1) } : null
    }
    case signature('RGB '): {
      const lut = table && readIccLut(table, 3, space)
      if (lut) return { kind: 'rgb-lut', lut, black: blackOf(file, lut, 0) }
      return space === 'XYZ' ? parseMatrix(tags) : null
    }
    default:
      return null
  }
}

/** How many grid points a table has. */
export const pointsOf = ({ gridPoints }: IccLut): number =>
  gridPoints.reduce((product, points) => product * points, 1)

/** Light of a table's darkest colour, which is at the grid point `darkest` in profiles of version 2. */
const blackOf = (file: DataView, lut: IccLut, darkest: number) =>
  file.getUint8(8) >= 4 ? PERCEPTUAL_BLACK : asBlack(lut.xyzAt(darkest)[1])

const asBlack = (light: number) => Math.min(Math.max(light, 0), LIGHTEST_BLACK)

/** Light with the black point `black` moved to 0, and white left in place. */
export const compensate = (light: number, black: number): number => (light - black) / (1 - black)

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
  const darkest = [red, green, blue].reduce(
    (sum, curve, i) => sum + (curve?.(0) ?? 0) * (columns[i]?.[1] ?? 0),
    0,
  )
  const [r, g, b] = columns.map((xyz) => xyz && applyMatrix(XYZ_D50_TO_LINEAR, xyz))
  if (!red || !green || !blue || !r || !g || !b) return null
  const profile: MatrixProfile = {
    kind: 'matrix',
    black: asBlack(darkest),
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
  const black = asBlack(curve(0))
  const levels = Array.from({ length: 256 }, (_, level) => level / 255)
  const close = levels.every((level) => isSameLevel(linearToSrgb(compensate(curve(level), black)), level))
  return close ? { kind: 'srgb' } : { kind: 'grey', curve, black }
}

/** Whether two encoded values look the same: within 1.25 of 255 levels, which is rounding in all but name. */
const isSameLevel = (a: number, b: number) => Math.abs(a - b) * 255 < 1.25

/** Whether converting changes nothing that counts, tried on a grid of colours. */
function isNearlySrgb({ curves, toLinearSrgb, black }: MatrixProfile): boolean {
  const levels = Array.from({ length: 18 }, (_, index) => index / 17)
  const [red, green, blue] = curves.map((curve) => levels.map((level) => curve(level)))
  return levels.every((r, i) =>
    levels.every((g, j) =>
      levels.every((b, k) => {
        const converted = applyMatrix(toLinearSrgb, [red?.[i] ?? 0, green?.[j] ?? 0, blue?.[k] ?? 0])
        return [r, g, b].every((level, channel) =>
          isSameLevel(linearToSrgb(compensate(converted[channel] ?? 0, black)), level),
        )
      }),
    ),
  )
}
