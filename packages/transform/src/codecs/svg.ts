import { ApiError, type Orientation, type Rect, type Size } from '@tintype/core'
import { KERNEL_STATIC_BYTES, type Kernel, type KernelRaster } from '@tintype/pixels'
import { type DrawnCounts, type Frame, largestSanitised, priceSanitise, sanitiseSvg } from '@tintype/svg'
import { joinPieces } from '../collect-pieces.ts'
import type { Decoder } from '../decoder.ts'
import { once } from '../once.ts'

const load = once(() => import('./draw-svg.ts'))

const RGBA_BYTES = 4
const ALIGNMENT_BYTES = 256
/** resvg with its fonts, before it has read anything. */
const BASE_HEAP_BYTES = 4e6
/** A canvas, and the layer that it is drawn from. */
const CANVAS_BYTES_PER_PIXEL = 8
/** Four layers more: groups with opacity inside one another, or a filter. */
const LAYERS_BYTES_PER_PIXEL = 16
/** Paths of many short lines take most. */
const TREE_BYTES_PER_FILE_BYTE = 60
/** A large document gets no more than this for what it may need beyond its canvas; most take a third of the price. */
const MOST_EXTRA_HEAP_BYTES = 60e6

/**
 * Heap that a drawing is held to. A document that is worse than the rule fails within it.
 * How the numbers were found: docs/decisions/0046-resvg-draws.md
 */
export function priceDrawing(sizeBytes: number, { width, height }: Size): number {
  const pixels = width * height
  const extra = LAYERS_BYTES_PER_PIXEL * pixels + TREE_BYTES_PER_FILE_BYTE * sizeBytes
  return Math.ceil(BASE_HEAP_BYTES + CANVAS_BYTES_PER_PIXEL * pixels + Math.min(extra, MOST_EXTRA_HEAP_BYTES))
}

/** Elements times px: a hundred thousand on a megapixel. Each could cover all of it. */
const MOST_ELEMENT_PIXELS = 1e11
/** Layers times px: two hundred of a megapixel, some four seconds. A drawing cannot be stopped once it has begun. */
const MOST_LAYER_PIXELS = 2e8
/** A step that looks at so many px for each one takes as long as a layer. */
const SWEPT_PIXELS_PER_LAYER = 4

/** @throws ApiError `refusedDimensions` for what would be drawn for minutes */
function judgeWork({ elements, layers, sweeps }: DrawnCounts, { width, height }: Size): void {
  const pixels = width * height
  const work = layers + (sweeps * pixels) / SWEPT_PIXELS_PER_LAYER
  if (work * pixels <= MOST_LAYER_PIXELS && elements * pixels <= MOST_ELEMENT_PIXELS) return
  throw new ApiError(
    'refusedDimensions',
    `the SVG has too many layers or elements to be drawn at ${width}x${height} px`,
  )
}

/**
 * SVG through resvg, sanitised before it is drawn: what a browser would not be shown, no picture shows. It is drawn at the
 * size that is wanted, so nothing is scaled; a cut is a `viewBox` around it, a turn a matrix. Text is drawn with the built-in
 * font, whatever it asks for.
 */
export const svgDecoder: Decoder = {
  readStart: async () => new Uint8Array(),

  plan(facts, _start, { orientation, crop, size }) {
    const { sizeBytes } = facts
    const heapBytes = priceDrawing(sizeBytes, size)
    return {
      price: {
        kernelBytes: KERNEL_STATIC_BYTES + size.width * size.height * RGBA_BYTES + ALIGNMENT_BYTES,
        heapBytes,
        bufferBytes: priceSanitise(sizeBytes) + 2 * largestSanitised(sizeBytes),
      },
      frames: 1,
      heldBytes: 0,
      profile: null,
      async *run(kernel, file, meter) {
        const frame = frameOf(facts, orientation, crop, size)
        const document = await joinPieces(sanitiseSvg(file, sizeBytes, frame), meter)
        const { drawSvg } = await load()
        const raster = drawInto(kernel, size, (target) => drawSvg(document, target, heapBytes, meter))
        meter.release(document.length)
        yield { raster, delayMs: 0, warnings: [] }
      },
    }
  },
}

function drawInto(kernel: Kernel, { width, height }: Size, draw: (target: Uint8Array) => void): KernelRaster {
  const sizeBytes = width * height * RGBA_BYTES
  const pointer = kernel.exports.allocate(sizeBytes)
  draw(kernel.bytes(pointer, sizeBytes))
  return { kernel, pointer, width, height }
}

/** How a drawing of a size is turned by an EXIF orientation, as a matrix of SVG. */
function matrixOf(orientation: Orientation, { width, height }: Size): string {
  const matrices: Record<Orientation, readonly number[]> = {
    1: [1, 0, 0, 1, 0, 0],
    2: [-1, 0, 0, 1, width, 0],
    3: [-1, 0, 0, -1, width, height],
    4: [1, 0, 0, -1, 0, height],
    5: [0, 1, 1, 0, 0, 0],
    6: [0, 1, -1, 0, height, 0],
    7: [0, -1, -1, 0, height, width],
    8: [0, -1, 1, 0, 0, width],
  }
  return (matrices[orientation] as readonly number[]).join(' ')
}

/** A document around the drawing that shows the view, and nothing else. */
export function frameOf(drawing: Size, orientation: Orientation, crop: Rect, size: Size): Frame {
  const box = `${crop.x} ${crop.y} ${crop.width} ${crop.height}`
  return {
    before: `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="${box}" preserveAspectRatio="none"><g transform="matrix(${matrixOf(orientation, drawing)})">`,
    after: '</g></svg>',
    judge: (counts) => judgeWork(counts, size),
    root: { x: '0', y: '0', width: String(drawing.width), height: String(drawing.height) },
  }
}
