/** EXIF orientation: how the stored rows must be turned to stand upright. 1 is "as stored". */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Rect extends Size {
  readonly x: number
  readonly y: number
}

/** By [mirrored left to right first][quarter turns clockwise after it]. */
const ORIENTATIONS = [
  [1, 6, 3, 8],
  [2, 7, 4, 5],
] as const satisfies readonly (readonly Orientation[])[]

/** Mirror left to right, turn a quarter clockwise, in the order wanted; composed as one EXIF orientation. */
export function orientationOf(operations: Iterable<'mirror' | 'turn'>): Orientation {
  let mirrored = 0
  let turns = 0
  for (const operation of operations) {
    if (operation === 'turn') turns += 1
    else {
      mirrored = 1 - mirrored // a mirror after n turns clockwise is one before n turns anticlockwise
      turns = -turns
    }
  }
  return ORIENTATIONS[mirrored === 1 ? 1 : 0][(turns & 3) as 0 | 1 | 2 | 3]
}

/** Mirrored first or not, then how many quarter turns clockwise. */
const partsOf = (orientation: Orientation): { readonly mirrored: 0 | 1; readonly turns: number } => {
  const mirrored = (ORIENTATIONS[1] as readonly number[]).includes(orientation) ? 1 : 0
  return { mirrored, turns: (ORIENTATIONS[mirrored] as readonly number[]).indexOf(orientation) }
}

/** One orientation after another, as one. */
export function composeOrientation(first: Orientation, second: Orientation): Orientation {
  const a = partsOf(first)
  const b = partsOf(second)
  const turns = (b.mirrored === 1 ? -a.turns : a.turns) + b.turns // mirroring reverses the turns before it
  return ORIENTATIONS[(a.mirrored ^ b.mirrored) as 0 | 1][(turns & 3) as 0 | 1 | 2 | 3]
}

/** A value as an orientation; whatever is not 1 to 8 is 1, as every viewer takes it. */
export const toOrientation = (value: number): Orientation =>
  Number.isInteger(value) && value >= 1 && value <= 8 ? (value as Orientation) : 1

/** Size of a picture once it stands upright, px. `picture` has its stored size, and an orientation of 1 to 8. */
export function uprightSize(picture: Size & { readonly orientation: number }): Size {
  const { width, height, orientation } = picture
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

/**
 * Where a rectangle of the upright picture lies among the stored rows, for decoders that crop before they turn.
 * @param orientation 1 to 8; anything else is 1
 * @param upright size of the upright picture, px
 * @param rect    inside the upright picture, px; fractions are kept
 */
export function storedRect(orientation: number, upright: Size, rect: Rect): Rect {
  const { x, y, width, height } = rect
  const fromRight = upright.width - x - width
  const fromBottom = upright.height - y - height
  switch (toOrientation(orientation)) {
    case 1:
      return { x, y, width, height }
    case 2:
      return { x: fromRight, y, width, height }
    case 3:
      return { x: fromRight, y: fromBottom, width, height }
    case 4:
      return { x, y: fromBottom, width, height }
    case 5:
      return { x: y, y: x, width: height, height: width }
    case 6:
      return { x: y, y: fromRight, width: height, height: width }
    case 7:
      return { x: fromBottom, y: fromRight, width: height, height: width }
    case 8:
      return { x: fromBottom, y: x, width: height, height: width }
  }
}
