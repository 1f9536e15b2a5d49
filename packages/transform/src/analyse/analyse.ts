import {
  ApiError,
  isSought,
  type Op,
  planTransform,
  type ResizeOp,
  type Size,
  uprightSize,
} from '@tintype/core'
import type { Start } from '../governor.ts'
import { createMemoryMeter } from '../memory-meter.ts'
import { planPicture } from '../plan-picture.ts'
import { leadingOrientation } from '../plan-view.ts'
import { PAGE_BYTES, priceJob } from '../price.ts'
import { runPicture } from '../run-picture.ts'
import type { ProbedSource } from '../source.ts'
import type { StepServices } from '../step.ts'
import { findFocus } from './find-focus.ts'
import type { Findings, Need } from './findings.ts'
import type { Pixels } from './saliency.ts'

/** Longest side of the copy that is looked at, px. */
const COPY_SIDE_PX = 256
/** Lab channels, sums and saliency, bytes a pixel at the worst. */
const BYTES_PER_PIXEL = 48

/** The first resize of a program, before which only turns stand; null when there is none. */
const leadingResize = (ops: readonly Op[]): ResizeOp | null => {
  const first = ops.find(({ op }) => op !== 'turn')
  return first?.op === 'resize' ? first : null
}

/** What must be known of a picture before its program can be planned; mostly nothing. */
export function needsOf(ops: readonly Op[]): ReadonlySet<Need> {
  const gravity = leadingResize(ops)?.gravity
  return new Set(gravity !== undefined && isSought(gravity) ? (['focus'] as const) : [])
}

/**
 * Look at a picture: decode a small copy of it, as the program's first turns leave it, and find what is asked for. The
 * source is read once for it, and again when the program runs.
 * @param start memory for the copy is borrowed on it, and given back
 */
export async function analyse(
  needs: ReadonlySet<Need>,
  ops: readonly Op[],
  source: ProbedSource,
  start: Start,
  services: Omit<StepServices, 'meter' | 'turns'> & { yield(): Promise<unknown> },
): Promise<Findings> {
  const resize = leadingResize(ops)
  if (needs.size === 0 || resize === null) return {}
  const turned = uprightSize({ ...source.facts, orientation: leadingOrientation(source.facts, ops) })
  const { crop } = planTransform(turned, { ...resize, gravity: 'center' })
  if (crop.width === turned.width && crop.height === turned.height) return {}
  return withCopy(ops, source, start, services, (copy) => {
    const scale = { x: copy.width / turned.width, y: copy.height / turned.height }
    return { focus: findFocus(copy, { width: crop.width * scale.x, height: crop.height * scale.y }) }
  })
}

/** Make a small copy, and look at it while its memory is reserved. */
async function withCopy<T>(
  ops: readonly Op[],
  source: ProbedSource,
  start: Start,
  services: Parameters<typeof analyse>[4],
  look: (copy: Pixels) => T,
): Promise<T> {
  const turns = ops.slice(
    0,
    ops.findIndex(({ op }) => op !== 'turn'),
  )
  const fit: ResizeOp = {
    op: 'resize',
    width: COPY_SIDE_PX,
    height: COPY_SIDE_PX,
    fit: 'scale-down',
    gravity: 'center',
    fill: { r: 0, g: 0, b: 0, a: 0 },
  }
  const picture = planPicture([...turns, fit], source, 'first', { overlays: new Map(), findings: {} })
  const nothing = { kernelBytes: 0, heapBytes: 0, bufferBytes: bytesOf(picture.canvas.size) }
  const price = priceJob({ startBytes: source.start.length, picture, encode: nothing })
  const reservation = await start.borrow(price.peakBytes)
  const kernel = services.kernels.start(Math.ceil(price.kernelBytes / PAGE_BYTES) * PAGE_BYTES)
  try {
    const meter = createMemoryMeter()
    const stepServices = { ...services, meter, turns: { check: reservation.renew, yield: services.yield } }
    for await (const { raster } of runPicture(picture, source, kernel, stepServices)) {
      const { width, height, pointer } = raster
      return look({ width, height, data: kernel.bytes(pointer, width * height * 4) })
    }
    throw new ApiError('decodingFailed', 'it holds no picture')
  } finally {
    kernel.close()
    reservation.release()
  }
}

const bytesOf = ({ width, height }: Size): number => width * height * BYTES_PER_PIXEL
