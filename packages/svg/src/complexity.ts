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

interface Group {
  /** Elements in it that have no name, itself included. */
  own: number
  /** Names that it refers to, as often as it does; named elements inside it are in there as well. */
  readonly refers: string[]
}

/** Counts what a document comes to when it is drawn. */
export interface Complexity {
  /**
   * @param id         the element's name; null when it has none
   * @param references names that its attributes refer to
   * @throws ApiError `refusedDimensions` beyond 50,000 names
   */
  open(id: string | null, references: readonly string[]): void
  close(): void
  /** @throws ApiError `refusedDimensions` beyond the bounds */
  check(): void
}

export function createComplexity(): Complexity {
  const named = new Map<string, Group>()
  const root: Group = { own: 1, refers: [] }
  const path: Group[] = [root]
  const drawn = new Map<string, number>()

  function count(group: Group, chain: number): number {
    if (chain > MAX_CHAIN) throw excessiveSvg('elements that refer to one another too deeply')
    let sum = group.own
    for (const name of group.refers) {
      sum += drawn.get(name) ?? countNamed(name, chain + 1)
      if (sum > MAX_DRAWN_ELEMENTS) throw excessiveSvg('elements that repeat one another too often')
    }
    return sum
  }
  function countNamed(name: string, chain: number): number {
    const group = named.get(name)
    drawn.set(name, 0) // one that refers to itself is not drawn
    const sum = group === undefined ? 0 : count(group, chain)
    drawn.set(name, sum)
    return sum
  }

  return {
    open(id, references) {
      let group = path.at(-1) as Group
      if (id !== null && !named.has(id)) {
        if (named.size >= MAX_NAMES) throw excessiveSvg(`more than ${MAX_NAMES} named elements`)
        group.refers.push(id)
        group = { own: 1, refers: [] }
        named.set(id, group)
      } else group.own += 1
      for (const name of references) group.refers.push(name)
      path.push(group)
    },
    close() {
      path.pop()
    },
    check: () => {
      count(root, 0)
    },
  }
}
