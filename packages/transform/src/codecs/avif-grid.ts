import type { Size } from '@tintype/core'
import type { EncodeSettings } from '../encoder.ts'

/** How a picture is cut into tiles of one size, px; the last ones of rows and columns may reach beyond it. */
export interface AvifGrid {
  readonly columns: number
  readonly rows: number
  readonly tile: Size
}

/**
 * Up to here one call of the encoder takes the picture where memory is ample: Firefox 153 shows no grids, nor does what is
 * offered unasked, at 1,200 px a side, ever need one.
 */
const MOST_SINGLE_PX = 1600 * 1200
/** What one tile takes is held beside the picture's pixels and what is made of them, so tiles are much smaller. */
const MOST_TILE_PX = 1 << 19
/** The least that a tile may have (ISO 23000-22, 7.3.11.4.2). */
const LEAST_TILE_SIDE_PX = 64
/** Sides must be even where colours have half the resolution; AV1 codes blocks of 8 px, so nothing is gained by less. */
const TILE_STEP_PX = 8

/**
 * How to cut a picture that is too large for one call of the encoder: into as few tiles as its memory allows, each as
 * near to a square as that gives.
 * @returns null for a picture that is encoded whole
 */
export function planAvifGrid({ width, height }: Size, memory: EncodeSettings['memory']): AvifGrid | null {
  if (width * height <= (memory === 'ample' ? MOST_SINGLE_PX : MOST_TILE_PX)) return null
  const isWide = width >= height
  const [long, short] = isWide ? [width, height] : [height, width]
  const across = cut(short, Math.sqrt(MOST_TILE_PX))
  const along = cut(long, MOST_TILE_PX / across.side)
  const [columns, rows] = isWide ? [along, across] : [across, along]
  return { columns: columns.count, rows: rows.count, tile: { width: columns.side, height: rows.side } }
}

/** Equal parts of at most about `mostPx`, so that little reaches beyond the end. */
function cut(px: number, mostPx: number): { readonly count: number; readonly side: number } {
  const count = Math.ceil(px / mostPx)
  const side = Math.max(LEAST_TILE_SIDE_PX, Math.ceil(px / count / TILE_STEP_PX) * TILE_STEP_PX)
  return { count: Math.ceil(px / side), side }
}

const RGBA_BYTES = 4

/**
 * Copy a tile's pixels; beyond the picture its last column and row go on, which costs next to no bytes.
 * @param pixels of the picture, RGBA, tightly packed
 * @param target of a tile's size
 */
export function cutTile(
  pixels: Uint8Array,
  { width, height }: Size,
  { tile, columns }: AvifGrid,
  index: number,
  target: Uint8Array,
): void {
  const left = (index % columns) * tile.width
  const top = Math.floor(index / columns) * tile.height
  const inside = Math.min(tile.width, width - left) * RGBA_BYTES
  const rowBytes = tile.width * RGBA_BYTES
  for (let y = 0; y < tile.height; y++) {
    const from = (Math.min(top + y, height - 1) * width + left) * RGBA_BYTES
    const to = y * rowBytes
    target.set(pixels.subarray(from, from + inside), to)
    for (let at = to + inside; at < to + rowBytes; at++) target[at] = target[at - RGBA_BYTES] as number
  }
}
