import {
  ApiError,
  FACE_COPY_SIDE_PX,
  isSought,
  type Op,
  planFaceCrop,
  planTransform,
  type ResizeOp,
  type Size,
} from '@tintype/core'
import type { View } from '../decoder.ts'
import type { Start } from '../governor.ts'
import { createMemoryMeter } from '../memory-meter.ts'
import { headLength, planHead } from '../plan-head.ts'
import { planPicture } from '../plan-picture.ts'
import { PAGE_BYTES, priceJob } from '../price.ts'
import { runPicture } from '../run-picture.ts'
import type { ProbedSource } from '../source.ts'
import type { StepServices } from '../step.ts'
import { findBorder, leadingBorder } from './find-border.ts'
import { findFocus } from './find-focus.ts'
import type { Findings, Need } from './findings.ts'
import type { Pixels } from './saliency.ts'

/** Longest side of the copy in which something that stands out is looked for, px. */
const COPY_SIDE_PX = 256
/** Lab channels, sums and saliency, bytes a pixel at the worst. */
const BYTES_PER_PIXEL = 48
/** A model gets a copy of its own. */
const RGBA_BYTES = 4

/** The first resize of a program, before which only cuts and turns stand; null when there is none. */
const leadingResize = (ops: readonly Op[]): ResizeOp | null => {
  const first = ops[headLength(ops)]
  return first?.op === 'resize' ? first : null
}

/** What must be known of a picture before its program can be planned; mostly nothing. */
export function needsOf(ops: readonly Op[]): ReadonlySet<Need> {
  const needs = new Set<Need>()
  if (leadingBorder(ops) !== null) needs.add('inside')
  const gravity = leadingResize(ops)?.gravity
  if (gravity !== undefined && isSought(gravity)) needs.add(typeof gravity === 'string' ? 'focus' : 'faces')
  return needs
}

/** What looking takes of its surroundings. */
export type AnalyseServices = Omit<StepServices, 'meter' | 'turns'> & { yield(): Promise<unknown> }

/**
 * Look at a picture and find what is asked for: the box inside a border in all of its pixels, everything else in a small
 * copy, as the program's first cuts and turns leave it. The source is read once for each, and again when the program runs.
 * @param frames of an animation, those that are wanted: a border is looked for in each, everything else in the first
 * @param start  memory is borrowed on it, and given back
 */
export async function analyse(
  needs: ReadonlySet<Need>,
  ops: readonly Op[],
  frames: View['frames'],
  source: ProbedSource,
  start: Start,
  services: AnalyseServices,
): Promise<Findings> {
  const border = leadingBorder(ops)
  const found = border === null ? {} : { inside: await findBorder(border, frames, source, start, services) }
  const resize = leadingResize(ops)
  if (resize === null || !isSought(resize.gravity)) return found
  return { ...found, ...(await findInCopy(needs, resize, found, ops, source, start, services)) }
}

/** @param found what was found so far: the copy is of what is left of the picture */
async function findInCopy(
  needs: ReadonlySet<Need>,
  resize: ResizeOp,
  found: Findings,
  ...[ops, source, start, services]: [readonly Op[], ProbedSource, Start, AnalyseServices]
): Promise<Findings> {
  const turned = planHead(source.facts, ops, found).window
  if (needs.has('faces')) return findFaces(resize, turned, found, ops, source, start, services)
  const { crop } = planTransform(turned, { ...resize, gravity: 'center' })
  if (crop.width === turned.width && crop.height === turned.height) return {}
  const by = resize.gravity === 'entropy' ? 'entropy' : 'auto'
  const look = (copy: Pixels) => {
    const scale = { x: copy.width / turned.width, y: copy.height / turned.height }
    return { focus: findFocus(copy, { width: crop.width * scale.x, height: crop.height * scale.y }, by) }
  }
  return withCopy(COPY_SIDE_PX, BYTES_PER_PIXEL, found, ops, source, start, services, look)
}

async function findFaces(
  { gravity }: ResizeOp,
  turned: Size,
  found: Findings,
  ...[ops, source, start, services]: [readonly Op[], ProbedSource, Start, AnalyseServices]
): Promise<Findings> {
  const { vision = null } = services
  if (typeof gravity === 'string' || !('face' in gravity)) return {}
  if (vision === null) return { warnings: ['faces cannot be found here: gravity is the centre'] }
  return withCopy(FACE_COPY_SIDE_PX, RGBA_BYTES, found, ops, source, start, services, async (copy) => {
    const faces = await vision.findFaces({ ...copy, data: copy.data.slice() })
    const crop = planFaceCrop(turned, copy, faces, gravity.face)
    return crop === null ? {} : { faces: crop }
  })
}

/** Make a small copy, and look at it while its memory is reserved. */
async function withCopy<T>(
  sidePx: number,
  bytesPerPixel: number,
  found: Findings,
  ops: readonly Op[],
  source: ProbedSource,
  start: Start,
  services: AnalyseServices,
  look: (copy: Pixels) => T | Promise<T>,
): Promise<T> {
  const fit: ResizeOp = {
    op: 'resize',
    width: sidePx,
    height: sidePx,
    fit: 'scale-down',
    gravity: 'center',
    fill: { r: 0, g: 0, b: 0, a: 0 },
  }
  const picture = planPicture([...ops.slice(0, headLength(ops)), fit], source, 'first', {
    ...{ overlays: new Map(), findings: found },
  })
  const nothing = { kernelBytes: 0, heapBytes: 0, bufferBytes: areaOf(picture.canvas.size) * bytesPerPixel }
  const price = priceJob({ startBytes: source.start.length, picture, encode: nothing })
  const reservation = await start.borrow(price.peakBytes)
  const kernel = services.kernels.start(Math.ceil(price.kernelBytes / PAGE_BYTES) * PAGE_BYTES)
  try {
    const meter = createMemoryMeter()
    const stepServices = { ...services, meter, turns: { check: reservation.renew, yield: services.yield } }
    for await (const { raster } of runPicture(picture, source, kernel, stepServices)) {
      const { width, height, pointer } = raster
      return await look({ width, height, data: kernel.bytes(pointer, width * height * 4) })
    }
    throw new ApiError('decodingFailed', 'it holds no picture')
  } finally {
    kernel.close()
    reservation.release()
  }
}

const areaOf = ({ width, height }: Size): number => width * height
