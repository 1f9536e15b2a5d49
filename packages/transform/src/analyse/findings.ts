import type { FaceCrop, Rect } from '@tintype/core'

/** What was found in a picture before it is planned; absent where nobody asked, or nothing was found. */
export interface Findings {
  /**
   * Where the window of the first resize lies, as the fraction of what is cut off that goes on its left and on its top:
   * what `gravity` takes as a point.
   */
  readonly focus?: { readonly x: number; readonly y: number }
  /** What the first resize is cut to before it fits anything. */
  readonly faces?: FaceCrop
  /** The box inside an even border, stored px. */
  readonly inside?: Rect
  /** What could not be looked for, in whole phrases. */
  readonly warnings?: readonly string[]
}

/** What can be looked for. */
export type Need = 'focus' | 'faces' | 'inside'
