import type { Rect, Size } from '@tintype/core'

/** RGBA, 8 bits, straight alpha, row-major, tightly packed; at most 1,024 px a side. */
export interface SeenPicture extends Size {
  readonly data: Uint8Array
}

/**
 * What sees in pictures more than pixels: a model of somebody's choice, behind one port. It runs elsewhere; its memory is in
 * no price. There may be none: then `gravity=face` is the centre with a warning, and `segment` is refused.
 */
export interface Vision {
  /** Faces, px of the picture, inside it, none empty; none where there are none. */
  findFaces(picture: SeenPicture): Promise<readonly Rect[]>
  /** How much each pixel belongs to the foreground, 0–255, a byte a pixel, row-major. */
  maskForeground(picture: SeenPicture): Promise<Uint8Array>
}
