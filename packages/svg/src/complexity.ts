import { excessiveSvg } from './svg-faults.ts'

/**
 * Most elements that a document may come to once every element that refers to another one (`use`, a pattern, a mask)
 * shows a copy of it. A few that each refer ten times to the next would keep a reader busy for years.
 */
const MAX_DRAWN_ELEMENTS = 1_000_000

/** Each is kept in memory until the end. */
const MAX_NAMES = 50_000
/** Of elements that refer to one another in a row. */
const MAX_CHAIN = 1000

/** What a document comes to once every copy is drawn. */
export interface DrawnCounts {
  readonly elements: number
  /** Drawings of their own that become part of another one: groups with opacity, masks, patterns, steps of filters. */
  readonly layers: number
  /** Steps of filters that look, for each px, at as much of the drawing as they like. */
  readonly sweeps: number
}

/** What an element asks for besides itself. */
export interface ElementUse {
  /** Names of which it shows a copy. */
  readonly copies: readonly string[]
  /** Names with which it is painted, cut or filtered. */
  readonly paints: readonly string[]
  /** Layers that drawing it takes as long as; 0 for an element that is drawn onto what is there. */
  readonly layers: number
  /** 1 for a step of a filter that looks at any part of the drawing for each px. */
  readonly sweeps: number
}

interface Group {
  /** Elements in it that have no name, itself included. */
  own: number
  layers: number
  sweeps: number
  /** Names that it shows, as often as it does: of elements inside it, and of copies. */
  readonly refers: string[]
  readonly paints: string[]
}

const newGroup = (): Group => ({ own: 1, layers: 0, sweeps: 0, refers: [], paints: [] })
const NOTHING: DrawnCounts = { elements: 0, layers: 0, sweeps: 0 }

/** Counts what a document comes to when it is drawn. */
export interface Complexity {
  /**
   * @param id the element's name; null when it has none
   * @throws ApiError `refusedDimensions` beyond 50,000 names
   */
  open(id: string | null, use: ElementUse): void
  close(): void
  /** @throws ApiError `refusedDimensions` beyond the bounds */
  count(): DrawnCounts
}

export function createComplexity(): Complexity {
  const named = new Map<string, Group>()
  const root = newGroup()
  const path: Group[] = [root]
  const drawn = new Map<string, DrawnCounts>()

  function count(group: Group, chain: number): DrawnCounts {
    if (chain > MAX_CHAIN) throw excessiveSvg('elements that refer to one another too deeply')
    let elements = group.own
    let { layers, sweeps } = group
    const add = (name: string, isPaint: boolean): void => {
      const part = drawn.get(name) ?? countNamed(name, chain + 1)
      elements += part.elements
      layers += part.layers + (isPaint ? part.elements : 0)
      sweeps += part.sweeps
      if (elements > MAX_DRAWN_ELEMENTS) throw excessiveSvg('elements that repeat one another too often')
    }
    for (const name of group.refers) add(name, false)
    for (const name of group.paints) add(name, true)
    return { elements, layers, sweeps }
  }
  function countNamed(name: string, chain: number): DrawnCounts {
    const group = named.get(name)
    drawn.set(name, NOTHING) // one that refers to itself is not drawn
    const counts = group === undefined ? NOTHING : count(group, chain)
    drawn.set(name, counts)
    return counts
  }

  return {
    open(id, { copies, paints, layers, sweeps }) {
      let group = path.at(-1) as Group
      if (id !== null && !named.has(id)) {
        if (named.size >= MAX_NAMES) throw excessiveSvg(`more than ${MAX_NAMES} named elements`)
        group.refers.push(id)
        group = newGroup()
        named.set(id, group)
      } else group.own += 1
      for (const name of copies) group.refers.push(name)
      for (const name of paints) group.paints.push(name)
      group.layers += layers
      group.sweeps += sweeps
      path.push(group)
    },
    close() {
      path.pop()
    },
    count: () => count(root, 0),
  }
}
