import { guardTraps, type KernelRaster } from './kernel.ts'

const OPERATORS = { over: 0, in: 1, atop: 2, out: 3, xor: 4, lighter: 5 } as const
/** A Porter-Duff operator; `lighter` adds. */
export type CompositeOperator = keyof typeof OPERATORS

/**
 * Draw a raster onto another one of the same kernel, in place. Only the canvas inside the overlay's box changes, and what
 * of the overlay lies outside the canvas is not drawn.
 * @param at      where the overlay's left top pixel lies on the canvas, whole px; may be negative
 * @param opacity of the overlay, 0–1
 */
export function composite(
  canvas: KernelRaster,
  overlay: KernelRaster,
  at: { readonly x: number; readonly y: number },
  operator: CompositeOperator,
  opacity: number,
): void {
  const { compositeRow } = canvas.kernel.exports
  const left = Math.max(0, at.x)
  const right = Math.min(canvas.width, at.x + overlay.width)
  const top = Math.max(0, at.y)
  const bottom = Math.min(canvas.height, at.y + overlay.height)
  guardTraps(() => {
    for (let y = top; y < bottom && left < right; y++) {
      const target = canvas.pointer + (y * canvas.width + left) * 4
      const source = overlay.pointer + ((y - at.y) * overlay.width + left - at.x) * 4
      compositeRow(target, source, right - left, OPERATORS[operator], opacity)
    }
  })
}
