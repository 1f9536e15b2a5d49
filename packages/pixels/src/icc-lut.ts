import { interpolated, readIccCurve, type ToneCurve } from './icc-curve.ts'
import { applyMatrix, labToXyz, type Matrix3, type Triple } from './srgb.ts'

/** A device-to-connection-space table (`A2B0`): a curve for each device channel, then a grid of colours. */
export interface IccLut {
  /** One curve for each device channel. */
  readonly curves: readonly ToneCurve[]
  /** Grid points of each device channel, 2 or more; the last channel varies fastest. */
  readonly gridPoints: readonly number[]
  /** XYZ, relative to D50, of the `index`th grid point. */
  xyzAt(index: number): Triple
}

type ConnectionSpace = 'XYZ' | 'Lab'

/** More grid points than any profile in use has (23 to the fourth). */
const LARGEST_GRID = 300_000

/** Encodings of the connection space as fractions of full scale, ICC.1:2022 6.3.4 and 10.10 (the older Lab16). */
const fromXyz = ([x, y, z]: Triple): Triple => {
  const scale = 1 + 32767 / 32768
  return [x * scale, y * scale, z * scale]
}
const fromLab = ([lightness, a, b]: Triple): Triple =>
  labToXyz([lightness * 100, a * 255 - 128, b * 255 - 128])
const fromOldLab16 = ([lightness, a, b]: Triple): Triple => {
  const scale = 65535 / 65280
  return fromLab([lightness * scale, a * scale, b * scale])
}

/**
 * Read an `A2B0` tag of type `mft1` (lut8), `mft2` (lut16) or `mAB `.
 * @param inputs device channels: 3 or 4
 * @returns null when it is of another type or shape
 * @throws RangeError when it does not fit its tag
 */
export function readIccLut(tag: DataView, inputs: number, space: ConnectionSpace): IccLut | null {
  if (tag.getUint8(8) !== inputs || tag.getUint8(9) !== 3) return null
  const type = tag.getUint32(0)
  if (type === 0x6d667431) return readTables(tag, inputs, 1, space === 'XYZ' ? fromXyz : fromLab)
  if (type === 0x6d667432) return readTables(tag, inputs, 2, space === 'XYZ' ? fromXyz : fromOldLab16)
  if (type === 0x6d414220) return readElements(tag, inputs, space === 'XYZ' ? fromXyz : fromLab)
  return null
}

/** `count` numbers of 1 or 2 bytes from `offset` on, each read as a fraction of full scale when it is asked for. */
function fractions(tag: DataView, offset: number, count: number, width: 1 | 2): (index: number) => number {
  if (offset + count * width > tag.byteLength) throw new RangeError('A table is longer than its tag')
  return (index) =>
    width === 1 ? tag.getUint8(offset + index) / 255 : tag.getUint16(offset + 2 * index) / 65535
}

/** Points in a grid, or null when it is no grid, or too large. */
function gridSize(gridPoints: readonly number[]): number | null {
  const size = gridPoints.reduce((product, points) => product * points, 1)
  return gridPoints.every((points) => points >= 2) && size <= LARGEST_GRID ? size : null
}

/**
 * lut8 and lut16, ICC.1:2022 10.10 and 10.11. Their matrix only applies to XYZ input, which device channels are not.
 *
 *   0      8   9   10          12        48            (52)
 *   type   in  out grid points matrix    (2 × entries) input tables, grid, output tables
 */
function readTables(
  tag: DataView,
  inputs: number,
  width: 1 | 2,
  toXyz: (encoded: Triple) => Triple,
): IccLut | null {
  const gridPoints = Array.from({ length: inputs }, () => tag.getUint8(10))
  const size = gridSize(gridPoints)
  const [entriesIn, entriesOut] = width === 1 ? [256, 256] : [tag.getUint16(48), tag.getUint16(50)]
  if (size === null || entriesIn < 2 || entriesOut < 2) return null
  const start = width === 1 ? 48 : 52
  const curvesAt = (offset: number, entries: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      interpolated(entries, fractions(tag, offset + index * entries * width, entries, width)),
    )
  const gridStart = start + inputs * entriesIn * width
  const curves = curvesAt(start, entriesIn, inputs)
  const grid = readGrid(tag, gridStart, size, width)
  const outputs = curvesAt(gridStart + size * 3 * width, entriesOut, 3)
  return { curves, gridPoints, xyzAt: (index) => toXyz(applyCurves(outputs, grid(index))) }
}

/**
 * `mAB `, ICC.1:2022 10.12: A curves → grid → M curves → matrix → B curves, each at its own offset, each but B optional.
 */
function readElements(tag: DataView, inputs: number, toXyz: (encoded: Triple) => Triple): IccLut | null {
  const [bAt = 0, matrixAt = 0, mAt = 0, gridAt = 0, aAt = 0] = Array.from({ length: 5 }, (_, index) =>
    tag.getUint32(12 + 4 * index),
  )
  if (gridAt === 0 || aAt === 0 || bAt === 0) return null
  const gridPoints = Array.from({ length: inputs }, (_, index) => tag.getUint8(gridAt + index))
  const size = gridSize(gridPoints)
  const width = tag.getUint8(gridAt + 16)
  const curves = readCurves(tag, aAt, inputs)
  const b = readCurves(tag, bAt, 3)
  const m = mAt === 0 ? [] : readCurves(tag, mAt, 3)
  if (size === null || (width !== 1 && width !== 2) || !curves || !b || !m) return null
  const grid = readGrid(tag, gridAt + 20, size, width)
  const matrix = matrixAt === 0 ? null : readMatrix(tag, matrixAt)
  return {
    curves,
    gridPoints,
    xyzAt(index) {
      const colour = applyCurves(m, grid(index))
      return toXyz(applyCurves(b, matrix ? matrix(colour) : colour))
    },
  }
}

/** Curves one after another, each starting at a multiple of 4. */
function readCurves(tag: DataView, offset: number, count: number): ToneCurve[] | null {
  const curves: ToneCurve[] = []
  let at = offset
  while (curves.length < count) {
    const read = readIccCurve(tag, at)
    if (!read) return null
    curves.push(read.curve)
    at += Math.ceil(read.bytes / 4) * 4
  }
  return curves
}

/** Nine factors in rows, then three offsets, s15Fixed16. */
function readMatrix(tag: DataView, offset: number): (colour: Triple) => Triple {
  const at = (index: number) => tag.getInt32(offset + 4 * index) / 65536
  const row = (index: number): Triple => [at(index), at(index + 1), at(index + 2)]
  const matrix: Matrix3 = [row(0), row(3), row(6)]
  const [x0, y0, z0] = row(9)
  return (colour) => {
    const [x, y, z] = applyMatrix(matrix, colour)
    return [x + x0, y + y0, z + z0]
  }
}

/** The three outputs of each point of a grid, as fractions of full scale. */
function readGrid(tag: DataView, offset: number, size: number, width: 1 | 2): (index: number) => Triple {
  const at = fractions(tag, offset, size * 3, width)
  return (index) => [at(3 * index), at(3 * index + 1), at(3 * index + 2)]
}

function applyCurves(curves: readonly ToneCurve[], [x, y, z]: Triple): Triple {
  const [first, second, third] = curves
  return first && second && third ? [first(x), second(y), third(z)] : [x, y, z]
}
