import type { KernelExports } from '../build/kernel-exports.d.ts'
import {
  type ColourProfile,
  compensate,
  type GreyProfile,
  type LutProfile,
  type MatrixProfile,
  pointsOf,
} from './colour-profile.ts'
import { guardTraps, type Kernel, type KernelRaster } from './kernel.ts'
import { align16 } from './resize.ts'
import { applyMatrix, linearToSrgb, XYZ_D50_TO_LINEAR } from './srgb.ts'

const ENCODE_STEPS = 4096
/** A level's place in a grid: offset (u32) and fraction (f32). */
const POSITION_BYTES = 8
/** A grid point: red, green, blue and nothing, i16. */
const POINT_BYTES = 8
const POINT_SCALE = 64
/** An entry of a matrix profile's table: light of one level, f32 × 4. */
const LIGHT_BYTES = 16

/** How finely the levels of a channel are told apart: entry `i` of a table stands for `i / steps`. */
interface Levels {
  readonly steps: number
  /** Entries that the kernel may read; those beyond `steps` count for nothing. */
  readonly lightEntries: number
  readonly positionEntries: number
}
const LEVELS_8: Levels = { steps: 255, lightEntries: 256, positionEntries: 256 }
const LEVELS_16: Levels = { steps: 4096, lightEntries: 4098, positionEntries: 4097 }

const ENCODE_BYTES = align16(ENCODE_STEPS + 1)
const priceLut = ({ lut }: LutProfile, { positionEntries }: Levels): number =>
  align16(lut.gridPoints.length * positionEntries * POSITION_BYTES) + align16(pointsOf(lut) * POINT_BYTES)

/** Kernel bytes that {@link applyColourProfile} takes beside the raster, exactly up to alignment. */
export function priceColourProfile(profile: ColourProfile): number {
  switch (profile.kind) {
    case 'matrix':
      return 3 * LEVELS_8.lightEntries * LIGHT_BYTES + ENCODE_BYTES
    case 'grey':
      return LEVELS_8.lightEntries
    case 'rgb-lut':
    case 'cmyk-lut':
      return priceLut(profile, LEVELS_8)
    default:
      return 0
  }
}

/** A profile by which samples of 16 bits can be converted before they are cut to 8. */
export type DeepProfile = MatrixProfile | GreyProfile | LutProfile

/** Tables of a profile in the kernel, for samples of 16 bits. */
export type DeepTables =
  | { readonly kind: 'matrix'; readonly columns: number; readonly encode: number }
  | {
      readonly kind: 'lut'
      readonly positions: number
      readonly grid: number
      readonly strides: readonly number[]
    }

/** Kernel bytes that {@link createDeepTables} takes. */
export function priceDeepTables(profile: DeepProfile): number {
  if (profile.kind === 'matrix' || profile.kind === 'grey') {
    const channels = profile.kind === 'grey' ? 1 : 3
    return align16(channels * LEVELS_16.lightEntries * LIGHT_BYTES) + ENCODE_BYTES
  }
  return priceLut(profile, LEVELS_16)
}

/** @throws PixelError `internal` where memory is short */
export function createDeepTables(kernel: Kernel, profile: DeepProfile): DeepTables {
  const exports = kernel.exports
  return guardTraps((): DeepTables => {
    if (profile.kind !== 'matrix' && profile.kind !== 'grey') {
      return { kind: 'lut', ...fillLut(kernel, exports, profile, LEVELS_16) }
    }
    const columns = profile.kind === 'grey' ? greyColumns(profile) : matrixColumns(profile)
    const [light, encode] = fillMatrix(kernel, exports, columns, LEVELS_16)
    return { kind: 'matrix', columns: light, encode }
  })
}

/**
 * Convert a raster to sRGB in place.
 * RGB and grey profiles leave alpha alone; a grey profile takes the level from red, as its pictures have equal channels.
 * CMYK profiles expect four inks in the raster's bytes (0 no ink, 255 full ink) and leave opaque RGBA.
 */
export function applyColourProfile(kernel: Kernel, raster: KernelRaster, profile: ColourProfile): void {
  const { colourRow } = kernel.exports
  guardTraps(() => {
    const [kind, ...tables] = createRowTables(kernel, profile)
    if (kind === 0) return
    for (let y = 0; y < raster.height; y++) {
      colourRow(kind, raster.pointer + y * raster.width * 4, raster.width, ...tables)
    }
  })
}

/** A kind of `assembly/colour-row.ts`, and what its function takes. */
export type RowTables = readonly [
  ...[kind: number, a: number, b: number, c: number],
  ...[d: number, e: number, f: number],
]

/** Fill the tables by which the kernel converts rows: {@link priceColourProfile} bytes. Kind 0: there is nothing to do. */
export function createRowTables(kernel: Kernel, profile: ColourProfile): RowTables {
  const { exports } = kernel
  switch (profile.kind) {
    case 'srgb':
      return [0, 0, 0, 0, 0, 0, 0]
    case 'cmyk-naive':
      return [1, 0, 0, 0, 0, 0, 0]
    case 'matrix': {
      const [columns, encode] = fillMatrix(kernel, exports, matrixColumns(profile), LEVELS_8)
      return [2, columns, encode, 0, 0, 0, 0]
    }
    case 'grey':
      return [3, fillGrey(kernel, exports, profile), 0, 0, 0, 0, 0]
    default: {
      const { positions, grid, strides } = fillLut(kernel, exports, profile, LEVELS_8)
      const [x = 0, y = 0, z = 0, black = 0] = strides
      return [profile.kind === 'cmyk-lut' ? 5 : 4, positions, grid, x, y, z, black]
    }
  }
}

/** Linear sRGB that a channel's level adds: one function per channel, of a level from 0 to 1. */
type Columns = readonly ((level: number) => readonly number[])[]

const matrixColumns = ({ curves, toLinearSrgb, black }: MatrixProfile): Columns =>
  curves.map((curve, channel) => (level: number) => {
    // The black point is taken off once, with the first channel.
    const value = curve(level) / (1 - black)
    const offset = channel === 0 ? compensate(0, black) : 0
    return toLinearSrgb.map((row) => (row[channel] ?? 0) * value + offset)
  })

const greyColumns = ({ curve, black }: GreyProfile): Columns => [
  (level) => new Array<number>(3).fill(compensate(curve(level), black)),
]

/** For each channel and level, what it adds in light; and the table from light to levels. */
function fillMatrix(
  kernel: Kernel,
  exports: KernelExports,
  channels: Columns,
  { steps, lightEntries }: Levels,
): [number, number] {
  const lightBytes = channels.length * lightEntries * LIGHT_BYTES
  const columns = exports.allocate(lightBytes)
  const encode = exports.allocate(ENCODE_STEPS + 1)
  const light = new Float32Array(kernel.bytes(columns, lightBytes).buffer, columns, lightBytes / 4)
  for (const [channel, columnOf] of channels.entries()) {
    for (let level = 0; level <= steps; level++) {
      light.set(columnOf(level / steps), (channel * lightEntries + level) * 4)
    }
  }
  const table = kernel.bytes(encode, ENCODE_STEPS + 1)
  for (let step = 0; step <= ENCODE_STEPS; step++) {
    table[step] = Math.round(linearToSrgb((step / ENCODE_STEPS) ** 2) * 255)
  }
  return [columns, encode]
}

function fillGrey(kernel: Kernel, exports: KernelExports, { curve, black }: GreyProfile): number {
  const levels = exports.allocate(LEVELS_8.lightEntries)
  const table = kernel.bytes(levels, LEVELS_8.lightEntries)
  for (let level = 0; level <= LEVELS_8.steps; level++) {
    table[level] = Math.round(linearToSrgb(compensate(curve(level / 255), black)) * 255)
  }
  return levels
}

/** Positions of each channel's levels in the grid, and the grid itself in sRGB. */
function fillLut(
  kernel: Kernel,
  exports: KernelExports,
  profile: LutProfile,
  { steps, positionEntries }: Levels,
) {
  const { curves, gridPoints, xyzAt } = profile.lut
  const strides = gridPoints.map(
    (_, channel) =>
      POINT_BYTES * gridPoints.slice(channel + 1).reduce((product, points) => product * points, 1),
  )
  const positionsBytes = gridPoints.length * positionEntries * POSITION_BYTES
  const gridBytes = pointsOf(profile.lut) * POINT_BYTES
  const positions = exports.allocate(positionsBytes)
  const grid = exports.allocate(gridBytes)

  const places = new DataView(kernel.bytes(positions, positionsBytes).buffer, positions, positionsBytes)
  for (const [channel, curve] of curves.entries()) {
    const cells = (gridPoints[channel] ?? 2) - 1
    for (let level = 0; level <= steps; level++) {
      const at = curve(level / steps) * cells
      const cell = Math.min(Math.floor(at), cells - 1)
      const entry = (channel * positionEntries + level) * POSITION_BYTES
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
