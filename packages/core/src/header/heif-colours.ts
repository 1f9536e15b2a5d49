import { unsupportedPicture } from '../picture-limits.ts'
import type { Cicp } from './av1-sequence.ts'
import { findProperty, type HeifFormat, type Property } from './item-boxes.ts'

/** What a container says of its colours. */
export interface Nclx {
  readonly cicp: Cicp | null
  /** Whether numbers go from 0 to the top; null where the container leaves that to the data. */
  readonly isFullRange: boolean | null
}

/** Ways from brightness and colour differences to red, green and blue that decoders lack, browsers' too. ITU-T H.273, table 4. */
const UNSUPPORTED_MATRICES: ReadonlySet<number> = new Set([3, 10, 11, 13, 14, 16, 17])
/** Numbers above mean nothing yet, 15 and 2 nothing at all: decoders then take BT.601's. */
const LAST_MATRIX = 17
const MATRIX_RGB = 0

/**
 * The code points to decode a still with. Colours that cannot be turned into RGB are refused here, since decoders hand out
 * pixels for them that they never wrote.
 * @param told by the AV1 data, which count where the container tells none
 * @returns the container's own code points; null for those of the data
 * @throws PictureRefusal `unsupported`
 */
export function decodableCicp(
  format: HeifFormat,
  { cicp, config }: Nclx & { readonly config: Uint8Array },
  told: Cicp | null,
): Cicp | null {
  const { matrix } = cicp ?? told ?? { matrix: 2 }
  const isMeaningless = matrix > LAST_MATRIX || matrix === 15
  if (isMeaningless && cicp !== null) return { ...cicp, matrix: 2 }
  // av1C's third byte: 0x10 grey, 0x0c colours at a reduced size
  const flags = config[2] ?? 0
  const isReducedRgb = matrix === MATRIX_RGB && (flags & 0x10) === 0 && (flags & 0x0c) !== 0
  if (isMeaningless || isReducedRgb || UNSUPPORTED_MATRICES.has(matrix)) {
    throw unsupportedPicture(format, `colours by matrix ${matrix}`)
  }
  return cicp
}

/** colr, `nclx`: primaries, transfer, matrix (16 bits each), full range (1 bit). */
export function readNclx(properties: readonly Property[]): Nclx | null {
  for (const { type, payload } of properties) {
    const colr = payload.again()
    if (type !== 'colr' || colr.ascii(4) !== 'nclx') continue
    const cicp = { primaries: colr.uint(2), transfer: colr.uint(2), matrix: colr.uint(2) }
    return { cicp, isFullRange: colr.uint(1) >= 0x80 }
  }
  return null
}

/** colr, `prof` or `rICC`: an ICC profile. */
export function readIcc(properties: readonly Property[]): Uint8Array | null {
  for (const { type, payload } of properties) {
    const colr = payload.again()
    if (type === 'colr' && ['prof', 'rICC'].includes(colr.ascii(4))) return colr.bytes(colr.left)
  }
  return null
}

/** clli: light of the brightest pixel (16 bits, cd/m²), then of the average. What screen it was made on (`mdcv`) says less. */
export function readPeak(properties: readonly Property[]): number | null {
  return findProperty(properties, 'clli')?.uint(2) || null
}
