import {
  type Orientation,
  orientationOf,
  type Rect,
  type Size,
  storedRect,
  uprightSize,
} from '../orientation.ts'
import { checkSourceSize, damagedPicture, unsupportedPicture } from '../picture-limits.ts'
import type { BoxReader } from './box-reader.ts'
import { readCleanAperture } from './clean-aperture.ts'
import { checkExtents } from './coded-bytes.ts'
import { type Nclx, readIcc, readNclx, readPeak } from './heif-colours.ts'
import {
  type Extent,
  findProperty,
  type HeifFormat,
  type Item,
  type ItemTable,
  type Property,
} from './item-boxes.ts'

/** One coded still: a picture, or a tile of one. */
export interface CodedStill extends Size, Nclx {
  readonly source: Item['source']
  readonly extents: Item['extents']
  /** The decoder's configuration: payload of `av1C` or `hvcC`. */
  readonly config: Uint8Array
  /** Choice among layers, for decoders: `a1op`, `lsel`, `a1lx`. */
  readonly layers: readonly Property[]
}

/** Tiles of one size in rows, of which the last ones may reach beyond the picture; or a single one. */
export interface CodedPicture extends Size {
  readonly columns: number
  readonly tiles: readonly CodedStill[]
}

/** The picture of a HEIF file, as its container describes it. */
export interface HeifPicture {
  readonly colour: CodedPicture
  /** Cut into tiles as the colours are. */
  readonly alpha: CodedPicture | null
  readonly isPremultiplied: boolean
  /** What is shown of the decoded picture, before it is turned, px. */
  readonly crop: Rect
  readonly orientation: Orientation
  readonly icc: Uint8Array | null
  /** Brightest light, cd/m²; null where it is not told. */
  readonly peakNits: number | null
  readonly idat: BoxReader | null
  /** Where what is told of the picture lies, in the file; null where there is none. */
  readonly exif: Extent | null
  readonly xmp: Extent | null
}

const ALPHA_TYPES = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1']
const CODED = { avif: { type: 'av01', config: 'av1C' }, heic: { type: 'hvc1', config: 'hvcC' } } as const
const LAYERS = ['a1op', 'lsel', 'a1lx']
/** `a1lx` is the longest: a flag and three sizes of 4 bytes. */
const MAX_LAYER_BYTES = 16
/** Honest ones have some dozen bytes, with everything that they may repeat some hundred. */
const MAX_CONFIG_BYTES = 8192
/** Properties that are read, or may be passed over without showing another picture. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['ispe', 'pixi', 'pasp', 'colr', 'auxC', 'irot', 'imir', 'clap', 'clli', 'mdcv', 'cclv', 'amve'],
  ...LAYERS,
  ...Object.values(CODED).map(({ config }) => config),
])
/** Each costs a decoder of its own. Phones cut 48 megapixels into 192. */
const MAX_TILES = 2048

/**
 * Make sense of the primary item: its tiles, its transparency, what is shown of it, and what its numbers mean.
 * @throws PictureRefusal; BoxEnd when a property is cut short
 */
export function readHeifPicture(table: ItemTable, format: HeifFormat): HeifPicture {
  const primary = table.items.get(table.primaryId)
  if (primary === undefined) throw damagedPicture(format, 'it has no primary picture')
  const colour = readCodedPicture(table, primary, format)
  const tileIds = tileIdsOf(table, primary)
  const alpha = readAlpha(table, primary, colour, format)
  const first = table.items.get(tileIds[0] as number) as Item
  return {
    colour,
    alpha,
    isPremultiplied: table.references.some(({ type, from }) => type === 'prem' && from === primary.id),
    ...readTransformations(primary.properties, colour),
    icc: readIcc(primary.properties) ?? readIcc(first.properties),
    peakNits: readPeak(primary.properties) ?? readPeak(first.properties),
    idat: table.idat,
    exif: findTold(table, 'Exif'),
    xmp: findTold(table, 'application/rdf+xml'),
  }
}

/** An item that describes the picture (`cdsc`), or else the first of its kind; those in several parts are passed over. */
function findTold({ items, references, primaryId }: ItemTable, type: string): Extent | null {
  const found = [...items.values()].filter((item) => item.type === type)
  const describing = new Set(
    references.filter((one) => one.type === 'cdsc' && one.to.includes(primaryId)).map(({ from }) => from),
  )
  const item = found.find(({ id }) => describing.has(id)) ?? found[0]
  const [extent, ...rest] = item?.source === 'file' ? item.extents : []
  return extent === undefined || rest.length > 0 ? null : extent
}

const tileIdsOf = ({ references }: ItemTable, item: Item): readonly number[] =>
  item.type === 'grid'
    ? (references.find(({ type, from }) => type === 'dimg' && from === item.id)?.to ?? [])
    : [item.id]

/**
 * A coded item, or a grid of them (ISO 23008-12, 6.6.2.3). How many columns a grid has follows from the sizes of picture
 * and tile, since every tile must show a part of the picture; so its descriptor, which may lie far away, is not read.
 */
function readCodedPicture(table: ItemTable, item: Item, format: HeifFormat): CodedPicture {
  if (item.type !== 'grid') {
    const still = readStill(item, format)
    return { width: still.width, height: still.height, columns: 1, tiles: [still] }
  }
  checkEssential(item, format)
  const { width, height } = readSize(item, format)
  const tiles = readTiles(table, tileIdsOf(table, item), readNclx(item.properties), format)
  const [first] = tiles
  if (first === undefined) throw damagedPicture(format, 'its tiles are missing')
  const columns = Math.ceil(width / first.width)
  if (columns * Math.ceil(height / first.height) !== tiles.length) {
    throw damagedPicture(format, 'its tiles do not make up the picture')
  }
  if (!tiles.every((tile) => tile.width === first.width && tile.height === first.height)) {
    throw damagedPicture(format, 'its tiles differ in size')
  }
  return { width, height, columns, tiles }
}

/** @param nclx what the whole picture says of its colours, for tiles that say nothing or something else */
function readTiles(
  { items }: ItemTable,
  ids: readonly number[],
  nclx: Nclx | null,
  format: HeifFormat,
): CodedStill[] {
  if (ids.length > MAX_TILES) throw unsupportedPicture(format, `more than ${MAX_TILES} tiles`)
  const known = new Map<number, CodedStill>()
  return ids.map((id) => {
    const tile = items.get(id)
    if (tile === undefined) throw damagedPicture(format, 'a tile is missing')
    const still = known.get(id) ?? readStill(tile, format, nclx)
    known.set(id, still)
    return still
  })
}

/** A picture's transparency: one picture, or, for a grid, one for each of its tiles. */
function readAlpha(table: ItemTable, primary: Item, colour: CodedPicture, format: HeifFormat) {
  const alphaOf = findAlphas(table)
  const own = alphaOf.get(primary.id)
  const ofTiles = tileIdsOf(table, primary).map((id) => alphaOf.get(id))
  let alpha: CodedPicture
  if (own !== undefined) alpha = readCodedPicture(table, own, format)
  else if (primary.type === 'grid' && ofTiles.every((item) => item !== undefined)) {
    const ids = ofTiles.map(({ id }) => id)
    alpha = { ...colour, tiles: readTiles(table, ids, null, format) }
  } else return null
  checkAlpha(colour, alpha, format)
  return alpha
}

/** @param nclx what the whole picture says of its colours, whatever the item itself says */
function readStill(item: Item, format: HeifFormat, nclx: Nclx | null = null): CodedStill {
  const { type, config } = CODED[format]
  if (item.type !== type) {
    throw unsupportedPicture(format, `a picture of the kind ${JSON.stringify(item.type)}`)
  }
  checkEssential(item, format)
  const payload = findProperty(item.properties, config)
  if (payload === undefined) throw damagedPicture(format, `its ${config} box is missing`)
  if (item.source === 'elsewhere') throw unsupportedPicture(format, 'pixels in another file')
  if (item.extents.length === 0) throw damagedPicture(format, 'it does not say where its pixels are')
  checkExtents(item.extents, format)
  if (payload.left > MAX_CONFIG_BYTES) throw damagedPicture(format, `its ${config} box is too long`)
  return {
    ...readSize(item, format),
    source: item.source,
    extents: item.extents,
    config: payload.bytes(payload.left),
    layers: readLayers(item, format),
    cicp: null,
    isFullRange: null,
    ...(nclx ?? readNclx(item.properties)),
  }
}

/** The first of each type: what an item is told to have twice is copied once. */
function readLayers({ properties }: Item, format: HeifFormat): Property[] {
  const layers = LAYERS.flatMap((type) => properties.find((one) => one.type === type) ?? [])
  if (layers.some(({ payload }) => payload.again().left > MAX_LAYER_BYTES)) {
    throw damagedPicture(format, 'its choice of layers is too long')
  }
  return layers
}

function readSize({ properties }: Item, format: HeifFormat): Size {
  const ispe = findProperty(properties, 'ispe')
  if (ispe === undefined) throw damagedPicture(format, 'it does not give its size')
  ispe.versionAndFlags()
  const size = { width: ispe.uint(4), height: ispe.uint(4) }
  checkSourceSize(format, size.width, size.height)
  return size
}

function checkEssential({ properties }: Item, format: HeifFormat): void {
  const unknown = properties.find(({ type, essential }) => essential && !KNOWN.has(type))
  if (unknown !== undefined) {
    throw unsupportedPicture(format, `the essential property ${JSON.stringify(unknown.type)}`)
  }
}

/** Alpha pictures by the item that each belongs to: `auxl` points to it, and `auxC` says alpha. */
function findAlphas({ references, items }: ItemTable): ReadonlyMap<number, Item> {
  const alphas = new Set([...items.values()].filter(({ properties }) => properties.some(isAlpha)))
  const found = new Map<number, Item>()
  for (const { type, from, to } of references) {
    const auxiliary = items.get(from)
    if (type !== 'auxl' || auxiliary === undefined || !alphas.has(auxiliary)) continue
    for (const id of to) if (!found.has(id)) found.set(id, auxiliary)
  }
  return found
}

/** auxC: version and flags (32 bits), then the kind of auxiliary picture as text that ends in 0. */
function isAlpha({ type, payload }: Property): boolean {
  if (type !== 'auxC') return false
  const auxC = payload.again()
  auxC.versionAndFlags()
  const [kind = ''] = auxC.ascii(Math.min(auxC.left, 64)).split('\0')
  return ALPHA_TYPES.includes(kind)
}

function checkAlpha(colour: CodedPicture, alpha: CodedPicture, format: HeifFormat): void {
  const [one, other] = [colour.tiles[0], alpha.tiles[0]]
  const isAlike =
    colour.width === alpha.width &&
    colour.height === alpha.height &&
    colour.tiles.length === alpha.tiles.length &&
    one?.width === other?.width &&
    one?.height === other?.height
  if (!isAlike) throw unsupportedPicture(format, 'transparency of another size than its colours')
}

/** `clap`, `irot` (quarter turns anticlockwise) and `imir` (0 swaps top and bottom, 1 left and right), in their order. */
function readTransformations(
  properties: readonly Property[],
  { width, height }: Size,
): Pick<HeifPicture, 'crop' | 'orientation'> {
  const operations: ('mirror' | 'turn')[] = []
  let crop: Rect = { x: 0, y: 0, width, height }
  for (const { type, payload } of properties) {
    if (type === 'irot') {
      for (let turns = (4 - (payload.again().uint(1) & 3)) & 3; turns > 0; turns--) operations.push('turn')
    } else if (type === 'imir') {
      const isLeftToRight = (payload.again().uint(1) & 1) === 1
      operations.push(...(isLeftToRight ? MIRROR : FLIP))
    } else if (type === 'clap') {
      const orientation = orientationOf(operations)
      const upright = uprightSize({ ...crop, orientation })
      const shown = readCleanAperture(payload.again(), upright)
      if (shown === null) continue
      const stored = storedRect(orientation, upright, shown)
      crop = { ...stored, x: crop.x + stored.x, y: crop.y + stored.y }
    }
  }
  return { crop, orientation: orientationOf(operations) }
}

const MIRROR = ['mirror'] as const
const FLIP = ['mirror', 'turn', 'turn'] as const
