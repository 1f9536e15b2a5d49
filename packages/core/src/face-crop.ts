import type { Gravity } from './gravity.ts'
import type { Rect, Size } from './orientation.ts'

/** Longest side of the copy in which faces are looked for, px. */
export const FACE_COPY_SIDE_PX = 1024

/** What a picture is cut to for its faces, before it is fitted into a box. */
export interface FaceCrop {
  /** px of the picture; whole where its size is one of the copy's multiples, fractions otherwise. */
  readonly area: Rect
  /** The middle of the faces, in fractions of `area`: what stays in the middle where the fit cuts more off. */
  readonly gravity: Gravity
}

/** The smallest rectangle over all faces; null where there are none. */
export function outerBox(faces: readonly Rect[]): Rect | null {
  if (faces.length === 0) return null
  const x = Math.min(...faces.map((face) => face.x))
  const y = Math.min(...faces.map((face) => face.y))
  const right = Math.max(...faces.map((face) => face.x + face.width))
  const bottom = Math.max(...faces.map((face) => face.y + face.height))
  return { x, y, width: right - x, height: bottom - y }
}

/** A window of a length around a point, moved inside 0 to `whole`. */
const placeAround = (whole: number, length: number, point: number): number =>
  Math.min(Math.max(point - length / 2, 0), whole - length)

/**
 * What a picture is cut to for its faces: a box over all of them, over the zoom, as far as there is picture.
 * @param picture px
 * @param copy    size in which the faces were found, px: the picture's own, or scaled down
 * @param faces   px of the copy, inside it, none empty
 * @param zoom    1 cuts at the faces; 0 is as wide as the picture allows
 * @returns null where there are no faces
 * Rule: docs/parity.md#options.
 */
export function planFaceCrop(
  picture: Size,
  copy: Size,
  faces: readonly Rect[],
  zoom: number,
): FaceCrop | null {
  const box = outerBox(faces)
  if (box === null) return null
  const side = (whole: number, length: number): number =>
    zoom === 0 ? whole : Math.min(whole, length / zoom)
  const scale = { x: picture.width / copy.width, y: picture.height / copy.height }
  const focus = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const width = side(copy.width, box.width)
  const height = side(copy.height, box.height)
  const x = placeAround(copy.width, width, focus.x)
  const y = placeAround(copy.height, height, focus.y)
  return {
    area: { x: x * scale.x, y: y * scale.y, width: width * scale.x, height: height * scale.y },
    gravity: { x: (focus.x - x) / width, y: (focus.y - y) / height, mode: 'box-center' },
  }
}
