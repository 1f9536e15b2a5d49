import { type Size, type SourceFacts, uprightSize } from '@tintype/core'
import type { StillGeometry } from './codec.ts'

/** Size of the scaled picture in stored order, before it is turned upright. */
export function storedSize(
  { orientation }: Pick<SourceFacts, 'orientation'>,
  { scaled }: StillGeometry,
): { readonly outWidth: number; readonly outHeight: number } {
  return orientation >= 5
    ? { outWidth: scaled.height, outHeight: scaled.width }
    : { outWidth: scaled.width, outHeight: scaled.height }
}

/** Whether nothing is cut off. */
export function isWhole(source: Size & Pick<SourceFacts, 'orientation'>, { crop }: StillGeometry): boolean {
  const { width, height } = uprightSize(source)
  return crop.x === 0 && crop.y === 0 && crop.width === width && crop.height === height
}
