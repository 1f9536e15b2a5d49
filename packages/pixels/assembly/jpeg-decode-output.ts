// Output rows: as soon as every component has the source rows of one, it is filtered, coloured and placed.

import { component } from './jpeg-decode-component'
import {
  COLOUR_CMYK, COLOUR_GREY, COLOUR_RGB, COLOUR_YCC, COLOUR_YCCK, greyToRgba, inkFreeToRgba, invertRow, rgbToRgba,
  setFourth, yccToRgba,
} from './jpeg-decode-colour'
import { align16 } from './layout'
import { allocate } from './memory'
import { filterSamples } from './resize-horizontal'
import { createPlacement, Placement, placeRow } from './resize-place'
import { isRowReady, mixRow } from './resize-stage'

let componentCount: i32 = 0
let colour: i32 = 0
/** Deliver inks (0: no ink) instead of RGB. */
let keepsInks: bool = false
let width: i32 = 0
let row: usize = 0
let placement: Placement = changetype<Placement>(0)

/** @param outWidth,outHeight size in stored order; @param raster room for outWidth × outHeight RGBA pixels */
export function jpegDecodeOutput(
  count: i32, colourKind: i32, keepInks: bool, outWidth: i32, outHeight: i32, orientation: i32, raster: usize,
): void {
  componentCount = count
  colour = colourKind
  keepsInks = keepInks
  width = outWidth
  row = allocate(<usize>(align16(outWidth) + 16) * 4)
  placement = createPlacement(raster, outWidth, outHeight, 4, orientation)
}

/** Write every output row whose source rows are there. */
export function writeReadyRows(): void {
  while (areRowsReady()) writeRow()
}

function areRowsReady(): bool {
  for (let i = 0; i < componentCount; i++) if (!isRowReady(component(i).stage)) return false
  return true
}

function writeRow(): void {
  const y = component(0).stage.next
  for (let i = 0; i < componentCount; i++) {
    const it = component(i)
    mixRow(it.stage)
    filterSamples(it.stage.mixed, it.stage.axisX, it.row)
  }
  colourRow()
  placeRow(placement, y, row)
}

function colourRow(): void {
  const first = component(0).row
  if (colour == COLOUR_GREY) return greyToRgba(first, row, width)
  const second = component(1).row, third = component(2).row
  if (colour == COLOUR_YCC) return yccToRgba(first, second, third, row, width)
  if (colour == COLOUR_RGB) return rgbToRgba(first, second, third, row, width)
  if (colour == COLOUR_CMYK) rgbToRgba(first, second, third, row, width)
  // YCCK holds 255 - CMY as YCbCr, so that its RGB is inverted once more than CMYK.
  else yccToRgba(first, second, third, row, width)
  setFourth(component(3).row, row, width)
  if (colour == COLOUR_YCCK) invertColours(row, width)
  // Inks are stored inverted, as Adobe does; files without Adobe's marker are taken alike, as libvips does.
  if (keepsInks) invertRow(row, width)
  else inkFreeToRgba(row, width)
}

/** 255 - value of the first three channels. */
function invertColours(at: usize, pixels: i32): void {
  for (let i = 0; i < pixels; i++, at += 4) store<u32>(at, load<u32>(at) ^ 0x00ffffff)
}
