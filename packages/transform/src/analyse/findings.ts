/** What was found in a picture before it is planned; absent where nobody asked. */
export interface Findings {
  /**
   * Where the window of the first resize lies, as the fraction of what is cut off that goes on its left and on its top:
   * what `gravity` takes as a point.
   */
  readonly focus?: { readonly x: number; readonly y: number }
}

export type Need = keyof Findings
