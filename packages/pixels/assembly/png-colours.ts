// Which PNG colour type holds a picture without loss, in the fewest bits.
import { allocate } from './memory'
import { quantise, quantisedColours, quantisedError } from './png-quantise'
import { GREY, GREY_ALPHA, PALETTE, RGB, RGBA } from './png-rows'

const MAX_COLOURS: u32 = 256
/** Four times the colours it may hold, so that probing stays short. */
const SLOTS: u32 = 1024

/** Colours found, in order of first appearance; then for each slot a colour and its index + 1. */
let colours: usize = 0
let slots: usize = 0
let slotIndexes: usize = 0
let colourCount: u32 = 0
let opaqueEntries: u32 = 0

/** Whether pixels must be mapped to the nearest colour of the palette. */
let isQuantised: bool = false

/** The type of the picture as it is, where the palette is one of fewer colours. */
let losslessType: u32 = RGBA
let chosenType: u32 = RGBA
let chosenDepth: u32 = 8

/** Memory from `mark` on is given up. */
export function forgetColours(mark: usize): void {
  if (colours >= mark) colours = 0
}

/**
 * Choose the type for a raster of RGBA pixels.
 * @param error where not negative: the mean squared error per channel that a palette of fewer colours aims at
 * @param most  the error beyond which it is not taken
 */
export function analyseColours(raster: usize, width: u32, height: u32, error: f32, most: f32): void {
  if (colours == 0) {
    colours = allocate(MAX_COLOURS * 4)
    slots = allocate(SLOTS * 4)
    slotIndexes = allocate(SLOTS * 2)
  }
  const pixels = usize(width) * height
  const end = raster + (pixels << 2)
  const grey = isGrey(raster, end)
  const opaque = isOpaque(raster, end)
  isQuantised = false
  chosenDepth = 8
  chosenType = grey ? (opaque ? GREY : GREY_ALPHA) : opaque ? RGB : RGBA
  if (collectColours(raster, end)) {
    // A palette is sent whole; few pixels may not earn it back. Eight bits of grey need none, and can be filtered.
    const pays = pixels >= usize(colourCount) << 3
    if (pays && !(chosenType == GREY && colourCount > 16)) {
      usePalette()
      transparentFirst()
    }
  } else if (error >= 0 && chosenType != GREY) {
    colourCount = quantise(raster, width, height, error)
    if (quantisedError() > most) return
    memory.copy(colours, quantisedColours(), colourCount << 2)
    opaqueEntries = 0
    for (let index: u32 = 0; index < colourCount; index++) opaqueEntries += u32(load<u8>(colours + (index << 2), 3) == 255)
    isQuantised = true
    losslessType = chosenType
    usePalette()
  }
}

/** Take the picture as it is, instead of the palette of fewer colours. */
export function giveUpPalette(): void {
  isQuantised = false
  chosenType = losslessType
  chosenDepth = 8
}

/** Take the palette of fewer colours again. */
export function takePalette(): void {
  isQuantised = true
  usePalette()
}

function usePalette(): void {
  chosenType = PALETTE
  chosenDepth = colourCount <= 2 ? 1 : colourCount <= 4 ? 2 : colourCount <= 16 ? 4 : 8
}

export function hasNearestColours(): bool {
  return isQuantised
}

export function colourType(): u32 {
  return chosenType
}

export function colourDepth(): u32 {
  return chosenDepth
}

/** RGBA entries of the palette; those with transparency come first. */
export function paletteColours(): usize {
  return colours
}

export function paletteSize(): u32 {
  return colourCount
}

/** Entries that `tRNS` must mention. */
export function paletteTransparent(): u32 {
  return colourCount - opaqueEntries
}

function isOpaque(at: usize, end: usize): bool {
  let all = i8x16.splat(-1)
  for (; at + 16 <= end; at += 16) all = v128.and(all, v128.load(at))
  const lanes = v128.or(all, i32x4.splat(0x00ffffff))
  if (!i32x4.all_true(i32x4.eq(lanes, i32x4.splat(-1)))) return false
  for (; at < end; at += 4) if (load<u8>(at, 3) != 255) return false
  return true
}

/** Stops at the first coloured pixels, which is early in most pictures. */
function isGrey(at: usize, end: usize): bool {
  const rounds = i32x4.splat(0x0000ffff)
  for (; at + 16 <= end; at += 16) {
    // Each colour byte against the next one: r with g, and g with b.
    const pixels = v128.load(at)
    const differences = v128.and(v128.xor(pixels, i32x4.shr_u(pixels, 8)), rounds)
    if (v128.any_true(differences)) return false
  }
  for (; at < end; at += 4) {
    if (load<u8>(at) != load<u8>(at, 1) || load<u8>(at, 1) != load<u8>(at, 2)) return false
  }
  return true
}

/** @returns false as soon as there are too many */
function collectColours(at: usize, end: usize): bool {
  memory.fill(slotIndexes, 0, SLOTS * 2)
  colourCount = 0
  opaqueEntries = 0
  let last = ~load<u32>(at)
  for (; at < end; at += 4) {
    const colour = load<u32>(at)
    if (colour == last) continue
    last = colour
    const slot = findSlot(colour)
    if (load<u16>(slotIndexes + (slot << 1)) != 0) continue
    if (colourCount == MAX_COLOURS) return false
    store<u32>(colours + (colourCount << 2), colour)
    store<u32>(slots + (slot << 2), colour)
    store<u16>(slotIndexes + (slot << 1), u16(++colourCount))
    if (colour >>> 24 == 255) opaqueEntries++
  }
  return true
}

/** The slot of a colour, or the free one where it belongs. */
function findSlot(colour: u32): u32 {
  let slot = (colour * 0x9e3779b1) >>> 22
  while (load<u16>(slotIndexes + (slot << 1)) != 0 && load<u32>(slots + (slot << 2)) != colour) {
    slot = (slot + 1) & (SLOTS - 1)
  }
  return slot
}

/** `tRNS` ends with the last entry that is not opaque, so these go first. */
function transparentFirst(): void {
  let front: u32 = 0
  for (let index: u32 = 0; index < colourCount; index++) {
    const colour = load<u32>(colours + (index << 2))
    if (colour >>> 24 == 255) continue
    store<u32>(colours + (index << 2), load<u32>(colours + (front << 2)))
    store<u32>(colours + (front << 2), colour)
    front++
  }
  for (let index: u32 = 0; index < colourCount; index++) {
    store<u16>(slotIndexes + (findSlot(load<u32>(colours + (index << 2))) << 1), u16(index + 1))
  }
}

/** Index of a colour that is in the palette. */
export function paletteIndex(colour: u32): u32 {
  return load<u16>(slotIndexes + (findSlot(colour) << 1)) - 1
}
