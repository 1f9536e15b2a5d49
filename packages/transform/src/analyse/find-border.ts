import { ApiError, type Op, type Rect, storedRect, type TrimBorderOp } from '@tintype/core'
import {
  foundInside,
  planResize,
  priceColourProfile,
  priceResize,
  resizeRaster,
  watchForBorder,
  watchThrough,
} from '@tintype/pixels'
import type { View } from '../decoder.ts'
import type { Start } from '../governor.ts'
import { createMemoryMeter } from '../memory-meter.ts'
import { headLength, planHead } from '../plan-head.ts'
import { PAGE_BYTES, priceJob } from '../price.ts'
import { runPicture } from '../run-picture.ts'
import type { ProbedSource } from '../source.ts'
import type { AnalyseServices } from './analyse.ts'

/** The border that a program's head asks for, and what stands before it; null where it asks for none. */
export function leadingBorder(
  ops: readonly Op[],
): { readonly op: TrimBorderOp; readonly before: readonly Op[] } | null {
  const head = ops.slice(0, headLength(ops))
  const borders = head.flatMap((op, index) =>
    op.op === 'trim-border' ? [{ op, before: head.slice(0, index) }] : [],
  )
  if (borders.length > 1) throw new ApiError('invalidOptions', 'a border can be trimmed once')
  return borders[0] ?? null
}

/**
 * Where the picture inside an even border lies. Every px of the source is decoded for it and looked at, row by row, so that
 * the answer is exact; nothing is kept of the rows, so that it needs a few of them. Of an animation that stays one, no frame
 * has anything outside of the box.
 * @param frames those that are wanted of the result
 * @param start memory for it is borrowed on it, and given back
 * @returns a box of the source's stored rows, px
 * @throws ApiError `refusedDimensions` where all is border
 */
export async function findBorder(
  { op, before }: NonNullable<ReturnType<typeof leadingBorder>>,
  frames: View['frames'],
  source: ProbedSource,
  start: Start,
  services: AnalyseServices,
): Promise<Rect> {
  const { facts } = source
  const { orientation, whole, window } = planHead(facts, before, {})
  const searched = storedRect(orientation, whole, window)
  const { width, height } = searched
  const view: View = {
    ...{ orientation: 1, crop: searched, within: searched, size: { width, height } },
    ...{ frames, isWatched: true },
  }
  const decode = source.decoder.plan(facts, source.start, view)
  const rows = planResize({
    kind: 'alpha',
    width,
    height,
    outWidth: width,
    outHeight: height,
    isWatched: true,
  })
  const tableBytes = decode.profile === null ? 0 : priceColourProfile(decode.profile)
  const picture = {
    ...{ steps: [], canvas: { size: view.size, hasAlpha: facts.hasAlpha }, warnings: [] },
    ...{
      kernelBytes: decode.price.kernelBytes + tableBytes + priceResize(rows),
      besideBytes: 0,
      heapBytes: 0,
    },
    decode: { ...decode, profile: null }, // rows are converted before they are looked at
  }
  const nothing = { kernelBytes: 0, heapBytes: 0, bufferBytes: 0 }
  const price = priceJob({ startBytes: source.start.length, picture, encode: nothing })
  const reservation = await start.borrow(price.peakBytes)
  const kernel = services.kernels.start(Math.ceil(price.kernelBytes / PAGE_BYTES) * PAGE_BYTES)
  try {
    const turns = { check: reservation.renew, yield: services.yield }
    watchForBorder(kernel, { colour: op.colour, tolerance: op.tolerance })
    if (decode.profile !== null) watchThrough(kernel, decode.profile)
    const looked = runPicture(picture, source, kernel, { ...services, meter: createMemoryMeter(), turns })
    let count = 0
    for await (const { raster } of looked) {
      if (raster.pointer !== 0) resizeRaster(raster, rows) // a drawing has no rows before it is whole
      count += 1
    }
    if (count === 0) throw new ApiError('decodingFailed', 'it holds no picture')
    return keptBox(foundInside(kernel), op.keep, searched)
  } finally {
    kernel.close()
    reservation.release()
  }
}

/** What was found, with as much of the border as is kept of it. */
function keptBox(found: ReturnType<typeof foundInside>, keep: number, searched: Rect): Rect {
  if (found === 'none') return searched
  if (found === 'all') throw new ApiError('refusedDimensions', '"trim" leaves nothing: all is border')
  const left = Math.max(0, found.x - keep)
  const top = Math.max(0, found.y - keep)
  const right = Math.min(searched.width, found.x + found.width + keep)
  const bottom = Math.min(searched.height, found.y + found.height + keep)
  return { x: searched.x + left, y: searched.y + top, width: right - left, height: bottom - top }
}
