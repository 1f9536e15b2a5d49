import {
  type ColourProfile,
  compensate,
  type GreyProfile,
  type LutProfile,
  type MatrixProfile,
  pointsOf,
} from './colour-profile.ts'
import { guardTraps, type Kernel, type KernelRaster } from './kernel.ts'
import { applyMatrix, linearToSrgb, XYZ_D50_TO_LINEAR } from './srgb.ts'

/** The kernel's part of the work: `assembly/colour-matrix.ts` and `assembly/colour-lut.ts`. */
interface ColourExports {
  allocate(sizeBytes: number): number
  colourMatrixRow(row: number, count: number, columns: number, encode: number): void
  colourGreyRow(row: number, count: number, levels: number): void
  colourRgbLutRow(row: number, count: number, positions: number, grid: number, ...strides: number[]): void
  colourCmykLutRow(row: number, count: number, positions: number, grid: number, ...strides: number[]): void
  colourNaiveCmykRow(row: number, count: number): void
}

const ENCODE_STEPS = 4096
const LEVELS = 256
const MATRIX_BYTES = 3 * LEVELS * 16
/** A level's place in a grid: offset (u32) and fraction (f32). */
const POSITION_BYTES = 8
/** A grid point: red, green, blue and nothing, i16. */
const POINT_BYTES = 8
const POINT_SCALE = 64

const align = (bytes: number) => Math.ceil(bytes / 16) * 16

/** Kernel bytes that {@link applyColourProfile} takes beside the raster, exactly up to alignment. */
export function priceColourProfile(profile: ColourProfile): number {
  switch (profile.kind) {
    case 'matrix':
      return MATRIX_BYTES + align(ENCODE_STEPS + 1)
    case 'grey':
      return LEVELS
    case 'rgb-lut':
    case 'cmyk-lut':
      return (
        profile.lut.gridPoints.length * LEVELS * POSITION_BYTES + align(pointsOf(profile.lut) * POINT_BYTES)
      )
    default:
      return 0
  }
}

/**
 * Convert a raster to sRGB in place.
 * RGB and grey profiles leave alpha alone; a grey profile takes the level from red, as its pictures have equal channels.
 * CMYK profiles expect four inks in the raster's bytes (0 no ink, 255 full ink) and leave opaque RGBA.
 */
export function applyColourProfile(kernel: Kernel, raster: KernelRaster, profile: ColourProfile): void {
  const exports = kernel.exports as unknown as ColourExports
  const convertRow = guardTraps(() => prepare(kernel, exports, profile))
  if (!convertRow) return
  guardTraps(() => {
    for (let y = 0; y < raster.height; y++) convertRow(raster.pointer + y * raster.width * 4, raster.width)
  })
}

/** Fill the tables of a profile; returns what converts a row, or null when there is nothing to do. */
function prepare(
  kernel: Kernel,
  exports: ColourExports,
  profile: ColourProfile,
): ((row: number, count: number) => void) | null {
  switch (profile.kind) {
    case 'srgb':
      return null
    case 'cmyk-naive':
      return (row, count) => exports.colourNaiveCmykRow(row, count)
    case 'matrix': {
      const [columns, encode] = fillMatrix(kernel, exports, profile)
      return (row, count) => exports.colourMatrixRow(row, count, columns, encode)
    }
    case 'grey': {
      const levels = fillGrey(kernel, exports, profile)
      return (row, count) => exports.colourGreyRow(row, count, levels)
    }
    default: {
      const { positions, grid, strides } = fillLut(kernel, exports, profile)
      const convert = profile.kind === 'cmyk-lut' ? exports.colourCmykLutRow : exports.colourRgbLutRow
      return (row, count) => convert(row, count, positions, grid, ...strides)
    }
  }
}

/** For each channel and level, its light times its column of the matrix; and the table from light to levels. */
function fillMatrix(kernel: Kernel, exports: ColourExports, profile: MatrixProfile): [number, number] {
  const columns = exports.allocate(MATRIX_BYTES)
  const encode = exports.allocate(ENCODE_STEPS + 1)
  const light = new Float32Array(kernel.bytes(columns, MATRIX_BYTES).buffer, columns, MATRIX_BYTES / 4)
  for (const [channel, curve] of profile.curves.entries()) {
    for (let level = 0; level < LEVELS; level++) {
      // The black point is taken off once, with the first channel.
      const value = curve(level / 255) / (1 - profile.black)
      const offset = channel === 0 ? compensate(0, profile.black) : 0
      const column = profile.toLinearSrgb.map((row) => (row[channel] ?? 0) * value + offset)
      light.set(column, (channel * LEVELS + level) * 4)
    }
  }
  const table = kernel.bytes(encode, ENCODE_STEPS + 1)
  for (let step = 0; step <= ENCODE_STEPS; step++) {
    table[step] = Math.round(linearToSrgb((step / ENCODE_STEPS) ** 2) * 255)
  }
  return [columns, encode]
}

function fillGrey(kernel: Kernel, exports: ColourExports, { curve, black }: GreyProfile): number {
  const levels = exports.allocate(LEVELS)
  const table = kernel.bytes(levels, LEVELS)
  for (let level = 0; level < LEVELS; level++) {
    table[level] = Math.round(linearToSrgb(compensate(curve(level / 255), black)) * 255)
  }
  return levels
}

/** Positions of each channel's levels in the grid, and the grid itself in sRGB. */
function fillLut(kernel: Kernel, exports: ColourExports, profile: LutProfile) {
  const { curves, gridPoints, xyzAt } = profile.lut
  const strides = gridPoints.map(
    (_, channel) =>
      POINT_BYTES * gridPoints.slice(channel + 1).reduce((product, points) => product * points, 1),
  )
  const positionsBytes = gridPoints.length * LEVELS * POSITION_BYTES
  const gridBytes = pointsOf(profile.lut) * POINT_BYTES
  const positions = exports.allocate(positionsBytes)
  const grid = exports.allocate(gridBytes)

  const places = new DataView(kernel.bytes(positions, positionsBytes).buffer, positions, positionsBytes)
  for (const [channel, curve] of curves.entries()) {
    const cells = (gridPoints[channel] ?? 2) - 1
    for (let level = 0; level < LEVELS; level++) {
      const at = curve(level / 255) * cells
      const cell = Math.min(Math.floor(at), cells - 1)
      const entry = (channel * LEVELS + level) * POSITION_BYTES
      places.setUint32(entry, cell * (strides[channel] ?? 0), true)
      places.setFloat32(entry + 4, at - cell, true)
    }
  }
  const points = new Int16Array(kernel.bytes(grid, gridBytes).buffer, grid, gridBytes / 2)
  for (let index = 0; index < points.length / 4; index++) {
    const light = applyMatrix(XYZ_D50_TO_LINEAR, xyzAt(index))
    for (const [channel, value] of light.entries()) {
      points[index * 4 + channel] = Math.round(
        linearToSrgb(compensate(value, profile.black)) * 255 * POINT_SCALE,
      )
    }
  }
  return { positions, grid, strides }
}
