import { type Rect, type Size, type SourceFacts, storedRect, uprightSize } from '@tintype/core'
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
function isWhole(source: Size & Pick<SourceFacts, 'orientation'>, { crop }: StillGeometry): boolean {
  const { width, height } = uprightSize(source)
  return crop.x === 0 && crop.y === 0 && crop.width === width && crop.height === height
}

/** What of the stored rows is read, and how: as the kernel's resizer takes it, before the picture is turned upright. */
export function storedView(
  source: Size & Pick<SourceFacts, 'orientation'>,
  geometry: StillGeometry,
): { readonly window?: Rect; readonly within?: Rect; readonly isWatched?: boolean } {
  const { crop, within, isWatched } = geometry
  const stored = (rect: Rect) => storedRect(source.orientation, uprightSize(source), rect)
  return {
    ...(isWhole(source, geometry) ? {} : { window: stored(crop) }),
    ...(within === undefined ? {} : { within: stored(within) }),
    ...(isWatched ? { isWatched } : {}),
  }
}
