// RGBA rows to the samples of a PNG colour type. Rows may be read and written up to 16 bytes beyond their end.
import { hasNearestColours, paletteIndex } from './png-colours'
import { quantiseRow } from './png-quantise'
import { GREY, GREY_ALPHA, PALETTE, RGB, RGBA } from './png-rows'

/** Pack `width` pixels that the type and depth can hold exactly. */
export function packRow(to: usize, from: usize, width: usize, type: u32, depth: u32): void {
  if (type == RGBA) memory.copy(to, from, width << 2)
  else if (type == PALETTE && hasNearestColours()) quantiseRow(to, from, u32(width), depth)
  else if (type == PALETTE) packIndexes(to, from, width, depth)
  else if (type == RGB) {
    packVectors(to, from, width, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1), 12)
  } else if (type == GREY_ALPHA) {
    packVectors(to, from, width, i8x16(0, 3, 4, 7, 8, 11, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1), 8)
  } else if (type == GREY) {
    packVectors(to, from, width, i8x16(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1), 4)
  }
}

/** Four pixels a step. */
function packVectors(to: usize, from: usize, width: usize, lanes: v128, step: usize): void {
  const end = from + (width << 2)
  for (; from < end; from += 16) {
    v128.store(to, i8x16.swizzle(v128.load(from), lanes))
    to += step
  }
}

function packIndexes(to: usize, from: usize, width: usize, depth: u32): void {
  const end = from + (width << 2)
  let colour = ~load<u32>(from)
  let index: u32 = 0
  while (from < end) {
    let packed: u32 = 0
    for (let shift: i32 = 8 - depth; shift >= 0 && from < end; shift -= depth) {
      const next = load<u32>(from)
      if (next != colour) {
        colour = next
        index = paletteIndex(next)
      }
      packed |= index << shift
      from += 4
    }
    store<u8>(to++, u8(packed))
  }
}
