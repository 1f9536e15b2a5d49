import { ApiError } from '@tintype/core'
import type { MemoryMeter } from '../memory-meter.ts'
import { builtInFonts } from './built-in-fonts.ts'
import { withResvg } from './resvg-library.ts'

/**
 * Draw a sanitised document.
 * @param target     RGBA, straight alpha, as large as the document says
 * @param limitBytes the library's memory does not grow beyond it
 * @throws ApiError `refusedDimensions` when that is not enough, or it is nested too deeply; `decodingFailed` for what the
 *   library does not take
 */
export function drawSvg(svg: Uint8Array, target: Uint8Array, limitBytes: number, meter: MemoryMeter): void {
  try {
    withResvg(limitBytes, meter, (open) => {
      const pixels = open(svg, { files: builtInFonts() }).render()
      if (pixels.length !== target.length) throw new Error('another size')
      unpremultiply(pixels, target)
    })
  } catch (cause) {
    throw toDrawingError(cause)
  }
}

/** The library aborts when its memory is not enough, or its stack; documents that it does not take are errors. */
export const toDrawingError = (cause: unknown): ApiError =>
  cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError
    ? new ApiError('refusedDimensions', 'drawing the SVG takes more memory than there is', { cause })
    : new ApiError('decodingFailed', 'the SVG cannot be drawn', { cause })

function unpremultiply(pixels: Uint8Array, target: Uint8Array): void {
  target.set(pixels)
  for (let p = 3; p < pixels.length; p += 4) {
    const alpha = pixels[p] as number
    if (alpha === 255 || alpha === 0) continue
    for (let i = p - 3; i < p; i++)
      target[i] = Math.min(255, Math.round(((pixels[i] as number) * 255) / alpha))
  }
}
