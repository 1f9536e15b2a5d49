import { ApiError, type CodedStill, DEFAULT_QUALITY, readAvifPicture, type Size } from '@tintype/core'
import type { KernelRaster } from '@tintype/pixels'
import type { EncodeSettings, StillEncodePlan } from '../codec.ts'
import type { MemoryMeter } from '../memory-meter.ts'
import { once } from '../once.ts'
import type { Turns } from '../step.ts'
import { type AvifGrid, cutTile, planAvifGrid } from './avif-grid.ts'
import type { StillEncoder, StillSettings } from './avif-library.ts'
import { mostMuxBytes, muxAvif, type StillData } from './avif-mux.ts'
import { BASE_HEAP_BYTES } from './library-prices.ts'

const load = once(() => import('./avif-library.ts'))

const RGBA_BYTES = 4
/** What a file around one still takes beside its pixels. */
const HEADER_BYTES = 4096
/**
 * What a pixel takes of the encoder's heap, and in the file at most, opaque or not: black and white noise at quality 99 and
 * 100 comes nearest. docs/decisions/0047-avif-grids.md
 */
const BYTES_PER_PIXEL = {
  halved: { lossy: { heap: 34, opaque: 1.05, alpha: 1.9 }, best: { heap: 38, opaque: 2.3, alpha: 3.8 } },
  full: { lossy: { heap: 48, opaque: 2.2, alpha: 3 }, best: { heap: 56, opaque: 4.8, alpha: 6.4 } },
} as const
/**
 * Narrower pictures are priced as if they were so wide, px: frames have a margin, and rows of blocks a buffer, however few
 * pixels they hold. 1x12000 px takes as much as 96x5000.
 */
const LEAST_PRICED_SIDE_PX = 96
/** Of a transparency that says nothing: one level of difference in one pixel is lost by it. */
const FLAT_QUALITY = 50

/** A grid whose colours have half the resolution must have even sides (ISO 23000-22, 7.3.11.4.2); browsers insist on it. */
const mayHalveColours = ({ width, height }: Size, grid: AvifGrid | null): boolean =>
  grid === null || (width % 2 === 0 && height % 2 === 0)

/** A coded picture and its transparency, which the library leaves out where nothing is transparent. */
interface CodedTile {
  readonly colour: StillData
  readonly alpha: StillData | null
}

/**
 * Plan to encode an AVIF: whole, or as a grid of tiles where one call of the encoder would take too much. Tiles are encoded
 * one after the other, so memory is one tile's encoder and what has been made so far.
 */
export function planAvifEncode(size: Size, settings: EncodeSettings): StillEncodePlan {
  const quality = settings.quality ?? DEFAULT_QUALITY
  const grid = planAvifGrid(size, settings.memory)
  const still = { quality, halvesColours: mayHalveColours(size, grid) }
  const rates = BYTES_PER_PIXEL[still.halvesColours ? 'halved' : 'full'][quality === 100 ? 'best' : 'lossy']
  const { width, height } = grid?.tile ?? size
  const callPx = Math.max(width, LEAST_PRICED_SIDE_PX) * Math.max(height, LEAST_PRICED_SIDE_PX)
  const tiles = grid === null ? 1 : grid.columns * grid.rows
  const heapBytes = Math.ceil(BASE_HEAP_BYTES.avifEncoder + rates.heap * callPx)
  const largestBytes = Math.ceil(
    tiles * (HEADER_BYTES + rates[settings.hasAlpha ? 'alpha' : 'opaque'] * callPx),
  )
  const toldBytes = settings.told?.mostBytes ?? 0
  const isMuxed = grid !== null || toldBytes > 0
  return {
    price: {
      kernelBytes: 0,
      heapBytes,
      bufferBytes:
        largestBytes +
        (grid === null ? 0 : callPx * RGBA_BYTES) +
        (isMuxed ? largestBytes + mostMuxBytes(tiles) + toldBytes : 0),
    },
    async run(raster, meter, turns) {
      const { withAvifEncoder } = await load()
      const keeper = createKeeper(largestBytes, meter)
      const file = await withAvifEncoder(heapBytes, meter, async (encodeStill) => {
        const encode = keeper.keeping(encodeStill)
        if (!isMuxed) return encode(pixelsOf(raster), size, still)
        const coded =
          grid === null
            ? [codedTile(encode(pixelsOf(raster), size, still))]
            : await encodeGrid(raster, grid, still, encode, meter, turns)
        return muxAvif({
          ...{ width: size.width, height: size.height, columns: grid?.columns ?? 1 },
          ...joinTiles(coded, still, encode),
          ...{ isPremultiplied: false, ...settings.told?.read() },
        })
      }).catch(encodingFailed)
      if (isMuxed) {
        meter.hold(file.length)
        keeper.release()
      }
      return file
    },
  }
}

function encodingFailed(cause: unknown): never {
  throw cause instanceof ApiError ? cause : new ApiError('encodingFailed', undefined, { cause })
}

const pixelsOf = ({ kernel, pointer, width, height }: KernelRaster): Uint8Array =>
  kernel.bytes(pointer, width * height * RGBA_BYTES)

/** Counts what the library gives, against what it was priced at. */
function createKeeper(largestBytes: number, meter: MemoryMeter) {
  let keptBytes = 0
  return {
    keeping:
      (encode: StillEncoder): StillEncoder =>
      (...call) => {
        const file = encode(...call)
        keptBytes += file.length
        meter.hold(file.length)
        if (keptBytes > largestBytes) throw new ApiError('encodingFailed', 'the result is too large')
        return file
      },
    release: () => meter.release(keptBytes),
  }
}

async function encodeGrid(
  raster: KernelRaster,
  grid: AvifGrid,
  still: StillSettings,
  encode: StillEncoder,
  meter: MemoryMeter,
  turns: Turns,
): Promise<CodedTile[]> {
  const { tile } = grid
  const pixels = new Uint8Array(tile.width * tile.height * RGBA_BYTES)
  meter.hold(pixels.length)
  const tiles: CodedTile[] = []
  for (let i = 0; i < grid.columns * grid.rows; i++) {
    await turns.yield()
    turns.check()
    cutTile(pixelsOf(raster), raster, grid, i, pixels)
    tiles.push(codedTile(encode(pixels, tile, still)))
  }
  meter.release(pixels.length)
  pixels.buffer.transfer(0)
  return tiles
}

/** Where one tile is transparent, all have a transparency: the opaque ones the same. */
function joinTiles(tiles: readonly CodedTile[], settings: StillSettings, encode: StillEncoder) {
  const colour = tiles.map((tile) => tile.colour)
  if (tiles.every(({ alpha }) => alpha === null)) return { colour, alpha: null }
  const missing = tiles.find(({ alpha }) => alpha === null)
  const opaque = missing === undefined ? null : codeOpaque(missing.colour.still, settings, encode)
  return { colour, alpha: tiles.map(({ alpha }) => alpha ?? (opaque as StillData)) }
}

/** The transparency of an opaque tile: the library writes one for a picture that is not, by one level in one pixel. */
function codeOpaque({ width, height }: Size, settings: StillSettings, encode: StillEncoder): StillData {
  const pixels = new Uint8Array(width * height * RGBA_BYTES).fill(255)
  pixels[RGBA_BYTES - 1] = 254
  const { alpha } = codedTile(encode(pixels, { width, height }, { ...settings, quality: FLAT_QUALITY }))
  if (alpha === null) throw new ApiError('encodingFailed', 'its transparency was not written')
  return alpha
}

/** What is coded in a file of the library's own. */
function codedTile(file: Uint8Array): CodedTile {
  const picture = readAvifPicture(file)
  const dataOf = (still: CodedStill | undefined): StillData | null =>
    still === undefined
      ? null
      : { still, pieces: still.extents.map(({ offset, length }) => file.subarray(offset, offset + length)) }
  const colour = dataOf(picture?.colour.tiles[0])
  if (colour === null) throw new ApiError('encodingFailed', 'its tiles cannot be put together')
  return { colour, alpha: dataOf(picture?.alpha?.tiles[0]) }
}
